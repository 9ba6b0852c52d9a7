"""The receiver: a signed delivery becomes an event, and everything else is an error."""

import json
import pickle
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import NoReturn, cast

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers as StarletteHeaders

from pandocast_sdk.errors import WebhookPayloadError, WebhookTooLargeError, WebhookVerificationError
from pandocast_sdk.webhooks import ContentAnalyzed, UnknownEvent, Webhook, sign
from pandocast_sdk.webhooks.headers import Headers

SECRET = "whsec_test"
NOW = datetime(2026, 3, 28, 10, 5, tzinfo=UTC)
BODY = (
    b'{"event":"content.analyzed","timestamp":"2026-03-28T10:05:00.000Z","data":{"workspace_id":"ws_abc123",'
    b'"content_id":"abc123","title":"Why AI Agents Need Memory"}}'
)
SIGNATURE = sign(BODY, SECRET)
NAME = "X-Pandocast-Signature"
junk = st.one_of(
    st.none(),
    st.integers(),
    st.text(),
    st.text(st.characters(categories=["Cs", "Ll"]), max_size=5),
    st.binary(),
    st.lists(st.text()),
    st.just(object()),
)


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {NAME: sign(body, secret)}


def message(*pairs: tuple[str, str]) -> Message:
    headers = Message()
    for name, value in pairs:
        headers[name] = value
    return headers


def test_the_sample_delivery_of_the_reference_is_accepted() -> None:
    headers = {
        "Content-Type": "application/json",
        "X-Pandocast-Signature": SIGNATURE,
        "X-Pandocast-Event": "content.analyzed",
    }
    event = Webhook(SECRET).unwrap(BODY, headers)
    assert isinstance(event, ContentAnalyzed)
    assert event.timestamp == NOW
    assert event.data.content_id == "abc123"
    assert event.data.title == "Why AI Agents Need Memory"


