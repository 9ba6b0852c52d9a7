"""Receiving a delivery: first verify the raw body, then read it."""

import datetime as dt  # not its classes: a fake clock may replace those at any time
import hashlib
from collections.abc import Callable
from typing import cast

from pandocast_sdk.errors import WebhookPayloadError, WebhookTooLargeError, WebhookVerificationError
from pandocast_sdk.webhooks.body import Body, raw_body
from pandocast_sdk.webhooks.delivery import Delivery
from pandocast_sdk.webhooks.events import Event, event_body, parse_event
from pandocast_sdk.webhooks.headers import Headers, delivery_headers, identifier, is_identifier
from pandocast_sdk.webhooks.signature import Secrets, encode_secret, is_signed, several, sign

__all__ = ["Webhook"]


class Webhook:
    """One webhook endpoint: its secrets, and the maximum age of a delivery.

    It has no connections and no state, can be shared by threads and processes, and can be pickled; a pickle
    contains the secrets, the `repr` does not.

    Args:
        secret_or_secrets: The endpoint's secret. While one secret replaces another, pass both, the new one
            first: either is accepted.
        tolerance: How far the timestamp in the signed body may be from now, in the past or the future, both
            ends included: a `timedelta` or seconds. None accepts any timestamp. A replayed delivery keeps its
            timestamp, so a tolerance rejects late replays.
        now: A clock that returns an aware time; None for the system's. It is read once at once.

    Raises:
        ValueError: There is no secret, or one is empty, not encodable, or has white space around it; or the
            tolerance is negative or not finite; or the time of the clock has no UTC offset.
        TypeError: A secret is neither text nor bytes, the tolerance is not a number, or the clock is none.
    """

    __slots__ = ("_keys", "_now", "_tolerance")

    def __init__(
        self,
        secret_or_secrets: Secrets,
        tolerance: dt.timedelta | float | None = None,
        now: Callable[[], dt.datetime] | None = None,
    ) -> None:
        self._keys = tuple(map(_as_key, several(secret_or_secrets or ())))
        self._tolerance = None if tolerance is None else _as_tolerance(tolerance)
        self._now = now
        if now is not None:
            _check_clock(now)

    def __repr__(self) -> str:
        return f"<Webhook secrets={len(self._keys)} tolerance={self._tolerance}>"

    def receive(self, body: Body, headers: Headers, *, max_body: int | None = None) -> Delivery:
        """Verify a delivery and return all there is to know of it.

        The event comes from the signed body; the `X-Pandocast-Event` header is not signed and not read. No
        genuine delivery is rejected for its content: a type that this SDK does not know, or a known type with
        unexpected content, is an `UnknownEvent`.

        Args:
            body: The raw request body, as received; not JSON that was decoded and encoded again.
            headers: The request's headers, a mapping or pairs, strings or bytes, names in any case; or
                `environ` or `request.META`. A repeated signature is rejected if the framework keeps repeated
                headers apart.
            max_body: Refuse a body of more bytes before it is verified; None for no limit.

        Raises:
            WebhookVerificationError: Respond with its `status_code`. The signature is missing, repeated or
                wrong; or the timestamp is outside the tolerance or unreadable; or the arguments are not a
                body and headers.
            WebhookPayloadError: The signature is valid, but the body is not a JSON object with `event` (a
                string), `timestamp` and `data`.
            WebhookTooLargeError: The body has more than `max_body` bytes.

        Reference: "Signature Verification".
        """
        raw = body if isinstance(body, bytes) else _raw_body(body)
        if max_body is not None and len(raw) > max_body:
            raise WebhookTooLargeError(f"the body has more than {max_body} bytes")
        signatures, deliveries = delivery_headers(headers)
        if len(signatures) != 1 or not is_signed(raw, signatures[0], self._keys):
            raise WebhookVerificationError(_refusal(raw, signatures))
        event = parse_event(raw)
        if self._tolerance is not None:
            self._check_age(event.timestamp, self._tolerance)
        return Delivery(event, raw, deliveries)

    def unwrap(self, body: Body, headers: Headers) -> Event:
        """Verify a delivery and return its event: `receive(body, headers).event`.

        Args:
            body: As in `receive`.
            headers: As in `receive`.

        Raises:
            WebhookVerificationError: As in `receive`; respond with its `status_code`.
            WebhookPayloadError: As in `receive`.

        Reference: "Signature Verification".
        """
        return self.receive(body, headers).event

    def wrap(self, event_or_body: Event | Body) -> tuple[bytes, dict[str, str]]:
        """Return the body and the headers of a delivery, for tests: the inverse of `unwrap`.

        The first secret signs it. The id in `X-Pandocast-Delivery` depends on the body alone.

        Args:
            event_or_body: An event, or any body, which need not be an event's.

        Raises:
            ValueError: The event holds what cannot be JSON.
            TypeError: It is neither an event nor a body.

        Reference: "Payload Format".
        """
        if isinstance(event_or_body, (bytes, bytearray, memoryview, str)):
            body = raw_body(event_or_body)
        else:
            body = event_body(event_or_body)
        headers = {
            "Content-Type": "application/json",
            "X-Pandocast-Delivery": f"dlv_{hashlib.sha256(body).hexdigest()[:24]}",
            "X-Pandocast-Signature": sign(body, self._keys),
        }
        event = _event_type(body)
        return body, headers if event is None else {**headers, "X-Pandocast-Event": event}

    @staticmethod
    def delivery_id(headers: Headers) -> str | None:
        """Return the id from `X-Pandocast-Delivery`, which is not signed; see `Delivery.id`."""
        try:
            return identifier(delivery_headers(headers)[1])
        except WebhookVerificationError:
            return None

    def _check_age(self, timestamp: dt.datetime | None, tolerance: dt.timedelta) -> None:
        if timestamp is None:
            raise WebhookVerificationError("the age of the delivery cannot be judged: no readable timestamp")
        age = (dt.datetime.now(dt.UTC) if self._now is None else self._now()) - timestamp
        if abs(age) > tolerance:
            raise WebhookVerificationError(f"the delivery's timestamp is more than {tolerance} from now")


