"""Work that one worker at a time holds: a row is claimed with a lease, and finished by its holder only.

A lease runs on real time, never on the server's clock: advancing that clock must not end work that is under
way. A worker that dies lets its lease run out, and the row is claimed again; one that merely was slow finds
its token gone and changes nothing.

A leased table has the columns `seq`, `status`, `attempts`, `lease_token` and `lease_until`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from attrs import field, frozen
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from pandocast_server.clock import wall
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


def claiming(
    table: Table, candidates: Select[tuple[int]], *, status: str
) -> ReturningUpdate[tuple[object, ...]]:
    """Write the one statement that takes rows; it is written once, because that takes longer than running it.

    Args:
        table: A leased table.
        candidates: The `seq` of the rows to take, which may say `has_expired`.
        status: What a row that is under way is called.
    """
    # A common table expression, because PostgreSQL may evaluate a limited subquery more than once; and locked
    # rows are another worker's. SQLite, where one transaction writes at a time, leaves the locking out.
    chosen = candidates.with_for_update(skip_locked=True).cte("chosen")
    return (
        update(table)
        .where(table.c.seq.in_(select(chosen.c.seq)))
        .values(
            status=status,
            attempts=table.c.attempts + 1,
            lease_token=bindparam("token"),
            lease_until=bindparam("until"),
        )
        .returning(*table.c)
    )


def claim(
    connection: Connection,
    statement: ReturningUpdate[tuple[object, ...]],
    parameters: Mapping[str, object],
    *,
    seconds: float,
) -> Sequence[RowMapping]:
    """Take rows for `seconds` of real time and give all their columns, as they are now.

    Args:
        connection: A transaction that may write.
        statement: From `claiming`.
        parameters: What the candidates ask for beside the time.
        seconds: How long the lease lasts.
    """
    now = real_now()
    own = {"token": _TOKENS.secret(), "until": now + timedelta(seconds=seconds), "real_now": now}
    return connection.execute(statement, {**parameters, **own}).mappings().all()


def has_expired(table: Table, *, status: str) -> ColumnElement[bool]:
    """Say that a row is under way and its lease has run out; asks for the parameter `real_now`."""
    now = bindparam("real_now", type_=table.c.lease_until.type)
    return and_(table.c.status == status, table.c.lease_until <= now)


def renew(connection: Connection, table: Table, lease: Lease, *, seconds: float) -> bool:
    """Let a lease last `seconds` from now, and tell whether it was still held."""
    until = real_now() + timedelta(seconds=seconds)
    return connection.execute(_held(table, lease, {"lease_until": until})).rowcount == 1


def finish(connection: Connection, table: Table, lease: Lease, values: Mapping[str, object]) -> bool:
    """End a lease and set `values`, the new status among them, or tell that it was no longer held."""
    ended = {**values, "lease_token": None, "lease_until": None}
    return connection.execute(_held(table, lease, ended)).rowcount == 1


def real_now() -> datetime:
    """Return real time, which the server's clock may be ahead of."""
    return datetime.fromtimestamp(wall(), UTC)


def _held(table: Table, lease: Lease, values: dict[str, object]) -> Update:
    return update(table).where(table.c.seq == lease.seq, table.c.lease_token == lease.token).values(values)
