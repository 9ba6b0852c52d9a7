"""Posting drafts: when somebody asks for it, and when their time has come (contract, "Draft actions")."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, RowMapping, and_, insert, update

from pandocast_server.errors import ApiError, conflict
from pandocast_server.pandocast.platforms import use_up_failure
from pandocast_server.passband.drafts.platforms import PLATFORMS, connected_platforms, state_of
from pandocast_server.passband.drafts.rows import check_allowed, find_draft, move, settle
from pandocast_server.passband.drafts.transitions import SCHEDULED
from pandocast_server.passband.engagement.routes import FAILED, POSTED
from pandocast_server.passband.schedule.scheduling import is_paused
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import engagement
from pandocast_server.work.queue import Job
from pandocast_server.work.worker import Outcome

_NOT_CONNECTED = "No platform is connected"
_UNFORESEEN = "The draft could not be posted"


def post_now(
    connection: Connection, runtime: Runtime, draft: RowMapping, platforms: Sequence[str] | None
) -> None:
    """Post a draft, whatever its time, in a transaction that writes and has read the draft.

    Args:
        connection: That transaction.
        runtime: The parts of this server.
        draft: The draft as `find_draft` gave it.
        platforms: Where to, or None for every platform that is connected.

    Raises:
        ApiError: 409, its status does not allow it, or a platform is not connected.
    """
    check_allowed(draft, "post")
    connected = connected_platforms(connection, workspace_id=draft["workspace_id"])
    if not connected:
        raise conflict(f"{_NOT_CONNECTED}; connect one in Settings -> Platforms")
    missing = next((platform for platform in platforms or () if platform not in connected), None)
    if missing is not None:
        raise conflict(f"The platform {missing} is not connected; connect it in Settings -> Platforms")
    _post(connection, runtime, draft, connected if platforms is None else platforms)


def post_when_due(runtime: Runtime, job: Job) -> Outcome:
    """Post a draft whose time has come, if it still is its time when the outcome is written."""
    return Outcome(partial(_post_if_due, runtime, job))


def give_up_posting(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Write that a draft could not be posted, nor be said to have failed."""
    if _due_draft(connection, job) is not None:
        settle(connection, runtime, job.subject_id, "post_failed", {"feedback": _UNFORESEEN})


def _post_if_due(runtime: Runtime, job: Job, connection: Connection) -> None:
    draft = _due_draft(connection, job)
    if draft is None or is_paused(connection, workspace_id=job.workspace_id):
        return
    connected = connected_platforms(connection, workspace_id=job.workspace_id)
    wanted = [platform for platform in draft["target_platforms"] if platform in connected]
    _post(connection, runtime, draft, wanted or connected)


def _due_draft(connection: Connection, job: Job) -> RowMapping | None:
    """Return the draft that a job was made for, unless it was moved, taken off the schedule or deleted."""
    try:
        draft = find_draft(connection, workspace_id=job.workspace_id, draft_id=job.subject_id)
    except ApiError:
        return None
    return draft if (draft["status"], draft["scheduled_at"]) == (SCHEDULED, job.due_at) else None


def _post(connection: Connection, runtime: Runtime, draft: RowMapping, platforms: Sequence[str]) -> None:
    """Try each of some connected platforms once; the draft is posted when one of them took it."""
    post_ids: list[str] = []
    errors: list[str] = []
    for platform in platforms:
        error = _refusal(connection, draft["workspace_id"], platform)
        if error is None:
            post_ids.append(runtime.identifiers.new("post"))
            _record(connection, runtime, draft, platform, {"status": POSTED, "post_id": post_ids[-1]})
        else:
            errors.append(f"{platform}: {error}")
            _record(connection, runtime, draft, platform, {"status": FAILED, "error_message": error})
    if post_ids:
        values = {"posted_at": runtime.clock.now(), "post_id": post_ids[0]}
        move(connection, runtime, draft, "post", values=values)
    else:
        reason = "; ".join(errors) or _NOT_CONNECTED
        settle(connection, runtime, draft["id"], "post_failed", {"feedback": reason})


def _refusal(connection: Connection, workspace_id: str, platform: str) -> str | None:
    """Offer a post to a platform, and give the reason why it does not take it, if so."""
    state = state_of(connection, workspace_id=workspace_id, platform=platform)
    if state.failures_left == 0:
        return None
    use_up_failure(connection, workspace_id=workspace_id, platform_id=PLATFORMS[platform])
    return state.failure_error


def _record(
    connection: Connection, runtime: Runtime, draft: RowMapping, platform: str, result: dict[str, str]
) -> None:
    """Write what came of one platform; metrics that were recorded before stay as they are."""
    now = runtime.clock.now()
    values = {
        "post_id": None,
        "error_message": None,
        "failed_at": now if result["status"] == FAILED else None,
        **result,
    }
    is_it = and_(engagement.c.draft_id == draft["id"], engagement.c.platform == platform)
    if connection.execute(update(engagement).where(is_it).values(**values)).rowcount == 0:
        connection.execute(
            insert(engagement).values(
                id=runtime.identifiers.new("eng"),
                workspace_id=draft["workspace_id"],
                draft_id=draft["id"],
                platform=platform,
                created_at=now,
                **values,
            )
        )
