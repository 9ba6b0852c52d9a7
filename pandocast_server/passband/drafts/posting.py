"""Posting drafts: when somebody asks for it, and when their time has come (contract, "Draft actions")."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, RowMapping

from pandocast_server.errors import ApiError, conflict
from pandocast_server.pandocast.platforms import PlatformState, platform_state, use_up_failure
from pandocast_server.passband.drafts.models import PLATFORMS
from pandocast_server.passband.drafts.rows import check_allowed, find_draft, move, settle
from pandocast_server.passband.drafts.transitions import SCHEDULED
from pandocast_server.passband.engagement import FAILED, POSTED, upsert_engagement
from pandocast_server.passband.schedule.scheduling import is_paused
from pandocast_server.runtime import Runtime
from pandocast_server.work.queue import Job
from pandocast_server.work.worker import Outcome

_NOT_CONNECTED = "No platform is connected"


def post_now(
    connection: Connection, runtime: Runtime, draft: RowMapping, platforms: Sequence[str] | None
) -> None:
    """Post a draft that this transaction has read, whatever its time; None is every connected platform.

    Raises:
        ApiError: 409, its status does not allow it, or a platform is not connected.
    """
    check_allowed(draft, "post")
    connected = _connected(connection, draft["workspace_id"])
    if not connected:
        raise conflict(f"{_NOT_CONNECTED}; connect one in Settings -> Platforms")
    wanted = connected if platforms is None else platforms
    for platform in wanted:
        if platform not in connected:
            raise conflict(f"The platform {platform} is not connected; connect it in Settings -> Platforms")
    _post(connection, runtime, draft, {platform: connected[platform] for platform in wanted})


def post_when_due(runtime: Runtime, job: Job) -> Outcome:
    """Post a draft whose time has come, if it still is its time when the outcome is written."""
    return Outcome(partial(_post_if_due, runtime, job))


def give_up_posting(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Write that a draft could not be posted, nor be said to have failed."""
    if _due_draft(connection, job) is not None:
        reason = "The draft could not be posted"
        settle(connection, runtime, job.subject_id, "post_failed", feedback=reason)


def _post_if_due(runtime: Runtime, job: Job, connection: Connection) -> None:
    draft = _due_draft(connection, job)
    if draft is None or is_paused(connection, workspace_id=job.workspace_id):
        return
    connected = _connected(connection, job.workspace_id)
    targets = {name: connected[name] for name in draft["target_platforms"] if name in connected}
    _post(connection, runtime, draft, targets or connected)


def _due_draft(connection: Connection, job: Job) -> RowMapping | None:
    """Return the draft that a job was made for, unless it was moved, taken off the schedule or deleted."""
    try:
        draft = find_draft(connection, workspace_id=job.workspace_id, draft_id=job.subject_id)
    except ApiError:
        return None
    return draft if (draft["status"], draft["scheduled_at"]) == (SCHEDULED, job.due_at) else None


def _post(
    connection: Connection, runtime: Runtime, draft: RowMapping, targets: Mapping[str, PlatformState]
) -> None:
    """Try each of some connected platforms once; the draft is posted when one of them took it."""
    workspace_id = draft["workspace_id"]
    post_ids: list[str] = []
    errors: list[str] = []
    for platform, state in targets.items():
        if state.failures_left:
            use_up_failure(connection, workspace_id=workspace_id, platform_id=PLATFORMS[platform])
            errors.append(f"{platform}: {state.failure_error}")
            result = {"status": FAILED, "post_id": None, "error_message": state.failure_error}
        else:
            post_ids.append(runtime.identifiers.new("post"))
            result = {"status": POSTED, "post_id": post_ids[-1], "error_message": None}
        upsert_engagement(
            connection,
            runtime,
            workspace_id=workspace_id,
            draft_id=draft["id"],
            platform=platform,
            values=result,
        )
    if post_ids:
        move(connection, runtime, draft, "post", posted_at=runtime.clock.now(), post_id=post_ids[0])
    else:
        reason = "; ".join(errors) or _NOT_CONNECTED
        settle(connection, runtime, draft["id"], "post_failed", feedback=reason)


def _connected(connection: Connection, workspace_id: str) -> Mapping[str, PlatformState]:
    """Return the states of the platforms that are connected, in the order of the table."""
    states = {
        name: platform_state(connection, workspace_id=workspace_id, platform_id=platform_id)
        for name, platform_id in PLATFORMS.items()
    }
    return {name: state for name, state in states.items() if state.connected}
