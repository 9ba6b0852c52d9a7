"""Pages and their cursors: opaque, signed, good for one list of one workspace (contract, "Cursors")."""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime

from attrs import frozen
from sqlalchemy import ColumnElement, RowMapping, Select, Table, literal, tuple_

from pandocast_server.errors import ApiError, bad_request
from pandocast_server.queries import parameter, whole_number
from pandocast_server.routing import Call
from pandocast_server.timestamps import from_microseconds, to_microseconds

_PLACE = struct.Struct(">qq")
_SIGNATURE = 16
_LARGEST_PAGE = 100


@frozen
class Place:
    """The last row of a page: the next page begins behind it.

    Attributes:
        created_at: When it was created.
        seq: Its sequence number.
    """

    created_at: datetime
    seq: int


def read_page(
    call: Call, table: Table, query: Select[tuple[object, ...]], *, listing: str, default: int
) -> tuple[Sequence[RowMapping], str | None]:
    """Give the page of a list that a call asks for, newest first, and the cursor of the following one.

    Args:
        call: Says `limit`, 1 to 100, and `cursor`.
        table: What the list is of.
        query: All of the list, to be narrowed down; it selects the table's columns among others.
        listing: The list's name, which no other has.
        default: The limit where none is given.

    Raises:
        ApiError: 400, the limit is out of its bounds, or the cursor is not one of this list.
    """
    limit = whole_number(call.query, "limit", least=1, most=_LARGEST_PAGE, default=default)
    secret = call.runtime.database.secret()
    cursor = parameter(call.query, "cursor")
    if cursor is not None:
        place = read_cursor(secret, cursor, workspace_id=call.workspace_id, listing=listing)
        query = query.where(is_behind(table, place))
    newest_first = query.order_by(table.c.created_at.desc(), table.c.seq.desc())
    with call.runtime.database.read() as connection:
        rows = connection.execute(newest_first.limit(limit + 1)).mappings().all()
    page = rows[:limit]
    if len(rows) == len(page):
        return page, None
    place = Place(page[-1]["created_at"], page[-1]["seq"])
    return page, write_cursor(secret, workspace_id=call.workspace_id, listing=listing, place=place)


def write_cursor(secret: bytes, *, workspace_id: str, listing: str, place: Place) -> str:
    """Give the cursor that leads to the rows behind a place."""
    packed = _PLACE.pack(to_microseconds(place.created_at), place.seq)
    return _encoded(packed + _signature(secret, workspace_id, listing, packed))


def read_cursor(secret: bytes, cursor: str, *, workspace_id: str, listing: str) -> Place:
    """Give the place that a cursor stands for.

    Raises:
        ApiError: 400, it was not issued here, or for another list or workspace.
    """
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)) if cursor.isascii() else b""
    except ValueError as error:
        raise _unknown() from error
    if _encoded(raw) != cursor:  # decoding passes over strange letters, and over bits to spare in the last
        raise _unknown()
    packed, signature = raw[: _PLACE.size], raw[_PLACE.size :]
    if not hmac.compare_digest(signature, _signature(secret, workspace_id, listing, packed)):
        raise _unknown()
    microseconds, seq = _PLACE.unpack(packed)
    return Place(from_microseconds(microseconds), seq)


def is_behind(table: Table, place: Place) -> ColumnElement[bool]:
    """Say that a row comes after a place, in a list that has the newest first."""
    # A bare time would be compared as the driver writes it, not as the column keeps it.
    created_at = literal(place.created_at, table.c.created_at.type)
    return tuple_(table.c.created_at, table.c.seq) < tuple_(created_at, literal(place.seq))


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _signature(secret: bytes, workspace_id: str, listing: str, packed: bytes) -> bytes:
    message = b"\0".join((b"cursor", listing.encode(), workspace_id.encode(), packed))
    return hmac.digest(secret, message, "sha256")[:_SIGNATURE]


def _unknown() -> ApiError:
    return bad_request("cursor is not one that this list has given")
