"""The Lambda handler: the events of API Gateway, function URLs and load balancers, and any junk."""

from base64 import b64encode
from collections.abc import Mapping
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk.webhooks import Delivery, Webhook, aws_lambda, sign

NAME = "X-Pandocast-Signature"
# Spaces, a letter outside ASCII and an escape: decoded and encoded again, it would be another body.
BODY = (
    '{ "event": "post.failed", "timestamp": "2026-03-28T10:05:00Z", "data": {"error": "né\\u00e9"} }'.encode()
)
SIGNATURE = sign(BODY, "whsec_test")
DELIVERIES: list[Delivery] = []
HANDLER = aws_lambda.endpoint(Webhook("whsec_test"), DELIVERIES.append, max_body=1000)

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
    "requestContext": {"http": {"method": "POST"}},
    "headers": {NAME.lower(): SIGNATURE},
    "body": b64encode(BODY).decode(),
    "isBase64Encoded": True,
}
LOAD_BALANCER: dict[str, object] = {
    "requestContext": {"elb": {"targetGroupArn": "arn:..."}},
    "httpMethod": "POST",
    "multiValueHeaders": {NAME.lower(): [SIGNATURE]},
    "body": BODY.decode(),
    "isBase64Encoded": False,
}
NULLS: dict[str, object] = {**V1, "multiValueHeaders": None}


@pytest.mark.parametrize("event", [V1, V2, LOAD_BALANCER, NULLS], ids=["v1", "v2", "load balancer", "nulls"])
def test_a_signed_delivery_is_handled(event: Mapping[str, object]) -> None:
    DELIVERIES.clear()
    response = HANDLER(event, None)
    assert response["statusCode"] == 204
    assert [delivery.body for delivery in DELIVERIES] == [BODY]
    # A load balancer that sends several values of a header reads no others of the response.
    assert ("multiValueHeaders" in response) is bool(event.get("multiValueHeaders"))


@pytest.mark.parametrize(
    ("status", "event"),
    [
        (401, {**V1, "body": BODY.decode() + " "}),
        (401, {**V1, "headers": None, "multiValueHeaders": None}),
        (401, {**V1, "multiValueHeaders": {NAME: [SIGNATURE, SIGNATURE]}}),
        (401, {**V2, "headers": {NAME.lower(): f"{SIGNATURE},{SIGNATURE}"}}),
        (401, {**V2, "isBase64Encoded": False}),
        (401, {**V2, "body": None}),
        (401, {**V1, "body": None}),
        (400, {**V2, "body": "not base64!"}),
        (400, {**V2, "body": "é"}),
        (400, {**V2, "body": f"!{V2['body']}"}),
        (400, {**V1, "body": "\ud800"}),
        (400, {**V1, "body": ["x"]}),
        (400, {**V1, "body": "[]", "multiValueHeaders": {NAME: [sign("[]", "whsec_test")]}}),
        (413, {**V1, "body": "x" * 1001}),
        (413, {**V1, "body": "x" * 10_000}),
        (413, {**V2, "body": b64encode(b"x" * 1001).decode()}),
        (413, {**V2, "body": "!" * 10_000}),
        (405, {**V1, "httpMethod": "GET"}),
        (405, {**V2, "requestContext": {"http": {"method": "GET"}}}),
        (405, {}),
        (405, None),
        (405, []),
        (405, "event"),
    ],
)
def test_a_forged_or_malformed_event_is_refused(status: int, event: object) -> None:
    DELIVERIES.clear()
    assert HANDLER(cast("Mapping[str, object]", event), None)["statusCode"] == status
    assert not DELIVERIES


def test_the_allowed_method_is_named() -> None:
    assert HANDLER({}, None)["headers"] == {"Content-Length": "0", "Allow": "POST"}
    several = HANDLER({**V1, "httpMethod": "GET"}, None)["multiValueHeaders"]
    assert several == {"Content-Length": ["0"], "Allow": ["POST"]}


values = st.one_of(st.none(), st.booleans(), st.text(), st.integers(), st.dictionaries(st.text(), st.text()))


@given(st.dictionaries(st.sampled_from(sorted(V1 | V2)), values))
def test_any_junk_is_refused(event: dict[str, object]) -> None:
    assert HANDLER(event, None)["statusCode"] in {400, 401, 405}
    assert HANDLER({**event, "httpMethod": "POST"}, None)["statusCode"] in {400, 401}
