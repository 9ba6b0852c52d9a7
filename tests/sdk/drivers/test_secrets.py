"""The key stays out of everything that people print: messages, tracebacks with all locals, logs."""

import asyncio
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from typing import NoReturn

import anyio
import httpx
import pytest
import trio
from support import caller_clients
from support.concurrency import cancelled_when
from support.loopback import (
    FLAVOURS,
    KEY,
    NO_LIMIT,
    Conversation,
    Loopback,
    Script,
    always,
    call,
    close_after_reading,
    free_port,
    http,
    loopback,
    never_respond,
)

from pandocast_sdk import AsyncPandocast, Pandocast, PandocastError
from pandocast_sdk._core.call.failure_table import FAILURES
from pandocast_sdk._core.protocol import FailureKind

ECHO = json.dumps({"error": f"Authorization: Bearer {KEY}", "code": "bad_request", "status": 400}).encode()
SCENARIOS: dict[str, Script] = {
    "closed": close_after_reading,
    "timed out": never_respond,
    "not JSON": always(http("200 OK", f"<p>Bearer {KEY}</p>".encode())),
    "not HTTP": always(f"Bearer {KEY}\r\n\r\n".encode()),
    "not gzip": always(http("200 OK", KEY.encode(), "Content-Encoding: gzip")),
    "echo in the error": always(http("400 Bad Request", ECHO, f"X-Echo: Bearer {KEY}")),
    "echo in the 429": always(http("429 Too Many", ECHO, f"X-Echo: {KEY}", "Retry-After: 999")),
    "echo in the redirect": always(http("302 Found", b"", f"Location: https://evil.example/?{KEY}")),
    "echo in the reason": always(http(f"500 {KEY}")),
}


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """Return the error with its causes and contexts, whether a traceback would print them or not."""
    seen: list[BaseException] = []
    left: list[BaseException | None] = [error]
    while left:
        link = left.pop()
        if link is not None and link not in seen:
            seen.append(link)
            left += [link.__cause__, link.__context__]
    return iter(seen)


def printed(error: BaseException) -> str:
    """Return what a crash reporter shows: all frames with all their locals, but for those of the tests."""
    parts = []
    for linked in chain_of(error):
        summary = traceback.TracebackException.from_exception(linked, capture_locals=True)
        frames = [frame for frame in summary.stack if "/tests/" not in frame.filename]
        parts += [repr(frame.locals) for frame in frames]
        parts += [str(linked), repr(linked), repr(vars(linked)), repr(linked.args)]
    return "\n".join(parts)


def list_content(flavour: str, url: str, *, timeout: float = 20.0) -> None:
    """Make a typed call, whose response must fit a model."""
    if flavour == "sync":
        with (
            caller_clients.sync_client() as http_client,
            Pandocast(
                api_key=KEY, base_url=url, timeout=timeout, max_retries=0, http_client=http_client
            ) as client,
        ):
            client.content.list()
        return

    async def listing() -> None:
        async with (
            caller_clients.async_client() as http_client,
            AsyncPandocast(
                api_key=KEY, base_url=url, timeout=timeout, max_retries=0, http_client=http_client
            ) as client,
        ):
            await client.content.list()

    trio.run(listing) if flavour == "trio" else asyncio.run(listing())


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_error_shows_the_key(flavour: str, scenario: str) -> None:
    with loopback(SCENARIOS[scenario]) as server, pytest.raises(PandocastError) as caught:
        list_content(flavour, server.url, timeout=0.3 if scenario == "timed out" else 20.0)
    error = caught.value
    assert KEY not in printed(error)
    assert KEY.encode() not in pickle.dumps(error)
    assert KEY not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_error_shows_the_key_when_nobody_listens(flavour: str) -> None:
    with pytest.raises(PandocastError) as caught:
        list_content(flavour, f"http://127.0.0.1:{free_port()}")
    assert KEY not in printed(caught.value)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_error_of_a_callers_transport_or_url_shows_the_key(flavour: str) -> None:

    def break_down(_request: object) -> NoReturn:
        raise LookupError("broken")

    with pytest.raises(LookupError, match="broken") as caught:
        call(
            flavour,
            "http://localhost",
            http_client={"transport": caller_clients.library.MockTransport(break_down)},
        )
    assert KEY not in printed(caught.value)
    with pytest.raises(ValueError, match="address") as refused:
        call(flavour, "http://localhost", path="/" + "x" * 70_000)
    assert KEY not in printed(refused.value)


