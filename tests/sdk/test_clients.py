"""The clients of both services in both flavours: constructors, resources, copies, and requests."""

import asyncio
import inspect
import pickle
import subprocess
import sys

import httpx
import pytest
import respx

from pandocast_sdk import AsyncPandocast, AsyncPassband, Pandocast, Passband, RateLimitPolicy, Response

KEY = "pk_test_s3cret"
URL = "https://api.example/v1"
OFF = RateLimitPolicy("off")

Client = Pandocast | AsyncPandocast | Passband | AsyncPassband
CLIENTS: list[type[Client]] = [Pandocast, AsyncPandocast, Passband, AsyncPassband]
EVERY = pytest.mark.parametrize("kind", CLIENTS)
OF_PASSBAND = pytest.mark.parametrize("kind", [Passband, AsyncPassband])


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ("PANDOCAST", "PASSBAND"):
        monkeypatch.delenv(f"{service}_API_KEY", raising=False)
        monkeypatch.delenv(f"{service}_BASE_URL", raising=False)


@OF_PASSBAND
def test_passband_has_no_default_base_url(kind: type[Passband], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="pass it or set PASSBAND_BASE_URL"):
        kind(api_key=KEY)
    monkeypatch.setenv("PASSBAND_BASE_URL", URL)
    monkeypatch.setenv("PASSBAND_API_KEY", KEY)
    assert repr(kind()) == f"<{kind.__name__} of {URL}>"


@OF_PASSBAND
def test_a_key_of_pandocast_is_not_sent_to_passband(
    kind: type[Passband], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANDOCAST_API_KEY", KEY)
    with pytest.raises(ValueError, match="set PASSBAND_API_KEY"):
        kind(base_url=URL)


@EVERY
def test_every_argument_of_a_constructor_is_documented(kind: type[Client]) -> None:
    docstring = inspect.getdoc(kind.__init__)
    assert docstring is not None
    for name, parameter in inspect.signature(kind).parameters.items():
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert f"{name}: " in docstring
    service = kind.__name__.removeprefix("Async").upper()
    assert f"{service}_API_KEY" in docstring
    assert f"{service}_BASE_URL" in docstring
    asynchronous = kind.__name__.startswith("Async")
    assert (
        "AsyncHTTPClient" in str(inspect.signature(kind).parameters["http_client"].annotation)
    ) is asynchronous
    assert ("httpx2.AsyncClient" in docstring) is asynchronous


@EVERY
def test_every_resource_is_cached_and_documented(kind: type[Client]) -> None:
    client = kind(api_key=KEY, base_url=URL)
    sync = Passband if kind.__name__.endswith("Passband") else Pandocast
    offered = {name for name in vars(kind) if not name.startswith("_")}
    assert offered == {name for name in vars(sync) if not name.startswith("_")} != set()
    for name in offered:
        resource = getattr(client, name)
        assert resource is getattr(client, name)
        prefix = "" if kind is sync else "Async"
        assert type(resource).__name__ == f"{prefix}{name.title().replace('_', '')}Resource"
        assert inspect.getdoc(getattr(kind, name))


@EVERY
def test_a_copy_has_the_same_class_and_its_own_resources(kind: type[Client]) -> None:
    client = kind(api_key=KEY, base_url=URL, timeout=7)
    copy = client.with_options(timeout=9, base_url="https://other.example")
    assert type(copy) is kind
    assert repr(copy) == f"<{kind.__name__} of https://other.example>"
    assert (client._session.options.timeout, copy._session.options.timeout) == (7, 9)
    assert copy._session._pool is client._session._pool
    for name in vars(kind).keys() & {"content", "drafts"}:
        assert getattr(copy, name)._session is copy._session


@EVERY
def test_a_client_pickles_with_its_options_and_its_repr_shows_no_key(kind: type[Client]) -> None:
    client = kind(api_key=KEY, base_url=URL, max_retries=5)
    again = pickle.loads(pickle.dumps(client))  # noqa: S301 - our own
    assert type(again) is kind
    before, after = client._session.options, again._session.options
    assert (after.api_key, after.base_url, after.max_retries) == (KEY, URL, 5)
    assert after.service == before.service == kind.__name__.removeprefix("Async")
    assert KEY not in f"{client!r} {after!r}"


async def request_things(client: AsyncPandocast | AsyncPassband) -> Response:
    async with client:
        return await client.request("GET", "/things", params={"a": 1})


@EVERY
def test_request_sends_any_request(kind: type[Client]) -> None:
    with respx.mock(base_url=URL) as wire:
        route = wire.get("/things", params={"a": "1"}).respond(json={"b": 2})
        client = kind(api_key=KEY, base_url=URL, rate_limit=OFF)
        if isinstance(client, Pandocast | Passband):
            with client:
                response = client.request("GET", "/things", params={"a": 1})
        else:
            response = asyncio.run(request_things(client))
    assert response.json() == {"b": 2}
    assert route.calls.last.request.headers["authorization"] == f"Bearer {KEY}"


def two_pages_of_runs(request: httpx.Request) -> httpx.Response:
    cursor = request.url.params.get("cursor")
    assert request.url.params["limit"] == "1"
    name, following = ("r2", "older") if cursor is None else ("r1", None)
    return httpx.Response(200, json={"runs": [{"id": name, "status": "failed"}], "nextCursor": following})


def test_lists_of_passband_continue_by_cursor() -> None:
    with respx.mock(base_url=URL) as wire:
        wire.get("/pipeline/runs").mock(side_effect=two_pages_of_runs)
        with Passband(api_key=KEY, base_url=URL) as client:
            page = client.pipeline.runs(limit=1)
            assert ([run.id for run in page.items], page.next_cursor) == (["r2"], "older")
            assert [run.id for run in page] == ["r2", "r1"]
            assert [run.id for run in client.pipeline.runs(limit=1, cursor="older")] == ["r1"]


def test_async_lists_of_passband_continue_by_cursor() -> None:
    async def listing() -> None:
        async with AsyncPassband(api_key=KEY, base_url=URL) as client:
            page = await client.pipeline.runs(limit=1)
            assert ([run.id for run in page.items], page.next_cursor) == (["r2"], "older")
            assert [run.id async for run in page] == ["r2", "r1"]
            assert [run.id async for run in client.pipeline.runs(limit=1, cursor="older")] == ["r1"]

    with respx.mock(base_url=URL) as wire:
        wire.get("/pipeline/runs").mock(side_effect=two_pages_of_runs)
        asyncio.run(listing())


@EVERY
def test_importing_a_client_loads_nothing_that_only_calls_need(kind: type[Client]) -> None:
    code = f"from pandocast_sdk import {kind.__name__}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own statement
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"httpx", "pydantic", "tenacity", "redis"} & set(done.stdout.split())
