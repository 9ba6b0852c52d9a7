"""What all endpoints have in common: the statuses, and what is refused when one is made."""

import asyncio
import logging
import re
import subprocess
import sys
import tracemalloc
import warnings
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from types import ModuleType
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.doc_pages import ROOT
from support.doc_tables import quoted, table

from pandocast_sdk.errors import WebhookPayloadError
from pandocast_sdk.webhooks import (
    Delivery,
    Event,
    PostPublished,
    Router,
    Webhook,
    aiohttp,
    asgi,
    aws_lambda,
    django,
    flask,
    wsgi,
)
from pandocast_sdk.webhooks import endpoint as endpoint_module
from pandocast_sdk.webhooks.endpoint import Endpoint, Handle, Request, headers_of

WEBHOOK = Webhook("whsec_test")
BODY, HEADERS = WEBHOOK.wrap('{"event": "new.type", "timestamp": "2026-03-28T10:05:00Z", "data": {}}')
MODULES = (aiohttp, asgi, aws_lambda, django, flask, wsgi)
BLOCKING = (aws_lambda, flask, wsgi)
LOGGER = "pandocast_sdk.webhooks"


def respond(
    handle: Handle,
    chunks: list[bytes] | None = None,
    request: Request | None = None,
    *,
    max_body: int = 1000,
    webhook: Webhook = WEBHOOK,
) -> int:
    """Have an endpoint respond, blocking and awaiting, which has to come to the same."""
    body = [BODY] if chunks is None else chunks
    asked = request or Request("POST", HEADERS)

    async def awaiting() -> int:
        endpoint = Endpoint(webhook, handle, max_body, awaits=True)
        remaining = iter([*body, b""])

        async def read() -> bytes:
            return next(remaining)

        return await endpoint.respond_async(asked, read)

    remaining = iter([*body, b""])
    status = Endpoint(webhook, handle, max_body, awaits=False).respond(asked, lambda: next(remaining))
    assert asyncio.run(awaiting()) == status
    return status


def test_the_handler_gets_the_delivery_each_time() -> None:
    deliveries: list[Delivery] = []
    assert respond(deliveries.append, [BODY[:7], BODY[7:]]) == 204
    assert [each.body for each in deliveries] == [BODY, BODY]
    assert deliveries[0].id == HEADERS["X-Pandocast-Delivery"]


@pytest.mark.parametrize(
    ("expected", "chunks", "request_"),
    [
        (204, [BODY], Request("POST", HEADERS, str(len(BODY)))),
        (204, [BODY], Request("POST", HEADERS, "0" * 5000 + str(len(BODY)))),
        (400, [BODY], Request("POST", HEADERS, "-1")),
        (400, [BODY], Request("POST", HEADERS, "+5")),
        (400, [BODY], Request("POST", HEADERS, "\u0665")),
        (400, [BODY], Request("POST", HEADERS, "5, 5")),
        (400, [b"[]"], Request("POST", WEBHOOK.wrap(b"[]")[1])),
        (401, [BODY], Request("POST", {})),
        (401, [BODY, b" "], Request("POST", HEADERS)),
        (401, [], Request("POST", HEADERS)),
        (401, [BODY], Request("POST", cast("dict[str, str]", None))),
        (405, [BODY], Request("GET", HEADERS)),
        (405, [BODY], Request("post", HEADERS, length_missing=True)),
        (411, [BODY], Request("POST", HEADERS, length_missing=True)),
        (413, [BODY], Request("POST", HEADERS, "1001")),
        (413, [BODY], Request("POST", HEADERS, "9" * 5000)),
        (413, [b"x" * 500, b"x" * 501], Request("POST", HEADERS)),
    ],
)
def test_each_request_has_its_status(
    expected: int, chunks: list[bytes], request_: Request, caplog: pytest.LogCaptureFixture
) -> None:
    handled: list[Delivery] = []
    with caplog.at_level(logging.INFO, LOGGER):
        assert respond(handled.append, chunks, request_) == expected
    assert bool(handled) is (expected == 204)
    assert {record.levelname for record in caplog.records} == (set() if expected == 204 else {"INFO"})
    assert all(str(expected) in record.getMessage() for record in caplog.records)


