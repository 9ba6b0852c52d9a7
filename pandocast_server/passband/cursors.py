"""Pages and their cursors: opaque, signed, good for one list of one workspace (contract, "Cursors")."""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from sqlalchemy import RowMapping, Select, Table, literal, tuple_
from starlette.requests import Request

from pandocast_server.errors import bad_request
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.timestamps import from_microseconds, to_microseconds
from pandocast_server.validation import CamelModel, Digits, Text

Position = tuple[datetime, int]
"""Time and sequence number of the last row of a page, behind which the next page begins."""

_PACKED = struct.Struct(">qq")
_SIGNATURE = 20  # with the position a multiple of three bytes, which Base64 does not pad


class PageQuery(CamelModel):
    """Which page of a list; each list sets its own default limit."""

    limit: Annotated[int, Digits(1, 100)]
    cursor: Text | None = None


def read_page(
    request: Request, page: PageQuery, table: Table, query: Select[tuple[object, ...]], *, listing: str
) -> tuple[Sequence[RowMapping], str | None]:
    """Return a page of a list, newest first, and the cursor of the following one.

    The query is for all of the list, with the columns of its table among others; no other list has its name.

    Raises:
        ApiError: 400, the cursor is not one of this list.
    """
    database = runtime_of(request).database
    # A cursor is good for whatever has the same key.
    key = b"\0".join((b"cursor", listing.encode(), workspace_of(request).encode(), database.secret()))
    order = tuple_(table.c.created_at, table.c.seq)
    if page.cursor is not None:
        moment, seq = read_cursor(key, page.cursor)
        # A bare time would be compared as the driver writes it, not as the column keeps it.
        query = query.where(order < tuple_(literal(moment, table.c.created_at.type), literal(seq)))
    newest_first = query.order_by(table.c.created_at.desc(), table.c.seq.desc())
    with database.read() as connection:
        found = connection.execute(newest_first.limit(page.limit + 1)).mappings().all()
    rows = found[: page.limit]
    if len(found) == len(rows):
        return rows, None
    return rows, write_cursor(key, (rows[-1]["created_at"], rows[-1]["seq"]))


def write_cursor(key: bytes, position: Position) -> str:
    """Return the cursor that leads to the rows behind a position."""
    moment, seq = position
    return _signed(key, _PACKED.pack(to_microseconds(moment), seq))


def read_cursor(key: bytes, cursor: str) -> Position:
    """Return the position that a cursor stands for.

    Raises:
        ApiError: 400, it was not written with this key.
    """
    try:
        packed = urlsafe_b64decode(cursor)[: _PACKED.size]
    except ValueError:
        packed = b""
    # As text: decoding passes over strange letters.
    if not hmac.compare_digest(cursor.encode(), _signed(key, packed).encode()):
        raise bad_request("cursor is not one that this list has given")
    microseconds, seq = _PACKED.unpack(packed)
    return from_microseconds(microseconds), seq


def _signed(key: bytes, packed: bytes) -> str:
    return urlsafe_b64encode(packed + hmac.digest(key, packed, "sha256")[:_SIGNATURE]).decode()
