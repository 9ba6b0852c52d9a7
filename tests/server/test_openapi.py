from collections.abc import Iterator, Sequence

import pytest
import yaml
from attrs import frozen
from openapi_spec_validator import validate
from starlette.routing import BaseRoute
from support.openapi_document import DESCRIPTIONS, MOUNT, PASSBAND_MOUNT, Description
from support.openapi_operations import METHODS, described_routes, route_faults, tag_faults
from support.served_operations import Served, served_operations

from pandocast_sdk._core.operations.pandocast_routes import ROUTES as PANDOCAST_CALLED
from pandocast_sdk._core.operations.passband_routes import ROUTES as PASSBAND_CALLED
from pandocast_sdk._core.requests.operation import RouteSpec
from pandocast_server.pandocast.routes import ROUTES as PANDOCAST_SERVED
from pandocast_server.passband.routes import ROUTES as PASSBAND_SERVED
from pandocast_server.routing import document

RATE = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
PANDOCAST_PUBLISHED = {
    "list_content",
    "upload_content",
    "generate_content",
    "list_outputs",
    "schedule_output",
}
# In the order of the reference.
PASSBAND_PUBLISHED = {
    "list_drafts",
    "create_drafts",
    "get_draft",
    "update_draft",
    "trigger_pipeline",
    "list_pipeline_runs",
    "get_pipeline_stats",
    "get_voice_profile",
    "update_voice_profile",
    "get_engagement",
    "record_engagement",
    "list_experiments",
    "create_experiment",
    "list_sources",
    "create_source",
    "update_source",
    "delete_source",
    "test_source",
    "bulk_draft_action",
    "get_slots",
    "replace_slots",
    "enqueue_draft",
    "list_unscheduled",
    "check_conflicts",
    "get_recommended_times",
    "bulk_schedule",
    "get_pause",
    "set_pause",
    "get_best_times",
    "get_calendar_feed",
}


@frozen
class Contract:
    """One document, and what must agree with it."""

    name: str
    mount: str
    published: set[str]
    served: Sequence[BaseRoute]
    called: Sequence[RouteSpec]
    everywhere: set[str]
    refusals: set[int]

    @property
    def description(self) -> Description:
        return DESCRIPTIONS[self.mount]


CONTRACTS = [
    Contract(
        "pandocast",
        MOUNT,
        PANDOCAST_PUBLISHED,
        PANDOCAST_SERVED,
        [*PANDOCAST_CALLED.values()],
        {"date", *RATE},
        {400, 401, 403, 404, 405, 413, 429, 500},
    ),
    Contract(
        "passband",
        PASSBAND_MOUNT,
        PASSBAND_PUBLISHED,
        PASSBAND_SERVED,
        [*PASSBAND_CALLED.values()],
        {"date"},
        {400, 401, 403, 404, 405, 409, 413, 500},
    ),
]

of_both = pytest.mark.parametrize("contract", [pytest.param(found, id=found.name) for found in CONTRACTS])


def examples(description: Description, *place: str) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every example beside a schema, with the place of that schema."""
    node = description.at(*place)
    if isinstance(node, dict) and "schema" in node:
        shown = [example["value"] for example in node.get("examples", {}).values()]
        shown += [node["example"]] if "example" in node else []
        yield from (((*place, "schema"), value) for value in shown)
    inner = node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in inner:
        yield from examples(description, *place, str(key))


@of_both
def test_is_valid(contract: Contract) -> None:
    validate(yaml.safe_load(document(contract.name)))


@of_both
def test_has_the_published_operations(contract: Contract) -> None:
    described = [route.operation_id for route in described_routes(contract.description.at())]
    assert contract.published <= {*described}
    assert len(described) == len({*described})


@of_both
def test_every_operation_has_a_tag(contract: Contract) -> None:
    assert list(tag_faults(contract.description.at())) == []


def test_pandocast_has_the_six_events() -> None:
    assert sorted(DESCRIPTIONS[MOUNT].at("webhooks")) == [
        "ab_test.completed",
        "content.analyzed",
        "content.uploaded",
        "outputs.generated",
        "post.failed",
        "post.published",
    ]


@of_both
def test_has_these_refusals(contract: Contract) -> None:
    assert set(contract.description.refusals) == contract.refusals


@of_both
def test_every_refusal_has_the_headers_of_every_response_and_of_its_status(contract: Contract) -> None:
    own = {401: {"www-authenticate"}, 405: {"allow"}, 413: {"connection"}, 429: {"retry-after"}}
    for status, refusal in contract.description.refusals.items():
        assert {header.name for header in refusal.headers} == contract.everywhere | own.get(status, set())


@of_both
def test_every_operation_requires_the_headers_of_every_response(contract: Contract) -> None:
    for path in contract.description.paths:
        for operation in path.operations.values():
            for status, response in operation.responses.items():
                required = {header.name for header in response.headers}
                assert required >= contract.everywhere, (operation.operation_id, status)
                assert required >= RATE or not RATE & required, (operation.operation_id, status)


@of_both
def test_an_operation_may_refuse_what_its_kind_may_refuse(contract: Contract) -> None:
    for template, item in contract.description.at("paths").items():
        for method in METHODS.intersection(item):
            operation = item[method]
            statuses, name = set(operation["responses"]), operation["operationId"]
            needs_key = operation.get("security") != []
            assert "500" in statuses, name
            assert ("401" in statuses) is needs_key, name
            assert ("403" in statuses) is (method != "get"), name
            assert ("413" in statuses) is ("requestBody" in operation), name
            assert ("400" in statuses) is ("requestBody" in operation or "parameters" in operation), name
            assert "404" in statuses or "{" not in template, name


@pytest.mark.parametrize(
    ("contract", "place", "value"),
    [
        pytest.param(contract, *found, id="/".join([contract.name, *found[0]]))
        for contract in CONTRACTS
        for found in examples(contract.description)
    ],
)
def test_an_example_fits_its_schema(contract: Contract, place: tuple[str, ...], value: object) -> None:
    contract.description.validator(*place).validate(value)


@of_both
def test_every_success_and_body_in_json_has_an_example(contract: Contract) -> None:
    for path, item in contract.description.at("paths").items():
        for method in METHODS.intersection(item):
            operation = item[method]
            bodies = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            bodies += [operation["requestBody"]] if "requestBody" in operation else []
            for body in bodies:
                if "application/json" in body["content"]:
                    assert body["content"]["application/json"]["examples"], (method, path)


@of_both
def test_the_server_has_the_described_routes_and_no_others(contract: Contract) -> None:
    # With which status each succeeds, the judge of all responses sees.
    document = contract.description.at()
    described = [*described_routes(document), *described_routes(document, without_key=True)]
    assert sorted(served_operations(contract.served)) == sorted(
        Served(route.method, route.path) for route in described
    )


def test_the_server_alone_has_what_needs_no_key() -> None:
    assert described_routes(DESCRIPTIONS[PASSBAND_MOUNT].at(), without_key=True) == {
        ("read_calendar", "GET", "/calendar/{workspace}/{file}", 200),
        ("get_passband_openapi", "GET", "/openapi.yaml", 200),
    }
    assert described_routes(DESCRIPTIONS[MOUNT].at(), without_key=True) == {
        ("get_openapi", "GET", "/openapi.yaml", 200)
    }


@of_both
def test_the_sdk_calls_the_described_operations_and_no_others(contract: Contract) -> None:
    assert list(route_faults(contract.description.at(), contract.called)) == []


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        document("nothing")
