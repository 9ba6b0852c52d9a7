"""Positions as text that can be stored and resumed, in another process too.

The text is opaque to whoever stores it: a version, followed by a checksum and JSON in base64. It holds what
the next request needs and the keys of the last rows returned, at most some kilobytes, and no row itself. A
position belongs to its list with its filters; the page size may change.
"""

import binascii
import hashlib
import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar, cast
from urllib.parse import parse_qsl

from attrs import asdict, evolve

from pandocast_sdk._core.paging.cursor_paging import LONGEST_CURSOR, CursorListing, CursorPosition
from pandocast_sdk._core.paging.offset_pages import REMEMBERED, Listing, Position, first_position
from pandocast_sdk._core.paging.row_keys import LONGEST_KEY, Row
from pandocast_sdk._core.requests.operation import Operation

_VERSION = "pos1."
_PAGING = {"limit", "offset", "cursor"}

R = TypeVar("R", bound=Row)
T = TypeVar("T")

Check = Callable[[object], bool]


def _number(value: object, least: int = 0) -> bool:
    return type(value) is int and value >= least


def _cursor(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.encode("utf-8", "surrogatepass")) <= LONGEST_CURSOR


def _keys(value: object) -> bool:
    if not isinstance(value, list):
        return False
    keys = cast("list[object]", value)
    return len(keys) <= REMEMBERED and all(isinstance(key, str) and len(key) <= LONGEST_KEY for key in keys)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


_OFFSET: Mapping[str, Check] = {
    "offset": _number,
    "limit": lambda value: _number(value, 1),
    "total": lambda value: value is None or type(value) is int,
    "growth": _number,
    "given": _keys,
    "ended": _flag,
}
_CURSOR: Mapping[str, Check] = {
    "cursor": lambda value: value is None or _cursor(value),
    "empty": _number,
    "remembered": lambda value: value is None or _cursor(value),
    "steps": _number,
    "stride": lambda value: _number(value, 1),
    "taken": _number,
    "given": _keys,
    "wanted": _keys,
    "lost": _flag,
    "ended": _flag,
}
"""The checks of the fields of both kinds of position."""


def offset_text(listing: Listing[R], position: Position) -> str:
    """Return a position of an offset list as text."""
    return _write(listing.page_operation(1, 0), asdict(position))


def cursor_text(listing: CursorListing[T], position: CursorPosition) -> str:
    """Return a position of a cursor list as text."""
    return _write(listing.page_operation(None), asdict(position))


def offset_start(
    listing: Listing[R], *, limit: int | None, offset: int | None, position: str | None
) -> Position:
    """Return the position at which to begin reading an offset list.

    Raises:
        ValueError: See `_read`; or both an offset and a position were passed, or a number is below its bound.
    """
    start = first_position(limit=limit, offset=offset)
    if position is None:
        return start
    if offset is not None:
        raise ValueError("offset and position are mutually exclusive")
    members = _read(listing.page_operation(1, 0), position, _OFFSET)
    start = Position(**{**members, "given": _tuple(members["given"])})  # type: ignore[arg-type]  # checked
    return start if limit is None else evolve(start, limit=limit)


def cursor_start(listing: CursorListing[T], *, cursor: str | None, position: str | None) -> CursorPosition:
    """Return the position at which to begin reading a cursor list.

    Raises:
        ValueError: See `_read`; or both a cursor and a position were passed, or the cursor is empty, or the
            arguments of the list are invalid.
    """
    operation = listing.page_operation(cursor)
    if position is None:
        return CursorPosition(cursor)
    if cursor is not None:
        raise ValueError("cursor and position are mutually exclusive")
    members = _read(operation, position, _CURSOR)
    lists = {name: _tuple(members[name]) for name in ("given", "wanted")}
    return CursorPosition(**{**members, **lists})  # type: ignore[arg-type]  # checked


def _tuple(value: object) -> tuple[object, ...]:
    return tuple(cast("list[object]", value))


def _write(operation: Operation[object], members: Mapping[str, object]) -> str:
    text = json.dumps([operation.name, _filters(operation), members], separators=(",", ":")).encode()
    return _VERSION + urlsafe_b64encode(zlib.crc32(text).to_bytes(4, "big") + text).decode("ascii")


def _read(operation: Operation[object], text: object, checks: Mapping[str, Check]) -> dict[str, object]:
    """Return the fields that `_write` wrote.

    Raises:
        ValueError: It is not a position, belongs to another list or other filters, or is damaged.
    """
    if not isinstance(text, str) or not text.startswith(_VERSION):
        raise ValueError("position is not one that this version has written")
    try:
        raw = urlsafe_b64decode(text.removeprefix(_VERSION).encode("ascii"))
        name, filters, members = json.loads(raw[4:])
    except (ValueError, TypeError, RecursionError, binascii.Error):
        _damaged()
    if raw[:4] != zlib.crc32(raw[4:]).to_bytes(4, "big") or not isinstance(members, dict):
        _damaged()
    if name != operation.name:
        raise ValueError(f"position belongs to another list than {operation.name}")
    if filters != _filters(operation):
        raise ValueError("position belongs to the same list with other filters")
    fields = cast("dict[str, object]", members)
    if fields.keys() != checks.keys() or not all(check(fields[field]) for field, check in checks.items()):
        _damaged()
    return fields


def _damaged() -> NoReturn:
    raise ValueError("position is damaged: it differs from what was written") from None


def _filters(operation: Operation[object]) -> str:
    """Return a digest of a list's path and filters, whatever the order of the tags."""
    parameters = parse_qsl(operation.query, keep_blank_values=True)
    filters = [
        (name, ",".join(sorted(value.split(","))) if name == "tags" else value)
        for name, value in parameters
        if name not in _PAGING
    ]
    return hashlib.sha256(json.dumps([operation.path, sorted(filters)]).encode()).hexdigest()[:16]
