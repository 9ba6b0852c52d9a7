"""The framework adapters: the raw body and every header reach the receiver."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from typing import cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pandocast_sdk.errors import WebhookPayloadError, WebhookVerificationError
from pandocast_sdk.webhooks import Webhook, aws_lambda, sign, starlette

WEBHOOK = Webhook("whsec_test")
# Spaces, a letter outside ASCII and an escape: decoded and encoded again, it would be another body.
BODY = (
    '{ "event": "post.failed", "timestamp": "2026-03-28T10:05:00Z", "data": {"error": "né\\u00e9"} }'.encode()
)
SIGNATURE = sign(BODY, "whsec_test")
NAME = "X-Pandocast-Signature"


async def receive(request: Request) -> PlainTextResponse:
    try:
        event = await starlette.unwrap_request(WEBHOOK, request)
    except WebhookPayloadError as error:
        return PlainTextResponse(str(error), status_code=400)
    except WebhookVerificationError as error:
        return PlainTextResponse(str(error), status_code=401)
    return PlainTextResponse(event.event)


def post(body: bytes, headers: list[tuple[str, str]]) -> httpx.Response:
    async def send() -> httpx.Response:
        app = Starlette(routes=[Route("/hook", receive, methods=["POST"])])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            return await client.post("/hook", content=body, headers=headers)

    return asyncio.run(send())


def test_starlette_returns_the_event_of_a_signed_delivery() -> None:
    response = post(BODY, [(NAME, SIGNATURE), ("Content-Type", "application/json")])
    assert (response.status_code, response.text) == (200, "post.failed")


def test_starlette_rejects_a_forged_delivery() -> None:
    assert post(BODY + b" ", [(NAME, SIGNATURE)]).status_code == 401
    assert post(BODY, []).status_code == 401


def test_starlette_rejects_a_repeated_signature() -> None:
    response = post(BODY, [(NAME, SIGNATURE), (NAME.lower(), SIGNATURE)])
    assert response.status_code == 401
    assert "more than once" in response.text


def test_starlette_raises_a_payload_error_for_a_signed_body_that_is_no_event() -> None:
    assert post(b"[]", [(NAME, sign(b"[]", "whsec_test"))]).status_code == 400


V1: dict[str, object] = {
    "version": "1.0",
    "httpMethod": "POST",
    "headers": {NAME: SIGNATURE},
    "multiValueHeaders": {NAME: [SIGNATURE], "Accept": ["*/*"]},
    "body": BODY.decode(),
    "isBase64Encoded": False,
}
V2: dict[str, object] = {
    "version": "2.0",
    "headers": {NAME.lower(): SIGNATURE},
    "body": b64encode(BODY).decode(),
    "isBase64Encoded": True,
}
LOAD_BALANCER: dict[str, object] = {"multiValueHeaders": {NAME.lower(): [SIGNATURE]}, "body": BODY.decode()}
NULLS: dict[str, object] = {**V1, "multiValueHeaders": None}


@pytest.mark.parametrize("event", [V1, V2, LOAD_BALANCER, NULLS], ids=["v1", "v2", "load balancer", "nulls"])
def test_lambda_returns_the_event_of_a_signed_delivery(event: Mapping[str, object]) -> None:
    assert aws_lambda.unwrap_request(WEBHOOK, event).event == "post.failed"


@pytest.mark.parametrize(
    "event",
    [
        {**V1, "body": BODY.decode() + " "},
        {**V1, "headers": None, "multiValueHeaders": None},
        {**V1, "multiValueHeaders": {NAME: [SIGNATURE, SIGNATURE]}},
        {**V2, "headers": {NAME.lower(): f"{SIGNATURE},{SIGNATURE}"}},
        {**V2, "isBase64Encoded": False},
        {**V2, "body": None},
        {**V1, "body": None},
        {**V2, "body": "not base64!"},
        {**V2, "body": "é"},
        {**V2, "body": f"!{V2['body']}"},
        {},
        None,
        [],
        "event",
    ],
    ids=lambda value: type(value).__name__,
)
def test_lambda_rejects_a_forged_or_malformed_event(event: object) -> None:
    with pytest.raises(WebhookVerificationError):
        aws_lambda.unwrap_request(WEBHOOK, cast("Mapping[str, object]", event))


values = st.one_of(st.none(), st.booleans(), st.text(), st.integers(), st.dictionaries(st.text(), st.text()))


@given(st.dictionaries(st.sampled_from(sorted(V1)), values))
def test_lambda_raises_a_verification_error_for_any_junk(event: dict[str, object]) -> None:
    with pytest.raises(WebhookVerificationError):
        aws_lambda.unwrap_request(WEBHOOK, event)