@pytest.mark.skipif("sync" not in FLAVOURS, reason="there is no blocking client over aiohttp")
@pytest.mark.parametrize("point", ["send_request_headers.complete", "receive_response_headers.started"])
def test_an_interrupted_call_does_not_show_the_key(point: str) -> None:
    """The frames of the HTTP library hold the headers, above all while it sends them."""

    def interrupt(name: str, _info: object) -> None:
        if name == f"http11.{point}":
            raise KeyboardInterrupt

    def watch(request: httpx.Request) -> None:
        request.extensions = {**request.extensions, "trace": interrupt}

    http_client = {"event_hooks": {"request": [watch]}}
    with loopback(always(http("200 OK"))) as server, pytest.raises(KeyboardInterrupt) as caught:
        call("sync", server.url, http_client=http_client)
    assert KEY not in printed(caught.value)
    assert not any("httpcore" in frame.filename for frame in traceback.extract_tb(caught.value.__traceback__))


@pytest.mark.parametrize("flavour", [flavour for flavour in FLAVOURS if flavour != "sync"])
def test_a_cancelled_call_does_not_show_the_key(flavour: str) -> None:
    shown: list[str] = []
    files: set[str] = set()

    async def listing(url: str) -> None:
        async with (
            caller_clients.async_client() as http_client,
            AsyncPandocast(api_key=KEY, base_url=url, http_client=http_client) as client,
        ):
            try:
                await client.content.list()
            except BaseException as error:
                shown.append(printed(error))
                files.update(frame.filename for frame in traceback.extract_tb(error.__traceback__))
                raise

    async def cancel_in_flight(server: Loopback) -> None:
        await cancelled_when(lambda: server.requests, lambda: listing(server.url))

    with loopback(never_respond) as server:
        anyio.run(cancel_in_flight, server, backend=flavour)
    assert len(shown) == 1
    assert "Cancelled" in shown[0]
    assert not [file for file in files if "httpcore" in file]
    assert KEY not in shown[0]


def test_no_object_shows_the_key() -> None:
    with Pandocast(api_key=KEY, rate_limit=NO_LIMIT) as client:
        asynchronous = AsyncPandocast(api_key=KEY)
        for thing in (
            client,
            client.content,
            asynchronous,
            asynchronous.content,
            asynchronous.content.list(),
        ):
            assert KEY not in f"{thing!r} {thing}"
        session = client._session
        exchange = session._open_exchange()
        builder = exchange._request_builder
        for inner in (
            session,
            session._state.context(),
            session.options,
            exchange,
            builder,
            builder._read_headers,
        ):
            assert KEY not in f"{inner!r} {inner}"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_log_shows_the_key_or_a_body(flavour: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with loopback(always(http("200 OK", b'{"a": "response-text"}'))) as server:
        call(flavour, server.url, "POST", "/things", json={"text": "request-text"})
    lines = [record.getMessage() for record in caplog.records]
    ours = [record.getMessage() for record in caplog.records if record.name == "pandocast_sdk"]
    assert not [line for line in lines if KEY in line or "request-text" in line or "response-text" in line]
    assert len(ours) == 1
    assert ours[0].startswith("POST /things -> 200, attempt 1, ")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_line_about_a_retry_shows_the_key_or_where_it_goes(
    flavour: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pandocast_sdk")
    responses = iter(
        [
            http(f"503 {KEY}", ECHO, f"X-Echo: {KEY}"),
            f"Bearer {KEY}\r\n\r\n".encode(),
            http("429 Too Many", ECHO, f"X-Echo: {KEY}"),
            http("200 OK"),
        ]
    )

    def respond(conversation: Conversation) -> None:
        while conversation.read_request():
            conversation.send(next(responses))

    broken = FAILURES[FailureKind.BROKEN].sentence
    with loopback(respond) as server:
        call(flavour, server.url, path=f"/things/{KEY}", max_retries=3)
    assert [record.getMessage() for record in caplog.records if record.name == "pandocast_sdk"] == [
        "GET /things/[redacted]: status 503; retry 1 of 3 in 0.0 s",
        f"GET /things/[redacted]: {broken}; retry 2 of 3 in 0.0 s",
        "GET /things/[redacted]: status 429; retry 3 of 3 in 0.0 s",
    ]
