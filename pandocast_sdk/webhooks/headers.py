"""Reading a header from the headers of any web framework."""

from collections.abc import Iterable
from typing import Protocol, TypeAlias, cast

from pandocast_sdk.errors import WebhookVerificationError

__all__ = ["Headers", "header_values"]


class _HasItems(Protocol):
    # Wider than a mapping: the headers of `http.server` and of Werkzeug are not mappings.
    def items(self) -> Iterable[tuple[str | bytes, object]]: ...


Headers: TypeAlias = _HasItems | Iterable[tuple[str | bytes, object]]
"""A mapping, or pairs of name and value, each text or bytes. A list as a value is a repeated header."""


def header_values(headers: Headers, name: str) -> list[str]:
    """Return every value of a header, so that one that was sent twice is seen twice.

    Args:
        headers: Any object with `items()`, or an iterable of pairs.
        name: The header's name in lower case; it matches in any case.

    Raises:
        WebhookVerificationError: `headers` is neither, or the header's value is not text.
    """
    values: list[str] = []
    try:
        items = getattr(headers, "items", None)
        pairs = cast("Iterable[tuple[str | bytes, object]]", items() if callable(items) else headers)
        for key, value in pairs:
            if len(key) == len(name) and _text(key).lower() == name:
                if isinstance(value, (list, tuple)):
                    values.extend(_text(each) for each in cast("list[object]", value))
                else:
                    values.append(_text(value))
    except Exception as error:
        # A framework's object, or the caller's mistake: it may have any shape and raise any error.
        raise WebhookVerificationError("the headers cannot be read") from error
    return values


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return value
    raise TypeError(f"a header must be text or bytes, not {type(value).__name__}")
