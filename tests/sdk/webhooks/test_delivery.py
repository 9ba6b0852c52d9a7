"""What `receive` returns, and its inverse, `wrap`."""

import hashlib
import pickle
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.webhook_receiver import Receiver

from pandocast_sdk.errors import WebhookPayloadError
from pandocast_sdk.webhooks import (
    AbTestCompleted,
    AbTestCompletedData,
    ContentAnalyzed,
    ContentAnalyzedData,
    ContentUploaded,
    ContentUploadedData,
    Delivery,
    Event,
    OutputsGenerated,
    OutputsGeneratedData,
    PostFailed,
    PostFailedData,
    PostPublished,
    PostPublishedData,
    UnknownEvent,
    Webhook,
    sign,
    verify_signature,
)
from pandocast_server.testing import ReferenceServer

SECRET = "whsec_test"
WEBHOOK = Webhook(SECRET)
WHEN = datetime(2026, 3, 28, 10, 5, 0, 123456, tzinfo=UTC)
EVENTS: list[Event] = [
    ContentUploaded(timestamp=WHEN, data=ContentUploadedData(content_id="c_1", content_type=None)),
    ContentAnalyzed(
        timestamp=WHEN, data=ContentAnalyzedData(workspace_id="ws_1", content_id="c_1", title="Über 🎙")
    ),
    OutputsGenerated(timestamp=WHEN, data=OutputsGeneratedData(output_ids=["out_1"])),
    PostPublished(timestamp=WHEN, data=PostPublishedData(published_at=WHEN)),
    PostFailed(timestamp=WHEN, data=PostFailedData(attempts=3)),
    AbTestCompleted(timestamp=WHEN, data=AbTestCompletedData()),
    UnknownEvent(event="new.type", timestamp=None, data={"any": [1, None, {}]}),
]
BODY = b'{"event":"new.type","timestamp":"2026-03-28T10:05:00.000Z","data":{}}'


def test_a_delivery_has_its_event_its_bytes_their_digest_and_its_id() -> None:
    delivery = WEBHOOK.receive(
        BODY.decode(), {"X-Pandocast-Signature": sign(BODY, SECRET), "X-Pandocast-Delivery": "dlv_1"}
    )
    assert delivery.event == WEBHOOK.unwrap(BODY, {"X-Pandocast-Signature": sign(BODY, SECRET)})
    assert delivery.body == BODY
    assert type(delivery.body) is bytes
    assert delivery.digest == delivery.digest == hashlib.sha256(BODY).hexdigest()
    assert delivery.id == "dlv_1"
    assert repr(delivery) == "<Delivery 'new.type' id=dlv_1>"


@pytest.mark.parametrize("value", [None, "", "a\n", ["dlv_1", "dlv_2"], 5, "é"])
def test_a_malformed_id_is_none_and_refuses_nothing(value: object) -> None:
    signature = sign(BODY, SECRET)
    headers = {"X-Pandocast-Signature": signature, "X-Pandocast-Delivery": value}
    assert WEBHOOK.receive(BODY, headers).id is None
    assert WEBHOOK.receive(BODY, {"X-Pandocast-Signature": signature}).id is None


@pytest.mark.parametrize("name", ["event", "body", "digest", "id", "another"])
def test_a_delivery_cannot_be_changed(name: str) -> None:
    delivery = WEBHOOK.receive(*WEBHOOK.wrap(BODY))
    with pytest.raises(AttributeError):
        setattr(delivery, name, "x")


def test_a_delivery_pickles() -> None:
    delivery = WEBHOOK.receive(*WEBHOOK.wrap(EVENTS[0]))
    again: Delivery = pickle.loads(pickle.dumps(delivery))  # noqa: S301 - our own
    assert (again.event, again.body, again.id) == (delivery.event, delivery.body, delivery.id)
    assert again.digest == delivery.digest


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event)
def test_what_is_wrapped_can_be_unwrapped(event: Event) -> None:
    body, headers = WEBHOOK.wrap(event)
    again = WEBHOOK.unwrap(body, headers)
    assert again == event
    assert again.model_fields_set == event.model_fields_set | {"event"}  # None where it was None, and no more
    assert headers["X-Pandocast-Event"] == event.event


@given(st.one_of(st.binary(), st.text()))
def test_any_body_can_be_wrapped(body: bytes | str) -> None:
    raw, headers = WEBHOOK.wrap(body)
    assert raw == (body.encode() if isinstance(body, str) else body)
    assert verify_signature(raw, headers["X-Pandocast-Signature"], SECRET)
    assert "X-Pandocast-Event" not in headers
    with pytest.raises(WebhookPayloadError):
        WEBHOOK.unwrap(raw, headers)


def test_an_event_type_that_no_header_can_have_is_left_out() -> None:
    body, headers = WEBHOOK.wrap(UnknownEvent(event="new\r\ntype", timestamp=WHEN, data={}))
    assert "X-Pandocast-Event" not in headers
    assert WEBHOOK.unwrap(body, headers).event == "new\r\ntype"


def test_the_id_and_the_digest_are_the_same_for_the_same_body() -> None:
    one, again, other = (WEBHOOK.receive(*WEBHOOK.wrap(event)) for event in (BODY, BODY, BODY + b" "))
    assert one.id == again.id != other.id is not None
    assert one.digest == again.digest != other.digest


def test_the_first_of_several_secrets_signs() -> None:
    body, headers = Webhook(["new", "old"]).wrap(BODY)
    assert headers["X-Pandocast-Signature"] == sign(body, "new")


@pytest.mark.parametrize("value", [None, 5, {"event": "x"}])
def test_what_is_neither_an_event_nor_a_body_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match="an event or a body"):
        WEBHOOK.wrap(cast("Event", value))


def test_an_event_that_cannot_be_json_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        WEBHOOK.wrap(UnknownEvent(event="new.type", timestamp=None, data={"x": "\ud800"}))


def test_the_headers_are_those_of_the_reference_server(
    pandocast_server: ReferenceServer, receiver: Receiver
) -> None:
    endpoint = pandocast_server.webhooks.add(receiver.url, secret=SECRET)
    pandocast_server.trigger("post.failed", {"attempts": 3})
    pandocast_server.drain()
    assert pandocast_server.webhooks.deliveries(endpoint.id)[0].status == "succeeded"
    delivery = WEBHOOK.receive(receiver.bodies[0], receiver.headers[0])
    _, headers = WEBHOOK.wrap(delivery.body)
    for name, value in headers.items():
        if name != "X-Pandocast-Delivery":
            assert receiver.headers[0][name.lower()] == value
    assert delivery.id == receiver.headers[0]["x-pandocast-delivery"]
    again = WEBHOOK.receive(*WEBHOOK.wrap(delivery.event))
    assert again.event == delivery.event
