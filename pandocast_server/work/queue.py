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
from pandocast_server.storage.tables import open_jobs
from pandocast_server.timestamps import EPOCH

LEASE_SECONDS = 2.0

# Tokens tell workers apart, also those of a seeded server that was started twice: never from a seed.
_TOKENS = Identifiers()

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
    .returning(
        open_jobs.c.seq,
        open_jobs.c.workspace_id,
        open_jobs.c.kind,
        open_jobs.c.lane,
        open_jobs.c.subject_id,
        open_jobs.c.payload,
        open_jobs.c.due_at,
        open_jobs.c.failures,
        open_jobs.c.claims,
        open_jobs.c.lease_token.label("token"),
    )
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


@frozen
class Job:
    """A job as it was claimed.

    Attributes:
        seq: Its number.
        workspace_id: Whose job it is.
        kind: What to do.
        lane: The jobs that it waits for, and that wait for it.
        subject_id: What to do it with: the identifier of an upload, a post, ...
        payload: What else was given.
        due_at: When it was due, on the server's clock.
        failures: How often in a row it was run and raised.
        claims: How often in a row it was claimed, this time included, without any result.
        token: What shows that it is still held under this claim.
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
    token: str = field(repr=False)


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
    """Add a job in the caller's transaction; announce the work once that has committed.

    Args:
        connection: The transaction that holds the change which asks for the job.
        runtime: The parts of this server.
        workspace_id: Whose job it is.
        kind: What to do: a name that a worker has a handler for.
        subject_id: What to do it with.
        payload: What else the handler needs, as JSON.
        due_at: When, on the server's clock; None for now.
        lane: Which of the workspace's lanes it waits in, None for the main one; what may take long must not
            hold up the others.
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
    connection: Connection,
    *,
    workspace_id: str,
    kind: str,
    due: Iterable[tuple[str, datetime]],
) -> None:
    """Add a job without a payload for each of many subjects, as `enqueue` adds one, in one go.

    Args:
        connection: The transaction that holds the change which asks for the jobs.
        workspace_id: Whose jobs they are.
        kind: What to do.
        due: Each subject with the time at which its job is due; of the same time, the first is run first.
    """
    alike = {"workspace_id": workspace_id, "kind": kind, "lane": _lane_name(workspace_id, None)}
    rows = [{**alike, "subject_id": subject, "due_at": at} for subject, at in due]
    if rows:
        connection.execute(insert(open_jobs), rows)


def claim(connection: Connection, kinds: Collection[str], *, now: datetime, limit: int) -> list[Job]:
    """Claim the first job of each lane that has none under way, at most `limit`, those due longest first.

    The jobs of a lane run one after the other, in the order in which they became due, so that their events
    have that order too. Lanes do not wait for each other.
    """
    real = real_now()
    parameters = {"kinds": list(kinds), "now": now, "limit": limit, "real_now": real}
    lease = {"token": _TOKENS.secret(), "until": real + timedelta(seconds=LEASE_SECONDS)}
    rows = connection.execute(_CLAIM, {**parameters, **lease}).mappings().all()
    return sorted((Job(**row) for row in rows), key=lambda job: (job.due_at, job.seq))


def renew(connection: Connection, jobs: Iterable[Job]) -> None:
    """Let the leases of some jobs last anew, where they are still held."""
    held = [(job.seq, job.token) for job in jobs]
    if held:
        until = real_now() + timedelta(seconds=LEASE_SECONDS)
        connection.execute(_RENEW, {"held": held, "until": until})


def end(connection: Connection, job: Job) -> bool:
    """Remove a job that has ended; return whether it was still ours: if not, change nothing in its name."""
    held = open_jobs.c.seq == job.seq, open_jobs.c.lease_token == job.token
    return connection.execute(delete(open_jobs).where(*held)).rowcount == 1


def give_back(
    connection: Connection, job: Job, *, failures: int, claims: int = 0, due_at: datetime | None = None
) -> bool:
    """Let a job wait again, and return whether it was still ours.

    Args:
        connection: A transaction that may write.
        job: The job as it was claimed.
        failures: How often in a row it has raised now.
        claims: How often in a row it was claimed without any result.
        due_at: When it is due, on the server's clock; None for the time that it had.
    """
    held = open_jobs.c.seq == job.seq, open_jobs.c.lease_token == job.token
    waiting = {"failures": failures, "claims": claims, "due_at": due_at or job.due_at}
    free = update(open_jobs).where(*held).values(**waiting, lease_token=None, lease_until=None)
    return connection.execute(free).rowcount == 1


def drop_lane(connection: Connection, workspace_id: str, lane: str) -> None:
    """Remove all jobs of a lane."""
    connection.execute(delete(open_jobs).where(open_jobs.c.lane == _lane_name(workspace_id, lane)))


def look(connection: Connection, kinds: Collection[str], *, now: datetime) -> tuple[bool, float | None]:
    """Return whether there is a job to claim, and the seconds until the next one may be.

    It takes no lock, as claiming does. None stands for no time that is known: no job is due later, and none
    is under way whose lease could run out.
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


def _lane_name(workspace_id: str, lane: str | None) -> str:
    return workspace_id if lane is None else f"{workspace_id}/{lane}"
