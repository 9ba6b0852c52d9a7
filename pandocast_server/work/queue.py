"""Work that waits in the database: jobs in lanes, each held by one worker at a time.

A job is claimed with a lease, and ended by its holder only. A lease runs on real time, never on the server's
clock: advancing that clock must not end work that is under way. A worker whose process dies lets its leases
run out, and others claim its jobs; one that was merely slow finds its token gone, and changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from attrs import field, frozen
from sqlalchemy import (
    Connection,
    Integer,
    String,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from pandocast_server.clock import wall_ns
from pandocast_server.identifiers import Identifiers
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import columns_for, open_jobs
from pandocast_server.timestamps import EPOCH

LEASE_SECONDS = 2.0

# Tokens tell workers apart, also those of a seeded server that was started twice: never from a seed.
_TOKENS = Identifiers()


@frozen
class Job:
    """A job as it was claimed: it is held while `lease_token` stands in its row.

    `failures` counts the runs in a row that raised, and `claims` those claims in a row, this one included,
    that had no result. `due_at` is on the server's clock.
    """

    seq: int
    workspace_id: str
    kind: str
    lane: str
    subject_id: str
    payload: Mapping[str, object] = field(repr=False)
    due_at: datetime
    failures: int
    claims: int
    lease_token: str = field(repr=False)


# Built once: to build a statement takes longer than to execute it.
_NOW = bindparam("now", type_=open_jobs.c.due_at.type)
_REAL_NOW = bindparam("real_now", type_=open_jobs.c.lease_until.type)
_KINDS = bindparam("kinds", type_=String(), expanding=True)
_DUE = and_(open_jobs.c.kind.in_(_KINDS), open_jobs.c.due_at <= _NOW)
_OTHER = open_jobs.alias("other")
_IS_FIRST_IN_LANE = ~exists().where(
    _OTHER.c.lane == open_jobs.c.lane,
    _OTHER.c.kind.in_(_KINDS),
    or_(
        _OTHER.c.lease_token.is_not(None),
        tuple_(_OTHER.c.due_at, _OTHER.c.seq) < tuple_(open_jobs.c.due_at, open_jobs.c.seq),
    ),
)
_NEXT = (
    select(open_jobs.c.seq)
    .where(
        _DUE,
        or_(and_(open_jobs.c.lease_token.is_(None), _IS_FIRST_IN_LANE), open_jobs.c.lease_until <= _REAL_NOW),
    )
    .order_by(open_jobs.c.due_at, open_jobs.c.seq)
    .limit(bindparam("limit", type_=Integer))
)
# A common table expression, because PostgreSQL may evaluate a limited subquery more than once; and locked
# rows are another worker's. SQLite, where one transaction writes at a time, leaves the locking out.
_CHOSEN = _NEXT.with_for_update(skip_locked=True).cte("chosen")
_CLAIM = (
    update(open_jobs)
    .where(open_jobs.c.seq.in_(select(_CHOSEN.c.seq)))
    .values(claims=open_jobs.c.claims + 1, lease_token=bindparam("token"), lease_until=bindparam("until"))
    .returning(*columns_for(Job, open_jobs))
)
_RENEW = (
    update(open_jobs)
    .where(tuple_(open_jobs.c.seq, open_jobs.c.lease_token).in_(bindparam("held", expanding=True)))
    .values(lease_until=bindparam("until"))
)
_OPEN = select(open_jobs.c.seq).where(_DUE).limit(1)
_LATER = select(func.min(open_jobs.c.due_at)).where(open_jobs.c.kind.in_(_KINDS), open_jobs.c.due_at > _NOW)
_FREED = select(func.min(open_jobs.c.lease_until)).where(_DUE)
_LOOK = select(_NEXT.scalar_subquery(), _LATER.scalar_subquery(), _FREED.scalar_subquery())


def enqueue(
    connection: Connection,
    runtime: Runtime,
    *,
    workspace_id: str,
    kind: str,
    subject_id: str,
    payload: Mapping[str, object] | None = None,
    due_at: datetime | None = None,
    lane: str | None = None,
) -> None:
    """Add a job in the caller's transaction, due at once by default; announce the work after the commit.

    Jobs wait for those before them in the same lane of their workspace; what may take long has a lane of its
    own.
    """
    row = {
        "workspace_id": workspace_id,
        "kind": kind,
        "lane": _lane_name(workspace_id, lane),
        "subject_id": subject_id,
        "payload": dict(payload or {}),
        "due_at": runtime.clock.now() if due_at is None else due_at,
    }
    connection.execute(insert(open_jobs), row)


def enqueue_each(
    connection: Connection, *, workspace_id: str, kind: str, due: Iterable[tuple[str, datetime]]
) -> None:
    """Add a job for each subject and its time, as `enqueue` adds one; of equal times the first runs first."""
    alike = {"workspace_id": workspace_id, "kind": kind, "lane": _lane_name(workspace_id, None)}
    rows = [{**alike, "subject_id": subject, "due_at": at} for subject, at in due]
    if rows:
        connection.execute(insert(open_jobs), rows)


def claim(connection: Connection, kinds: Collection[str], *, now: datetime, limit: int) -> list[Job]:
    """Claim the first job of each lane that has none under way, at most `limit`, those due longest first.

    The jobs of a lane run one after the other, in the order in which they became due, so that their events
    have that order too. Lanes do not wait for each other.
    """
    parameters = {"kinds": list(kinds), "now": now, "limit": limit, "real_now": real_now()}
    lease = {"token": _TOKENS.secret(), "until": _lease_end()}
    rows = connection.execute(_CLAIM, {**parameters, **lease}).mappings().all()
    return sorted((Job(**row) for row in rows), key=lambda job: (job.due_at, job.seq))


def renew(connection: Connection, jobs: Iterable[Job]) -> None:
    """Let the leases of some jobs last anew, where they are still held."""
    held = [(job.seq, job.lease_token) for job in jobs]
    if held:
        connection.execute(_RENEW, {"held": held, "until": _lease_end()})


def end(connection: Connection, job: Job) -> bool:
    """Remove a job that has ended; return whether it was still ours: if not, change nothing in its name."""
    held = open_jobs.c.seq == job.seq, open_jobs.c.lease_token == job.lease_token
    return connection.execute(delete(open_jobs).where(*held)).rowcount == 1


def give_back(
    connection: Connection, job: Job, *, failures: int, claims: int = 0, due_at: datetime | None = None
) -> bool:
    """Let a job wait again, by default for the time that it had; return whether it was still ours."""
    held = open_jobs.c.seq == job.seq, open_jobs.c.lease_token == job.lease_token
    waiting = {"failures": failures, "claims": claims, "due_at": due_at or job.due_at}
    free = update(open_jobs).where(*held).values(**waiting, lease_token=None, lease_until=None)
    return connection.execute(free).rowcount == 1


def drop_lane(connection: Connection, workspace_id: str, lane: str) -> None:
    """Remove all jobs of a lane."""
    connection.execute(delete(open_jobs).where(open_jobs.c.lane == _lane_name(workspace_id, lane)))


def look(connection: Connection, kinds: Collection[str], *, now: datetime) -> tuple[bool, float | None]:
    """Return whether there is a job to claim, and the seconds until the next one may be; it takes no lock.

    None stands for no time that is known: no job is due later, and no lease could run out.
    """
    real = real_now()
    parameters = {"kinds": list(kinds), "now": now, "real_now": real, "limit": 1}
    claimable, due, freed = connection.execute(_LOOK, parameters).one()
    waits = [(moment - since).total_seconds() for moment, since in ((due, now), (freed, real)) if moment]
    return claimable is not None, max(0.0, min(waits)) if waits else None


def is_busy(connection: Connection, kinds: Collection[str], *, now: datetime) -> bool:
    """Return whether a job is due or under way."""
    return connection.scalar(_OPEN, {"kinds": list(kinds), "now": now}) is not None


def real_now() -> datetime:
    """Return real time, which the server's clock may be ahead of."""
    return EPOCH + timedelta(microseconds=wall_ns() // 1000)


def _lease_end() -> datetime:
    return real_now() + timedelta(seconds=LEASE_SECONDS)


def _lane_name(workspace_id: str, lane: str | None) -> str:
    return workspace_id if lane is None else f"{workspace_id}/{lane}"
