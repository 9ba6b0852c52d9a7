"""The body of a delivery: as bytes that cannot change, and as the JSON object that it should be."""

import json
import re
from typing import TypeAlias, cast

from pandocast_sdk.errors import WebhookPayloadError

__all__ = ["Body", "json_object", "raw_body"]

Body: TypeAlias = bytes | bytearray | memoryview | str
"""A raw body, as bytes or as text for UTF-8."""

_has_surrogate = re.compile(r"\\u[dD][89a-fA-F]").search
# Any escape, so that a backslash that is escaped itself begins none; a pair of surrogates before half of one.
_escapes = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def raw_body(body: Body) -> bytes:
    """Return the body as bytes that cannot change between verifying and reading them.

    Raises:
        TypeError: It is neither bytes nor text that UTF-8 can encode; the message says what it is.
    """
    if isinstance(body, bytes):
        return body
    try:
        # Through a memoryview, because bytes() alone would also accept a number or a list.
        return body.encode() if isinstance(body, str) else bytes(memoryview(body))
    except (TypeError, ValueError, BufferError):
        pass  # the error of the encoder would carry the body into the logs
    raise TypeError(
        f"the body must be the raw request body, as bytes or as text for UTF-8; got {type(body).__name__}"
    )


def json_object(raw: bytes) -> dict[str, object]:
    """Read a JSON object as leniently as a sender in JavaScript requires.

    A byte order mark is skipped. Half a surrogate pair, which is what is left of an emoji when a text is cut
    in its middle, becomes U+FFFD: no UTF-8 can hold it. An integer of more digits than Python reads, 4300 by
    default, becomes what JavaScript makes of it, an infinite float.

    Raises:
        WebhookPayloadError: It is no JSON object.
    """
    try:
        text = raw.decode("utf-8-sig")
        if _has_surrogate(text):
            text = _escapes.sub(_without_half_pairs, text)
        payload: object = json.loads(text, parse_int=_integer)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise WebhookPayloadError("the body is not a JSON object" if raw else "the body is empty")
    return cast("dict[str, object]", payload)


def _without_half_pairs(escape: re.Match[str]) -> str:
    return r"\ufffd" if escape[1] else escape[0]


def _integer(digits: str) -> float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)
