"""Receiving a delivery: first verify the raw body, then read it."""

import datetime as dt  # not its classes: a fake clock may replace those at any time
import re
from collections.abc import Callable, Sequence

from pandocast_sdk.errors import WebhookVerificationError
from pandocast_sdk.webhooks.events import Event, parse_event
from pandocast_sdk.webhooks.headers import Headers, header_values
from pandocast_sdk.webhooks.signature import encode_secret, verify_signature

__all__ = ["Webhook"]

_SIGNATURE = "x-pandocast-signature"
_DELIVERY = "x-pandocast-delivery"
_is_identifier = re.compile(r"[!-~]{1,200}").fullmatch


class Webhook:
    """One webhook endpoint: its secrets, and the maximum age of a delivery.

    It has no connections and no state, can be shared by threads and processes, and can be pickled; a pickle
    contains the secrets, the `repr` does not.

    Args:
        secret_or_secrets: The endpoint's secret. While one secret replaces another, pass both: either is
            accepted.
        tolerance: How far the timestamp in the signed body may be from now, in the past or the future, both
            ends included: a `timedelta` or seconds. None accepts any timestamp. A replayed delivery keeps its
            timestamp, so a tolerance rejects late replays.
        now: A clock that returns an aware time; None for the system's.

    Raises:
        ValueError: There is no secret, one is empty or not encodable, or the tolerance is negative or not
            finite.
        TypeError: A secret is not a string, or the tolerance is not a number.
    """

    __slots__ = ("_now", "_secrets", "_tolerance")

    def __init__(
        self,
        secret_or_secrets: str | Sequence[str],
        tolerance: dt.timedelta | float | None = None,
        now: Callable[[], dt.datetime] | None = None,
    ) -> None:
        if isinstance(secret_or_secrets, str):
            secret_or_secrets = (secret_or_secrets,)
        self._secrets = tuple(secret_or_secrets or ())
        if not self._secrets:
            raise ValueError("a webhook needs at least one secret")
        for each in self._secrets:
            encode_secret(each)
        self._tolerance = None if tolerance is None else _as_tolerance(tolerance)
        self._now = now

    def __repr__(self) -> str:
        return f"<Webhook secrets={len(self._secrets)} tolerance={self._tolerance}>"

    def unwrap(self, body: bytes | bytearray | memoryview | str, headers: Headers) -> Event:
        """Verify a delivery and return its event.

        The event comes from the signed body; the `X-Pandocast-Event` header is not signed and not read. No
        genuine delivery is rejected for its content: a type that this SDK does not know, or a known type with
        unexpected content, is an `UnknownEvent`.

        Args:
            body: The raw request body, as received; not JSON that was decoded and encoded again.
            headers: The request's headers, a mapping or pairs, strings or bytes, names in any case. A
                repeated signature is rejected if the framework keeps repeated headers apart.

        Raises:
            WebhookVerificationError: The signature is missing, repeated or wrong; or the timestamp is outside
                the tolerance or unreadable; or the arguments are not a body and headers.
            WebhookPayloadError: The signature is valid, but the body is not a JSON object with `event` (a
                string), `timestamp` and `data`.
        """
        raw = _raw_body(body)
        if not verify_signature(raw, _signature(headers), self._secrets):
            raise WebhookVerificationError("the signature does not belong to this body and secret")
        event = parse_event(raw)
        if self._tolerance is not None:
            self._check_age(event.timestamp, self._tolerance)
        return event

    @staticmethod
    def delivery_id(headers: Headers) -> str | None:
        """Return the id from `X-Pandocast-Delivery`, which stays the same when a delivery is replayed.

        Use the id to drop accidental duplicates. **It is not signed**: anyone who has seen a genuine delivery
        can send it again under another id. A digest of the verified body cannot be changed like that. The
        published reference does not promise this header.

        Returns:
            The id; None if there is none, more than one, or one that is not 1 to 200 visible ASCII
            characters.
        """
        try:
            values = header_values(headers, _DELIVERY)
        except WebhookVerificationError:
            return None
        return values[0] if len(values) == 1 and _is_identifier(values[0]) else None

    def _check_age(self, timestamp: dt.datetime | None, tolerance: dt.timedelta) -> None:
        if timestamp is None:
            raise WebhookVerificationError("the age of the delivery cannot be judged: no readable timestamp")
        age = (dt.datetime.now(dt.UTC) if self._now is None else self._now()) - timestamp
        if abs(age) > tolerance:
            raise WebhookVerificationError(f"the delivery's timestamp is more than {tolerance} from now")


def _as_tolerance(tolerance: dt.timedelta | float) -> dt.timedelta:
    try:
        result = tolerance if isinstance(tolerance, dt.timedelta) else dt.timedelta(seconds=tolerance)
    except OverflowError:
        raise ValueError("a tolerance must be finite; None accepts any timestamp") from None
    if result < dt.timedelta():
        raise ValueError("a tolerance must not be negative")
    return result


def _raw_body(body: bytes | bytearray | memoryview | str) -> bytes:
    """Return the body as bytes that cannot change between verifying and reading them."""
    if isinstance(body, bytes):
        return body
    try:
        # Through a memoryview, because bytes() alone would also accept a number or a list.
        return body.encode() if isinstance(body, str) else bytes(memoryview(body))
    except (TypeError, ValueError, BufferError):
        pass
    raise WebhookVerificationError(
        f"the body must be the raw request body, as bytes or as text for UTF-8; got {type(body).__name__}"
    )


def _signature(headers: Headers) -> str:
    values = header_values(headers, _SIGNATURE)
    if not values:
        raise WebhookVerificationError("the X-Pandocast-Signature header is missing")
    if len(values) > 1:
        raise WebhookVerificationError("the X-Pandocast-Signature header was sent more than once")
    return values[0]
