from collections.abc import Iterator

import pytest
import yaml
from openapi_judge import DESCRIPTION, METHODS
from openapi_spec_validator import validate

from pandocast_sdk._core.pandocast_routes import ROUTES as SDK_ROUTES
from pandocast_server.openapi import document
from pandocast_server.pandocast.routes import ROUTES as SERVER_ROUTES

EVERYWHERE = {"date", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}


def described_routes() -> set[tuple[str, str, str, int]]:
    """The operations that need a key: the document's own route is the reference server's alone."""
    return {
        (operation["operationId"], method.upper(), path, int(status))
        for path, item in DESCRIPTION.at("paths").items()
        for method, operation in item.items()
        if method in METHODS and operation.get("security") != []
        for status in operation["responses"]
        if status.startswith("2")
    }


def examples(*place: str) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every example beside a schema, with the place of that schema."""
    node = DESCRIPTION.at(*place)
    if isinstance(node, dict) and "schema" in node:
        shown = [example["value"] for example in node.get("examples", {}).values()]
        shown += [node["example"]] if "example" in node else []
        yield from (((*place, "schema"), value) for value in shown)
    if isinstance(node, dict):
        for key in node:
            yield from examples(*place, key)


def test_is_valid() -> None:
    validate(yaml.safe_load(document()))


def test_has_the_five_operations() -> None:
    assert sorted(name for name, _, _, _ in described_routes()) == [
        "generate_content",
        "list_content",
        "list_outputs",
        "schedule_output",
        "upload_content",
    ]


def test_has_the_six_events() -> None:
    assert sorted(DESCRIPTION.at("webhooks")) == [
        "ab_test.completed",
        "content.analyzed",
        "content.uploaded",
        "outputs.generated",
        "post.failed",
        "post.published",
    ]


@pytest.mark.parametrize("status", [*DESCRIPTION.refusals])
def test_every_refusal_requires_the_headers_of_every_response(status: int) -> None:
    assert {header.name for header in DESCRIPTION.refusals[status].headers} >= EVERYWHERE


def test_every_operation_requires_the_headers_of_every_response() -> None:
    for path in DESCRIPTION.paths:
        for operation in path.operations.values():
            for status, response in operation.responses.items():
                required = {header.name for header in response.headers}
                assert required >= EVERYWHERE, (operation.operation_id, status)


@pytest.mark.parametrize(
    ("place", "value"), [pytest.param(*found, id="/".join(found[0])) for found in examples()]
)
def test_an_example_fits_its_schema(place: tuple[str, ...], value: object) -> None:
    DESCRIPTION.validator(*place).validate(value)


def test_the_server_has_the_described_routes_and_no_others() -> None:
    served = {(route.operation_id, route.method, route.path, route.success) for route in SERVER_ROUTES}
    assert served == described_routes()


def test_the_sdk_calls_the_described_operations_and_no_others() -> None:
    called = {(name, route.method, route.path, route.success) for name, route in SDK_ROUTES.items()}
    assert called == described_routes()


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        document("nothing")
