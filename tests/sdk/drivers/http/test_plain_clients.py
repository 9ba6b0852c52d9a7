"""A caller's client is bypassed only where nobody could notice: what was put into it is always used."""

import asyncio
import functools
import logging
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from unittest import mock

import httpx
import httpx2
import pytest
from starlette.testclient import TestClient

from pandocast_sdk import AsyncPandocast, Pandocast
from pandocast_sdk._drivers.http.plain_clients import plainness_of

KEY = "pk_test_plain"
CLIENTS = pytest.mark.parametrize(
    "kind", [httpx.Client, httpx.AsyncClient, httpx2.Client, httpx2.AsyncClient]
)
STEPS = pytest.mark.parametrize(
    "step",
    [
        "send",
        "_send_handling_auth",
        "_send_handling_redirects",
        "_send_single_request",
        "_transport_for_url",
    ],
)


def opened(kind: Any) -> Any:
    """Return a client of a class whose transport answers by itself."""
    library: Any = httpx2 if issubclass(kind, (httpx2.Client, httpx2.AsyncClient)) else httpx

    def respond(_request: object) -> object:
        return library.Response(200, content=b'{"items": [], "total": 0}')

    return kind(transport=library.MockTransport(respond))


def call_through(http_client: Any, times: int = 1, between: Callable[[], object] = nullcontext) -> None:
    """Make calls through a client, and do something after the first."""

    async def call_async() -> None:
        async with AsyncPandocast(
            api_key=KEY, base_url="https://api.example", http_client=http_client
        ) as client:
            for _ in range(times):
                assert (await client.content.outputs("c")).items == []
                between()

    if isinstance(http_client, (httpx.AsyncClient, httpx2.AsyncClient)):
        return asyncio.run(call_async())
    with Pandocast(api_key=KEY, base_url="https://api.example", http_client=http_client) as client:
        for _ in range(times):
            assert client.content.outputs("c").items == []
            between()
    return None


def counted(method: Callable[..., Any], passed: list[str]) -> Callable[..., Any]:
    """Return a replacement that a tracer might make: it looks like what it replaces."""

    @functools.wraps(method)
    def replacement(*args: Any, **kwargs: Any) -> Any:
        passed.append(method.__name__)
        return method(*args, **kwargs)

    return replacement


@CLIENTS
def test_a_client_that_would_only_choose_the_transport_is_plain(kind: Any) -> None:
    unused = {"auth": ("a", "b"), "cookies": {"a": "b"}, "headers": {"a": "b"}, "follow_redirects": True}
    assert plainness_of(kind(**unused))()


def test_the_test_client_of_starlette_is_plain() -> None:
    client: Any = TestClient(mock.Mock())  # of httpx or httpx2, as its version prefers
    assert plainness_of(client)()


@CLIENTS
def test_a_plain_client_is_bypassed(kind: Any) -> None:
    """Its cookies, which the SDK does not use, are what shows it."""
    http_client = opened(kind)
    with mock.patch.object(type(http_client.cookies), "extract_cookies") as extract_cookies:
        call_through(http_client)
        assert not extract_cookies.called
        http_client.event_hooks["request"].append(
            mock.Mock() if "Async" not in kind.__name__ else mock.AsyncMock()
        )
        call_through(http_client)
        assert extract_cookies.called


@STEPS
@CLIENTS
def test_a_method_that_was_replaced_in_the_class_is_used(
    kind: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[str] = []
    monkeypatch.setattr(kind, step, counted(getattr(kind, step), passed))
    call_through(opened(kind))
    assert passed


@STEPS
@CLIENTS
def test_a_method_that_is_replaced_between_two_calls_is_used(
    kind: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[str] = []
    replacement = counted(getattr(kind, step), passed)
    counts: list[int] = []

    def replace() -> None:
        counts.append(len(passed))
        monkeypatch.setattr(kind, step, replacement)

    call_through(opened(kind), 2, replace)
    assert counts[0] == 0 < counts[1]


@STEPS
@CLIENTS
def test_a_method_that_is_replaced_in_one_client_is_used(kind: Any, step: str) -> None:
    passed: list[str] = []
    http_client = opened(kind)
    setattr(http_client, step, counted(getattr(http_client, step), passed))
    call_through(http_client)
    assert passed


@STEPS
@CLIENTS
def test_a_method_of_a_subclass_is_used(kind: Any, step: str) -> None:
    passed: list[str] = []
    subclass = type("Subclass", (kind,), {step: counted(getattr(kind, step), passed)})
    call_through(opened(subclass))
    assert passed


@CLIENTS
def test_the_transport_is_the_one_that_the_client_chooses(kind: Any) -> None:
    by_host = opened(kind)
    elsewhere = kind(mounts={"all://api.example": by_host._transport})
    assert plainness_of(elsewhere)()
    call_through(elsewhere)


@CLIENTS
def test_a_client_writes_its_log(kind: Any, caplog: pytest.LogCaptureFixture) -> None:
    http_client = opened(kind)
    call_through(http_client)
    assert caplog.messages == []
    with caplog.at_level(logging.INFO, logger=kind.send.__globals__["logger"].name):
        call_through(http_client)
    (line,) = caplog.messages
    assert "/content/c/outputs" in line


@CLIENTS
def test_a_closed_client_refuses_as_it_does(kind: Any) -> None:
    http_client = opened(kind)
    if isinstance(http_client, (httpx.AsyncClient, httpx2.AsyncClient)):
        asyncio.run(http_client.aclose())
    else:
        http_client.close()
    with pytest.raises(RuntimeError, match="Cannot send a request, as the client has been closed"):
        call_through(http_client)


def test_a_client_whose_inner_methods_have_other_names_is_not_plain() -> None:
    """So will those of a later version of the library, perhaps."""
    later: Any = mock.Mock(spec=["send", "event_hooks", "is_closed"])
    assert not plainness_of(later)()