def test_the_documentation_has_these_statuses() -> None:
    rows = table(ROOT / "docs" / "webhooks.md", "status", "when")
    (text,) = re.findall(r"The statuses: (.*)", str(endpoint_module.__doc__).replace("\n", " "))
    assert [row[0] for row in rows] == re.findall(r"\b\d{3}\b", text)


def test_the_documentation_has_every_endpoint_and_where_coroutine_functions_go() -> None:
    rows = table(
        ROOT / "docs" / "webhooks.md",
        "framework",
        "endpoint from",
        "its `handle` may be a coroutine function",
    )
    documented = {quoted(module)[0]: answer.startswith("yes") for _, module, answer in rows[:-1]}
    assert documented == {module.__name__: module not in BLOCKING for module in MODULES}


def test_no_more_is_read_than_may_be_kept() -> None:
    read = 0

    def chunk() -> bytes:
        nonlocal read
        read += 1
        return b"x" * 100

    endpoint = Endpoint(WEBHOOK, print, 1000, awaits=False)
    assert endpoint.respond(Request("POST", HEADERS), chunk) == 413
    assert read == 11
    assert endpoint.respond(Request("POST", HEADERS, "1001"), chunk) == 413
    assert read == 11


def test_no_more_is_kept_than_the_limit_and_one_chunk() -> None:
    size, chunk = 1 << 20, 1 << 16
    endpoint = Endpoint(WEBHOOK, print, size, awaits=False)
    for chunks, expected in ((size // chunk, 401), (10 * size // chunk, 413)):
        remaining = iter(range(chunks))
        tracemalloc.start()
        status = endpoint.respond(
            Request("POST", {**HEADERS, "X-Pandocast-Signature": "0" * 64}),
            lambda remaining=remaining: bytes(chunk) if next(remaining, None) is not None else b"",  # type: ignore[misc] # bound here
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert status == expected
        assert peak < size * 9 // 8 + 2 * chunk  # a buffer that grows is a little larger than what is in it


@pytest.mark.parametrize("error", [RuntimeError("mine"), WebhookPayloadError("mine"), OSError("mine")])
def test_an_error_of_the_handler_is_logged_and_is_500(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def handle(_delivery: Delivery) -> None:
        raise error

    assert respond(handle) == 500
    for record in caplog.records:
        assert (record.name, record.levelname) == (LOGGER, "ERROR")
        assert record.exc_info
        assert record.exc_info[1] is error
    assert len(caplog.records) == 2


def test_an_error_of_the_clock_is_logged_and_is_500(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([datetime.now(UTC)])
    webhook = Webhook("whsec_test", 60, now=lambda: next(times))
    assert respond(print, webhook=webhook) == 500
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 2


def test_what_ends_the_program_is_not_held_back() -> None:
    def handle(_delivery: Delivery) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Endpoint(WEBHOOK, handle, 1000, awaits=False).respond(
            Request("POST", HEADERS), iter([BODY, b""]).__next__
        )


def test_an_awaitable_that_nothing_awaits_is_500(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None: ...

    endpoint = Endpoint(WEBHOOK, lambda _delivery: work(), 1000, awaits=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert endpoint.respond(Request("POST", HEADERS), iter([BODY, b""]).__next__) == 500
    assert "nothing awaits it here" in caplog.text


def test_what_the_handler_returns_is_awaited() -> None:
    done = []

    async def handle(_delivery: Delivery) -> None:
        await asyncio.sleep(0)
        done.append(1)

    async def read() -> AsyncIterator[bytes]:
        yield BODY
        yield b""

    for each in (handle, lambda delivery: handle(delivery)):  # noqa: PLW0108 - which cannot be seen to be one
        endpoint = Endpoint(WEBHOOK, each, 1000, awaits=True)
        assert asyncio.run(endpoint.respond_async(Request("POST", HEADERS), read().__anext__)) == 204
    assert done == [1, 1]


@given(
    chunks=st.lists(st.binary(max_size=30)),
    method=st.text(max_size=4),
    length=st.none() | st.text(),
    missing=st.booleans(),
)
def test_no_request_is_500(*, chunks: list[bytes], method: str, length: str | None, missing: bool) -> None:
    request = Request(method or "POST", HEADERS, length, length_missing=missing)
    assert 400 <= respond(print, [chunk for chunk in chunks if chunk], request) < 500


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("chunk"), StopIteration()])
def test_a_body_that_cannot_be_read_is_400_and_no_traceback(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def read() -> bytes:
        raise error

    endpoint = Endpoint(WEBHOOK, print, 1000, awaits=False)
    with caplog.at_level(logging.DEBUG, LOGGER):
        assert endpoint.respond(Request("POST", HEADERS), read) == 400
    assert [record.levelname for record in caplog.records] == ["DEBUG"]


def test_only_405_has_allow() -> None:
    assert headers_of(405)["Allow"] == "POST"
    assert headers_of(204) == {}
    assert headers_of(401) == {"Content-Length": "0"}


async def coroutine_function(_delivery: Delivery) -> None: ...


def router_with_coroutine_function() -> Router:
    hooks = Router()

    @hooks.on(PostPublished)
    async def handle(_event: Event, _delivery: Delivery) -> None: ...

    return hooks


@pytest.mark.parametrize("module", BLOCKING, ids=lambda module: module.__name__)
def test_an_endpoint_that_cannot_await_refuses_coroutine_functions(module: ModuleType) -> None:
    for handle in (coroutine_function, router_with_coroutine_function()):
        with pytest.raises(TypeError, match="cannot await: use a plain function"):
            module.endpoint(WEBHOOK, handle)
    hooks = Router()
    module.endpoint(WEBHOOK, hooks)
    with pytest.raises(TypeError, match="cannot await: use a plain function"):
        hooks.on(PostPublished)(_coroutine_handler)
    assert not hooks.has_coroutine_functions


async def _coroutine_handler(_event: Event, _delivery: Delivery) -> None: ...


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_an_endpoint_refuses_what_can_only_fail(module: ModuleType) -> None:
    make: Callable[..., object] = module.endpoint
    with pytest.raises(TypeError, match="webhook must be a Webhook, not str"):
        make("whsec_test", print)
    with pytest.raises(TypeError, match="cannot be called"):
        make(WEBHOOK, None)
    with pytest.raises(TypeError, match="max_body must be a number of bytes"):
        make(WEBHOOK, print, max_body="1 MiB")
    for max_body in (0, -1):
        with pytest.raises(ValueError, match="at least 1 byte"):
            make(WEBHOOK, print, max_body=max_body)


def run(program: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own


def test_importing_an_endpoint_loads_no_framework_and_nothing_else_that_is_heavy() -> None:
    names = ", ".join(module.__name__.rpartition(".")[2] for module in MODULES)
    loaded = run(
        f"import sys\nfrom pandocast_sdk.webhooks import {names}\nprint(*sys.modules)"
    ).stdout.split()
    assert not {"django", "flask", "aiohttp", "starlette", "httpx", "pydantic", "tenacity"} & set(loaded)


@pytest.mark.parametrize(
    "client", ["", "from pandocast_sdk import Pandocast; Pandocast(api_key='pk_test_x').close()"]
)
def test_an_error_of_the_handler_is_printed_where_no_logging_is_set_up(client: str) -> None:
    """The client gives the SDK's logger a handler that prints nothing, which keeps Python from doing so."""
    program = f"""
import pandocast_sdk
{client}
from pandocast_sdk.webhooks import Webhook, wsgi
from pandocast_sdk.webhooks import endpoint as endpoint_module
from pandocast_sdk.webhooks.endpoint import Endpoint, Request
webhook = Webhook("whsec_test")
body, headers = webhook.wrap('{{"event": "x", "timestamp": "", "data": {{}}}}')
def handle(delivery): raise RuntimeError("the handler's own")
chunks = iter([body, b""])
print(Endpoint(webhook, handle, 1000, awaits=False).respond(Request("POST", headers), lambda: next(chunks)))
"""
    done = run(program)
    assert done.stdout == "500\n"
    assert done.stderr.count("RuntimeError: the handler's own") == 1
    assert done.stderr.count("Traceback") == 1
    set_up = run(f"import logging; logging.basicConfig()\n{program}")
    assert set_up.stderr.count("Traceback") == 1
