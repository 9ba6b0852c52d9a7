"""Jobs: what the server has to do later, kept beside the change that asked for it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from attrs import field, frozen
from sqlalchemy import Connection, and_, bindparam, exists, func, insert, or_, select

from pandocast_server import leases
from pandocast_server.leases import Lease
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import jobs

LEASE_SECONDS = 30.0

PENDING = "pending"
RUNNING = "running"
DONE = "done"
FAILED = "failed"

MAIN = "main"

_NOW = bindparam("now", type_=jobs.c.due_at.type)
_OURS = jobs.c.kind.in_(bindparam("kinds", expanding=True))
_IS_DUE = and_(jobs.c.status == PENDING, jobs.c.due_at <= _NOW)
_OTHER = jobs.alias("other")
_LANE_IS_FREE = ~exists().where(
    _OTHER.c.status == RUNNING, _OTHER.c.workspace_id == jobs.c.workspace_id, _OTHER.c.lane == jobs.c.lane
)

_NEXT = (
    select(jobs.c.seq)
    .where(_OURS, or_(and_(_IS_DUE, _LANE_IS_FREE), leases.has_expired(jobs, status=RUNNING)))
    .order_by(jobs.c.due_at, jobs.c.seq)
    .limit(1)
)
_CLAIM = leases.claiming(jobs, _NEXT, status=RUNNING)
_OPEN = select(jobs.c.seq).where(_OURS, or_(_IS_DUE, jobs.c.status == RUNNING)).limit(1)
_LATER = select(func.min(jobs.c.due_at)).where(_OURS, jobs.c.status == PENDING, jobs.c.due_at > _NOW)


@frozen
class Job:
    """A job as it was claimed.

    Attributes:
        id: Its identifier.
        workspace_id: Whose job it is.
        kind: What to do.
        subject_id: What to do it with: the identifier of an upload, a post, ...
        payload: What else was given.
        attempts: How often it was begun without coming to an outcome: it raised, or its process died.
        due_at: When it was due, on the server's clock.
        lease: The right to finish it.
    """

    id: str
    workspace_id: str
    kind: str
    subject_id: str
    payload: Mapping[str, object] = field(repr=False)
    attempts: int
    due_at: datetime
    lease: Lease


def enqueue(
    connection: Connection,
    runtime: Runtime,
    *,
    workspace_id: str,
    kind: str,
    subject_id: str,
    payload: Mapping[str, object] | None = None,
    due_at: datetime | None = None,
    lane: str = MAIN,
) -> str:
    """Add a job in the caller's transaction; announce the work once that has committed.

    Args:
        connection: The transaction that holds the change which asks for the job.
        runtime: The parts of this server.
        workspace_id: Whose job it is.
        kind: What to do: a name that the worker has a handler for.
        subject_id: What to do it with.
        payload: What else the handler needs, as JSON.
        due_at: When, on the server's clock; None for now.
        lane: Which of the workspace's lanes it waits in; what may take long must not hold up the others.

    Returns:
        The job's identifier.
    """
    now = runtime.clock.now()
    job_id = runtime.identifiers.new("job")
    connection.execute(
        insert(jobs).values(
            id=job_id,
            workspace_id=workspace_id,
            kind=kind,
            lane=lane,
            subject_id=subject_id,
            payload=dict(payload or {}),
            status=PENDING,
            due_at=now if due_at is None else due_at,
            created_at=now,
        )
    )
    return job_id


def enqueue_each(
    connection: Connection,
    runtime: Runtime,
    *,
    workspace_id: str,
    kind: str,
    due: Iterable[tuple[str, datetime]],
) -> None:
    """Add a job without a payload for each of many subjects, as `enqueue` adds one, in one go.

    Args:
        connection: The transaction that holds the change which asks for the jobs.
        runtime: The parts of this server.
        workspace_id: Whose jobs they are.
        kind: What to do.
        due: Each subject with the time at which its job is due; of the same time, the first is run first.
    """
    alike: dict[str, object] = {
        "workspace_id": workspace_id,
        "kind": kind,
        "lane": MAIN,
        "payload": {},
        "status": PENDING,
        "created_at": runtime.clock.now(),
    }
    rows = [
        {**alike, "id": runtime.identifiers.new("job"), "subject_id": subject, "due_at": at}
        for subject, at in due
    ]
    if rows:
        connection.execute(insert(jobs), rows)


def claim(connection: Connection, kinds: Collection[str], *, now: datetime) -> Job | None:
    """Take the job that has been due longest, of a workspace that has none under way in the job's lane.

    The jobs of a lane run one after the other, in the order in which they became due, so that their events
    have that order too. Workspaces, and lanes of one workspace, do not wait for each other.
    """
    rows = leases.claim(connection, _CLAIM, {"kinds": list(kinds), "now": now}, seconds=LEASE_SECONDS)
    if not rows:
        return None
    row = rows[0]
    return Job(
        id=row["id"],
        workspace_id=row["workspace_id"],
        kind=row["kind"],
        subject_id=row["subject_id"],
        payload=row["payload"],
        attempts=row["attempts"] - 1,
        due_at=row["due_at"],
        lease=Lease(row["seq"], row["lease_token"]),
    )


def renew(connection: Connection, job: Job) -> bool:
    """Keep a job that takes long, and tell whether it was still ours."""
    return leases.renew(connection, jobs, job.lease, seconds=LEASE_SECONDS)


def finish(connection: Connection, job: Job, *, status: str = DONE) -> bool:
    """End a job, and tell whether it was still ours; if not, nothing may be changed in its name."""
    return leases.finish(connection, jobs, job.lease, {"status": status})


def requeue(connection: Connection, job: Job, *, due_at: datetime) -> bool:
    """Have a job run anew at `due_at` on the server's clock, and tell whether it was still ours."""
    return leases.finish(connection, jobs, job.lease, {"status": PENDING, "due_at": due_at, "attempts": 0})


def retry(connection: Connection, job: Job) -> bool:
    """Have a job that came to no outcome tried again at once, and tell whether it was still ours."""
    return leases.finish(connection, jobs, job.lease, {"status": PENDING})


def release(connection: Connection, job: Job) -> bool:
    """Give a job back as if it had not been claimed, and tell whether it was still ours."""
    return leases.finish(connection, jobs, job.lease, {"status": PENDING, "attempts": job.attempts})


def is_due(connection: Connection, kinds: Collection[str], *, now: datetime) -> bool:
    """Tell whether there is a job to claim, without the lock that claiming takes."""
    asked = {"kinds": list(kinds), "now": now, "real_now": leases.real_now()}
    return connection.scalar(_NEXT, asked) is not None


def is_busy(connection: Connection, kinds: Collection[str], *, now: datetime) -> bool:
    """Tell whether a job is due or under way."""
    return connection.scalar(_OPEN, {"kinds": list(kinds), "now": now}) is not None


def next_due(connection: Connection, kinds: Collection[str], *, now: datetime) -> datetime | None:
    """Give the earliest time after `now`, on the server's clock, at which a waiting job is due."""
    earliest: datetime | None = connection.scalar(_LATER, {"kinds": list(kinds), "now": now})
    return earliest
