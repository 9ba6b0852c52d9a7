"""One delivery on the wire."""

import asyncio
import hashlib
import hmac
import socket
from typing import cast

import pytest
from sqlalchemy import RowMapping
from support.post_office import Received, receiving

from pandocast_sdk.webhooks import verify_signature
from pandocast_server.delivery import sending
from pandocast_server.delivery.sending import Attempt

pytestmark = pytest.mark.anyio

BODY = '{"event":"post.published","timestamp":"2026-03-28T10:05:00.000Z","data":{"title":"Größe"}}'.encode()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def delivery_to(url: str) -> RowMapping:
    row = {"id": "dlv_1", "url": url, "secret": "whsec_test", "type": "post.published", "body": BODY}
    return cast("RowMapping", row)


async def send(delivery: RowMapping, *, private_targets: bool = True, deadline: float = 30.0) -> Attempt:
    return await sending.send(delivery, private_targets=private_targets, deadline=deadline)


async def test_the_request_is_what_the_reference_says() -> None:
    async with receiving() as receiver:
        await send(delivery_to(receiver.url("/hook?tenant=1")))
    (request,) = receiver.received
    assert (request.target, request.body) == ("/hook?tenant=1", BODY)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-pandocast-event"] == "post.published"
    assert request.headers["x-pandocast-delivery"] == "dlv_1"
    signature = request.headers["x-pandocast-signature"]
    assert signature == hmac.new(b"whsec_test", BODY, hashlib.sha256).hexdigest()
    assert verify_signature(request.body, signature, "whsec_test")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_success(status: int) -> None:
    async def answer(_: Received) -> int:
        return status

    async with receiving(answer) as receiver:
        attempt = await send(delivery_to(receiver.url()))
    assert (attempt.response_status, attempt.error) == (status, None)


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308, 400, 404, 410, 429, 500, 503])
async def test_anything_else_is_failure(status: int) -> None:
    async def answer(_: Received) -> int:
        return status

    async with receiving(answer) as receiver:
        attempt = await send(delivery_to(receiver.url()))
    assert (attempt.response_status, attempt.error) == (status, f"the endpoint answered {status}")
    assert len(receiver.received) == 1


async def test_hanging_up_is_failure() -> None:
    async def hang_up(_: Received) -> None:
        return None

    async with receiving(hang_up) as receiver:
        attempt = await send(delivery_to(receiver.url()))
    assert attempt.response_status is None
    assert attempt.error is not None
    assert attempt.error.startswith("no valid answer")
    assert len(receiver.received) == 1


async def test_the_deadline_is_failure() -> None:
    never = asyncio.Event()

    async def wait(_: Received) -> int:
        await never.wait()
        return 200

    async with receiving(wait) as receiver:
        async with asyncio.timeout(30):  # fails instead of hanging
            attempt = await send(delivery_to(receiver.url()), deadline=0.1)
        never.set()
    assert (attempt.response_status, attempt.error) == (None, "no complete answer within 0.1 seconds")


async def test_the_deadline_is_the_reference_s() -> None:
    assert sending.DEADLINE_SECONDS == 10


async def test_an_address_out_of_bounds_is_failure() -> None:
    async with receiving() as receiver:
        attempt = await send(delivery_to(receiver.url()), private_targets=False)
    assert attempt.error == "the host has an address that requests may not be sent to"
    assert receiver.received == []


async def test_nobody_there_is_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    attempt = await send(delivery_to(f"http://127.0.0.1:{port}/"))
    assert attempt.response_status is None
    assert attempt.error is not None
    assert attempt.error.startswith("cannot connect")


async def test_a_row_that_should_not_be_there_is_failure_too(caplog: pytest.LogCaptureFixture) -> None:
    async with receiving() as receiver:
        spoilt = cast("RowMapping", {**delivery_to(receiver.url()), "secret": ""})
        attempt = await send(spoilt)
    assert attempt.error == "the delivery could not be sent: ValueError"
    assert "dlv_1" in caplog.text