def _as_key(secret: object) -> bytes:
    key = encode_secret(secret)
    if isinstance(secret, (str, bytes)) and secret.strip() != secret:
        raise ValueError(
            "a webhook secret has white space around it, so it verifies nothing; "
            "one that is read from a file ends with a new line: strip it"
        )
    return key


def _as_tolerance(tolerance: dt.timedelta | float) -> dt.timedelta:
    try:
        result = tolerance if isinstance(tolerance, dt.timedelta) else dt.timedelta(seconds=tolerance)
    except OverflowError:
        raise ValueError("a tolerance must be finite; None accepts any timestamp") from None
    except TypeError:
        kind = type(tolerance).__name__
        raise TypeError(f"tolerance must be a timedelta or a number of seconds, not {kind}") from None
    if result < dt.timedelta():
        raise ValueError("a tolerance must not be negative")
    return result


def _check_clock(now: Callable[[], dt.datetime]) -> None:
    moment = cast("object", now())
    if not isinstance(moment, dt.datetime):
        raise TypeError(f"now must return a time, not {type(moment).__name__}")
    if moment.utcoffset() is None:
        raise ValueError("now must return a time with a UTC offset, such as datetime.now(UTC)")


def _raw_body(body: Body) -> bytes:
    try:
        return raw_body(body)
    except TypeError as error:
        raise WebhookVerificationError(str(error)) from None


def _refusal(body: bytes, signatures: list[object]) -> str:
    if not signatures:
        return "the X-Pandocast-Signature header is missing"
    if len(signatures) > 1:
        return "the X-Pandocast-Signature header was sent more than once"
    if not isinstance(signatures[0], (str, bytes)):
        return "the headers cannot be read: the signature is neither text nor bytes"
    hint = "" if body else "; the body is empty: was it read before?"
    return f"the signature does not belong to this body and secret{hint}"


def _event_type(body: bytes) -> str | None:
    try:
        event = parse_event(body).event
    except WebhookPayloadError:
        return None
    return event if is_identifier(event) else None  # else no header can have it
