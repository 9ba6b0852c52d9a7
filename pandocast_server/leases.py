"""Work that one worker at a time holds: a row is claimed with a lease, and finished by its holder only.

A lease runs on real time, never on the server's clock: advancing that clock must not end work that is under
way. A worker that dies lets its lease run out, and the row is claimed again; one that merely was slow finds
its token gone and changes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from attrs import field, frozen
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, and_, select, update

from pandocast_server.identifiers import Identifiers

# Tokens tell workers apart, also those of a seeded server that was started twice: never from a seed.
_TOKENS = Identifiers()


@frozen
class Lease:
    """The right to finish one row.

    Attributes:
        seq: Which row.
        token: What shows that the row is still held under this claim.
    """

    seq: int
    token: str = field(repr=False)


def claim(
    connection: Connection, table: Table, candidates: Select[tuple[int]], *, status: str, seconds: float
) -> Sequence[RowMapping]:
    """Take rows, in one statement, and give all their columns as they are now.

    Args:
        connection: A transaction that may write.
        table: A table with `seq`, `status`, `attempts`, `lease_token` and `lease_until`.
        candidates: The `seq` of the rows to take.
        status: What a row that is under way is called.
        seconds: How long the lease lasts, in real time.
    """
    # A common table expression, because PostgreSQL may evaluate a limited subquery more than once; and locked
    # rows are another worker's. SQLite, where one transaction writes at a time, leaves the locking out.
    chosen = candidates.with_for_update(skip_locked=True).cte("chosen")
    taken = (
        update(table)
        .where(table.c.seq.in_(select(chosen.c.seq)))
        .values(
            status=status,
            attempts=table.c.attempts + 1,
            lease_token=_TOKENS.secret(),
            lease_until=_real_now() + timedelta(seconds=seconds),
        )
        .returning(*table.c)
    )
    return connection.execute(taken).mappings().all()


def has_expired(table: Table, *, status: str) -> ColumnElement[bool]:
    """Give the condition that a row is under way and its lease has run out."""
    return and_(table.c.status == status, table.c.lease_until <= _real_now())


def renew(connection: Connection, table: Table, lease: Lease, *, seconds: float) -> bool:
    """Let a lease last `seconds` from now, and tell whether it was still held."""
    held = (
        update(table)
        .where(_is_held(table, lease))
        .values(lease_until=_real_now() + timedelta(seconds=seconds))
    )
    return connection.execute(held).rowcount == 1


def finish(connection: Connection, table: Table, lease: Lease, values: Mapping[str, object]) -> bool:
    """End a lease and set `values`, the new status among them, or tell that it was no longer held."""
    ended = (
        update(table)
        .where(_is_held(table, lease))
        .values({**values, "lease_token": None, "lease_until": None})
    )
    return connection.execute(ended).rowcount == 1


def _is_held(table: Table, lease: Lease) -> ColumnElement[bool]:
    return and_(table.c.seq == lease.seq, table.c.lease_token == lease.token)


def _real_now() -> datetime:
    return datetime.now(UTC)