@pytest.mark.parametrize("body", [BODY, BODY.decode(), bytearray(BODY), memoryview(BODY)], ids=type)
def test_the_body_may_be_bytes_or_text(body: bytes | str | bytearray | memoryview) -> None:
    assert Webhook(SECRET).unwrap(body, signed(BODY)).event == "content.analyzed"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-pandocast-signature": SIGNATURE},
        {"X-PANDOCAST-SIGNATURE": SIGNATURE},
        {b"X-Pandocast-Signature": SIGNATURE.encode()},
        {NAME: SIGNATURE.encode()},
        {NAME: [SIGNATURE]},
        {NAME: (SIGNATURE.encode(),), "Accept": ["a", "b"], "Content-Length": 161},
        [("host", "localhost"), (NAME, SIGNATURE)],
        [(b"host", b"localhost"), (b"x-pandocast-signature", SIGNATURE.encode())],
        ((NAME, SIGNATURE),),
        [[NAME, SIGNATURE]],
        httpx.Headers({NAME: SIGNATURE}),
        StarletteHeaders({NAME: SIGNATURE}),
        message((NAME, SIGNATURE)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_headers_of_any_type_are_read(headers: object) -> None:
    assert Webhook(SECRET).unwrap(BODY, cast("Headers", headers)).event == "content.analyzed"


def test_headers_of_any_type_pass_the_type_checkers() -> None:
    """What matters here is that no argument needs a cast."""
    webhook = Webhook(SECRET)
    webhook.unwrap(BODY, {NAME: [SIGNATURE]})
    webhook.unwrap(BODY, {NAME.encode(): SIGNATURE.encode()})
    webhook.unwrap(BODY, [(NAME.encode(), SIGNATURE.encode())])
    webhook.unwrap(BODY, iter([(NAME, SIGNATURE)]))
    webhook.unwrap(BODY, httpx.Headers({NAME: SIGNATURE}))
    webhook.unwrap(BODY, message((NAME, SIGNATURE)))


@pytest.mark.parametrize(
    "headers",
    [
        [(NAME, SIGNATURE), (NAME, SIGNATURE)],
        [(NAME, SIGNATURE), (NAME.lower(), sign(BODY, "another"))],
        [(NAME, sign(BODY, "another")), (NAME, SIGNATURE)],
        [(b"x-pandocast-signature", SIGNATURE.encode()), (NAME, SIGNATURE)],
        {NAME: SIGNATURE, NAME.lower(): SIGNATURE},
        {NAME: SIGNATURE, NAME.encode(): SIGNATURE},
        {NAME: [SIGNATURE, SIGNATURE]},
        {NAME: (SIGNATURE, "")},
        StarletteHeaders(raw=[(NAME.lower().encode(), SIGNATURE.encode())] * 2),
        message((NAME, SIGNATURE), (NAME.upper(), SIGNATURE)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_repeated_signature_is_rejected_even_if_one_is_right(headers: object) -> None:
    with pytest.raises(WebhookVerificationError, match="more than once"):
        Webhook(SECRET).unwrap(BODY, cast("Headers", headers))


@pytest.mark.parametrize(
    "value", [f"{SIGNATURE}, {SIGNATURE}", f"{SIGNATURE},{SIGNATURE}", SIGNATURE.upper(), "", "é" * 64]
)
def test_a_wrong_signature_is_rejected(value: str) -> None:
    """The first two are what frameworks make of a repeated header."""
    with pytest.raises(WebhookVerificationError, match="does not belong to this body"):
        Webhook(SECRET).unwrap(BODY, {NAME: value})


@pytest.mark.parametrize(
    "headers", [{}, [], {"X-Pandocast-Event": "post.failed"}, {NAME: []}, {NAME + "s": "x"}]
)
def test_a_missing_signature_is_rejected(headers: dict[str, object]) -> None:
    with pytest.raises(WebhookVerificationError, match="is missing"):
        Webhook(SECRET).unwrap(BODY, headers)


class RaisingHeaders(Mapping[str, str]):
    def __getitem__(self, name: str) -> NoReturn:
        raise OSError(name)

    def __iter__(self) -> Iterator[str]:
        yield NAME

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize(
    "headers",
    [
        None,
        5,
        NAME,
        [NAME],
        [(NAME,)],
        [(None, "x")],
        {NAME: None},
        {NAME: 5},
        {NAME: [[SIGNATURE]]},
        {NAME: bytearray(SIGNATURE.encode())},
        RaisingHeaders(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_headers_that_cannot_be_read_are_rejected(headers: object) -> None:
    with pytest.raises(WebhookVerificationError, match="headers cannot be read"):
        Webhook(SECRET).unwrap(BODY, cast("Headers", headers))


@pytest.mark.parametrize("name", ["HTTP_X_PANDOCAST_SIGNATURE", "http_x_pandocast_signature"])
def test_headers_may_be_those_of_wsgi(name: str) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "wsgi.input": object(),
        "HTTP_X_PANDOCAST_DELIVERY": "dlv_1",
        name: SIGNATURE,
    }
    assert Webhook(SECRET).receive(BODY, environ).id == "dlv_1"
    with pytest.raises(WebhookVerificationError, match="more than once"):
        Webhook(SECRET).receive(BODY, {**environ, NAME: SIGNATURE})


def test_the_error_of_an_empty_body_asks_whether_it_was_read_before() -> None:
    with pytest.raises(WebhookVerificationError, match="the body is empty: was it read before"):
        Webhook(SECRET).unwrap(b"", {NAME: SIGNATURE})


def test_a_limit_is_applied_before_verifying() -> None:
    webhook = Webhook(SECRET)
    assert webhook.receive(BODY, {NAME: SIGNATURE}, max_body=len(BODY)).body == BODY
    with pytest.raises(WebhookTooLargeError, match="more than 10 bytes"):
        webhook.receive(BODY, {}, max_body=10)


def test_every_error_has_the_status_of_the_response() -> None:
    webhook = Webhook(SECRET)

    def status(body: bytes, headers: dict[str, str], max_body: int | None = None) -> int:
        try:
            webhook.receive(body, headers, max_body=max_body)
        except WebhookVerificationError as error:
            return error.status_code
        return 204

    assert status(BODY, signed(BODY)) == 204
    assert status(BODY, {}) == 401
    assert status(b"[]", signed(b"[]")) == 400
    assert status(BODY, signed(BODY), max_body=1) == 413


def released() -> memoryview:
    view = memoryview(BODY)
    view.release()
    return view


@pytest.mark.parametrize(
    "body", [None, 5, {"event": "x"}, [1, 2], "\ud800", released()], ids=lambda value: type(value).__name__
)
def test_a_body_that_is_not_raw_is_rejected(body: object) -> None:
    with pytest.raises(WebhookVerificationError, match="must be the raw request body"):
        Webhook(SECRET).unwrap(cast("bytes", body), {NAME: SIGNATURE})


def test_the_signature_is_verified_before_the_body_is_parsed() -> None:
    with pytest.raises(WebhookVerificationError) as caught:
        Webhook(SECRET).unwrap(b"not JSON", {NAME: SIGNATURE})
    assert not isinstance(caught.value, WebhookPayloadError)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event":"x"}', b"\xff", b"[" * 10_000_000])
def test_a_signed_body_that_is_no_event_is_a_payload_error(body: bytes) -> None:
    with pytest.raises(WebhookPayloadError):
        Webhook(SECRET).unwrap(body, signed(body))


def test_a_signed_body_may_be_large() -> None:
    body = json.dumps({"event": "a", "timestamp": NOW.isoformat(), "data": {"x": "é" * 10_000_000}}).encode()
    assert isinstance(Webhook(SECRET).unwrap(body, signed(body)), UnknownEvent)


@given(junk, st.one_of(junk, st.lists(st.tuples(st.one_of(st.just(NAME), junk), junk))))
def test_junk_raises_nothing_but_the_verification_error(body: object, headers: object) -> None:
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).unwrap(cast("bytes", body), cast("Headers", headers))


@given(st.data())
def test_any_flipped_bit_of_the_body_is_rejected(data: st.DataObject) -> None:
    bit = data.draw(st.integers(0, len(BODY) * 8 - 1))
    changed = bytearray(BODY)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(WebhookVerificationError, match="does not belong"):
        Webhook(SECRET).unwrap(changed, {NAME: SIGNATURE})


def test_a_receiver_accepts_each_of_its_secrets_and_no_other() -> None:
    webhook = Webhook(["new", "old"])
    assert webhook.unwrap(BODY, signed(BODY, "old")).event == "content.analyzed"
    assert webhook.unwrap(BODY, signed(BODY, "new")).event == "content.analyzed"
    with pytest.raises(WebhookVerificationError):
        webhook.unwrap(BODY, signed(BODY, "older"))


@pytest.mark.parametrize(
    "secret", ["", [], (), [""], ["good", ""], None, iter(()), "\ud800", ["good", "\udfff"]]
)
def test_an_empty_or_malformed_secret_is_rejected_by_the_constructor(secret: object) -> None:
    with pytest.raises(ValueError, match="secret"):
        Webhook(cast("str", secret))


@pytest.mark.parametrize("secret", ["good\n", " good", "good\u00a0", "\r\n", b"good\n", ["good", "other\t"]])
def test_a_secret_with_white_space_around_it_is_rejected_by_the_constructor(secret: str) -> None:
    """It would make a 401 of each delivery."""
    with pytest.raises(ValueError, match="white space around it") as caught:
        Webhook(secret)
    assert "good" not in str(caught.value)


def test_a_secret_may_be_bytes() -> None:
    assert Webhook(SECRET.encode()).unwrap(BODY, signed(BODY)).event == "content.analyzed"
    assert Webhook(["new", SECRET.encode()]).unwrap(BODY, signed(BODY)).event == "content.analyzed"


@pytest.mark.parametrize("secret", [["good", None], 5, bytearray(b"good")])
def test_a_secret_that_is_neither_text_nor_bytes_is_rejected_by_the_constructor(secret: object) -> None:
    with pytest.raises(TypeError):
        Webhook(cast("str", secret))


def test_a_tolerance_that_is_no_time_is_rejected_by_its_name() -> None:
    with pytest.raises(TypeError, match="tolerance must be a timedelta or a number of seconds, not str"):
        Webhook(SECRET, tolerance=cast("float", "5"))


def test_neither_the_repr_nor_an_error_shows_the_secret() -> None:
    webhook = Webhook([SECRET, "another"], tolerance=300)
    assert repr(webhook) == "<Webhook secrets=2 tolerance=0:05:00>"
    for body, headers in [(BODY, {NAME: "0" * 64}), (b"[]", signed(b"[]")), (BODY, None)]:
        with pytest.raises(WebhookVerificationError) as caught:
            webhook.unwrap(body, cast("Headers", headers))
        assert SECRET not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)


def test_a_receiver_pickles_with_its_secrets() -> None:
    webhook = pickle.loads(pickle.dumps(Webhook(["new", SECRET], timedelta(days=36500))))  # noqa: S301  # our own bytes
    assert repr(webhook) == "<Webhook secrets=2 tolerance=36500 days, 0:00:00>"
    assert webhook.unwrap(BODY, {NAME: SIGNATURE}).event == "content.analyzed"
