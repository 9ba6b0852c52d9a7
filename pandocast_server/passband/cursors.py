"""Pages and their cursors: opaque, signed, good for one list of one workspace (contract, "Cursors")."""

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from attrs import frozen
from sqlalchemy import ColumnElement, RowMapping, Select, Table, literal, tuple_
from starlette.requests import Request

from pandocast_server.errors import bad_request
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.timestamps import from_microseconds, to_microseconds
from pandocast_server.validation import CamelModel, Digits, Text

_PACKED = struct.Struct(">qq")
_SIGNATURE = 20  # with the position a multiple of three bytes, which Base64 does not pad


class PageQuery(CamelModel):
    """Which page of a list; each list sets its own default limit."""

    limit: Annotated[int, Digits(1, 100)]
    cursor: Text | None = None


@frozen
class Position:
    """The last row of a page, behind which the next page begins."""

    created_at: datetime
    seq: int


def read_page(
    request: Request, page: PageQuery, table: Table, query: Select[tuple[object, ...]], *, listing: str
) -> tuple[Sequence[RowMapping], str | None]:
    """Return a page of a list, newest first, and the cursor of the following one.

    The query is for all of the list, with the columns of its table among others; no other list has its name.

    Raises:
        ApiError: 400, the cursor is not one of this list.
    """
    database, workspace_id = runtime_of(request).database, workspace_of(request)
    secret = database.secret()
    if page.cursor is not None:
        position = read_cursor(secret, page.cursor, workspace_id=workspace_id, listing=listing)
        query = query.where(is_behind(table, position))
    newest_first = query.order_by(table.c.created_at.desc(), table.c.seq.desc())
    with database.read() as connection:
        found = connection.execute(newest_first.limit(page.limit + 1)).mappings().all()
    rows = found[: page.limit]
    if len(found) == len(rows):
        return rows, None
    position = Position(rows[-1]["created_at"], rows[-1]["seq"])
    return rows, write_cursor(secret, workspace_id=workspace_id, listing=listing, position=position)


def write_cursor(secret: bytes, *, workspace_id: str, listing: str, position: Position) -> str:
    """Return the cursor that leads to the rows behind a position."""
    packed = _PACKED.pack(to_microseconds(position.created_at), position.seq)
    return _signed(secret, workspace_id, listing, packed)


def read_cursor(secret: bytes, cursor: str, *, workspace_id: str, listing: str) -> Position:
    """Return the position that a cursor stands for.

    Raises:
        ApiError: 400, it was not issued here, or for another list or workspace.
    """
    try:
        packed = urlsafe_b64decode(cursor)[: _PACKED.size]
    except ValueError:
        packed = b""
    # As text: decoding passes over strange letters.
    if not hmac.compare_digest(cursor.encode(), _signed(secret, workspace_id, listing, packed).encode()):
        raise bad_request("cursor is not one that this list has given")
    microseconds, seq = _PACKED.unpack(packed)
    return Position(from_microseconds(microseconds), seq)


def is_behind(table: Table, position: Position) -> ColumnElement[bool]:
    """Return the condition that a row comes after a position, in a list that has the newest first."""
    # A bare time would be compared as the driver writes it, not as the column keeps it.
    created_at = literal(position.created_at, table.c.created_at.type)
    return tuple_(table.c.created_at, table.c.seq) < tuple_(created_at, literal(position.seq))


def _signed(secret: bytes, workspace_id: str, listing: str, packed: bytes) -> str:
    message = b"\0".join((b"cursor", listing.encode(), workspace_id.encode(), packed))
    return urlsafe_b64encode(packed + hmac.digest(secret, message, "sha256")[:_SIGNATURE]).decode()
