"""Reading what a delivery needs from the headers of any web framework."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias, cast

from pandocast_sdk.errors import WebhookVerificationError

__all__ = ["Headers", "delivery_headers", "identifier", "is_identifier"]

# WSGI and Django have the longer names.
_SIGNATURE = ("x-pandocast-signature", "http_x_pandocast_signature")
_DELIVERY = ("x-pandocast-delivery", "http_x_pandocast_delivery")
_IS_SIGNATURE: dict[object, bool] = {
    spelling: names is _SIGNATURE
    for names in (_SIGNATURE, _DELIVERY)
    for name in names
    for spelling in (name, name.encode())
}
_LENGTHS = frozenset(len(name) for name in _SIGNATURE + _DELIVERY)  # most headers have others
_LONGEST_ID = 200


class _HasItems(Protocol):
    # Wider than a mapping: the headers of `http.server` and of Werkzeug are not mappings.
    def items(self) -> Iterable[tuple[str | bytes, object]]: ...


Headers: TypeAlias = _HasItems | Iterable[tuple[str | bytes, object]]
"""A mapping, or pairs of name and value, each text or bytes. A list as a value is a repeated header."""


def delivery_headers(headers: Headers) -> tuple[list[object], list[object]]:
    """Return every `X-Pandocast-Signature` and every `X-Pandocast-Delivery`: one sent twice is seen twice.

    Args:
        headers: Any object with `items()`, or an iterable of pairs; names in any case, also as in `environ`.

    Raises:
        WebhookVerificationError: `headers` is neither.
    """
    signatures: list[object] = []
    deliveries: list[object] = []
    try:
        items = getattr(headers, "items", None)
        # No cast, which would take as long as four of the headers.
        pairs: Iterable[tuple[str | bytes, object]]
        pairs = items() if callable(items) else headers  # type: ignore[assignment] # else see Raises
        for key, value in pairs:
            if len(key) in _LENGTHS:
                is_signature = _IS_SIGNATURE.get(key.lower())
                if is_signature is None:
                    continue
                values = signatures if is_signature else deliveries
                if isinstance(value, (list, tuple)):
                    values.extend(cast("list[object]", value))
                else:
                    values.append(value)
    except Exception as error:
        # A framework's object, or the caller's mistake: it may have any shape and raise any error.
        raise WebhookVerificationError("the headers cannot be read") from error
    return signatures, deliveries


def identifier(deliveries: Sequence[object]) -> str | None:
    """Return the only one of several ids; None if there is none, more than one, or a malformed one."""
    if len(deliveries) != 1:
        return None
    value = deliveries[0]
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    return value if isinstance(value, str) and is_identifier(value) else None


def is_identifier(text: str) -> bool:
    """Return whether a text is 1 to 200 visible ASCII characters."""
    return 0 < len(text) <= _LONGEST_ID and text.isascii() and text.isprintable() and " " not in text
