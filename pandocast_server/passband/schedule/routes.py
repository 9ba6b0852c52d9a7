"""The schedule: its slots, its queue, its pause, and advice on times (reference, "Schedule")."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import ApiError
from pandocast_server.json_body import read_body
from pandocast_server.passband.drafts.rows import SELECT, check_allowed, find_draft, on_the_wire
from pandocast_server.passband.drafts.transitions import APPROVED, SCHEDULED
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.schedule.models import (
    BestTimesQuery,
    BulkScheduleBody,
    ConflictsQuery,
    PauseBody,
    QueueBody,
    RecommendedTimesQuery,
    SlotsBody,
)
from pandocast_server.passband.schedule.scheduling import (
    NO_SLOTS,
    FreeSlots,
    is_paused,
    put_each_on_schedule,
    put_on_schedule,
    set_paused,
    slots_of,
)
from pandocast_server.passband.schedule.times import best_times, recommended_times
from pandocast_server.passband.wire import camel
from pandocast_server.routing import Endpoint, post, runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts, slots
from pandocast_server.timestamps import wire_text
from pandocast_server.validation import quoted, read_query

AROUND = timedelta(minutes=30)

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


async def get_slots(request: Request) -> Response:
    """Return the slots (reference, "Get schedule slots"), sorted by day, hour and minute."""
    with runtime_of(request).database.read() as connection:
        return _slots(connection, workspace_of(request))


async def replace_slots(request: Request) -> Response:
    """Replace all slots (reference, "Update schedule slots"); what is scheduled keeps its time."""
    body = await read_body(request, SlotsBody)
    workspace_id = workspace_of(request)
    new = [{"workspace_id": workspace_id, **slot.model_dump()} for slot in body.root]
    with runtime_of(request).database.write() as connection:
        lock_workspace(connection, workspace_id)
        connection.execute(delete(slots).where(slots.c.workspace_id == workspace_id))
        if new:
            connection.execute(insert(slots), new)
        return _slots(connection, workspace_id)


async def enqueue_draft(request: Request) -> Response:
    """Schedule an approved draft to the next free slot (reference, "Add draft to schedule queue")."""
    draft_id = (await read_body(request, QueueBody)).draft_id
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    with runtime.database.write() as connection:
        draft = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
        check_allowed(draft, "schedule")  # before there is said to be no slot for it
        free = FreeSlots(connection, workspace_id=workspace_id, after=runtime.clock.now())
        put_on_schedule(connection, runtime, draft, at=free.take())
        scheduled = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
    runtime.announce_work()
    return JSONResponse(on_the_wire(scheduled))


async def bulk_schedule(request: Request) -> Response:
    """Schedule many drafts, or all that are approved (reference, "Bulk schedule drafts").

    They get the next free slots in the order of the ids, or oldest first. An empty list names no draft.
    """
    ids = (await read_body(request, BulkScheduleBody, may_be_empty=True)).draft_ids
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    with runtime.database.write() as connection:
        lock_workspace(connection, workspace_id)  # before the drafts, as everybody does
        statuses = _lock_drafts(connection, workspace_id, ids)
        times, reasons = _plan(connection, runtime, workspace_id, statuses)
        put_each_on_schedule(connection, runtime, workspace_id=workspace_id, times=times)
    runtime.announce_work()
    scheduled = [{"id": draft_id, "scheduledAt": wire_text(at)} for draft_id, at in times.items()]
    reason = reasons[0] if reasons else None
    return JSONResponse({"scheduled": scheduled, "skipped": len(reasons), "reason": reason})


# Not async, as are those below that may read thousands of rows: Starlette is to call it in a thread.
def list_unscheduled(request: Request) -> Response:
    """Return the approved drafts, oldest first (reference, "List unscheduled drafts")."""
    query = SELECT.where(drafts.c.workspace_id == workspace_of(request), drafts.c.status == APPROVED)
    with runtime_of(request).database.read() as connection:
        rows = connection.execute(query.order_by(drafts.c.created_at, drafts.c.seq)).mappings().all()
    return JSONResponse({"drafts": [on_the_wire(row) for row in rows]})


async def check_conflicts(request: Request) -> Response:
    """Return the drafts scheduled within 30 minutes of a time, both ends included, by their times."""
    around = read_query(request, ConflictsQuery)
    query = SELECT.where(
        drafts.c.workspace_id == workspace_of(request),
        drafts.c.status == SCHEDULED,
        # Written so that neither end of time is stepped over.
        drafts.c.scheduled_at >= max(around.scheduled_at, _EARLIEST + AROUND) - AROUND,
        drafts.c.scheduled_at <= min(around.scheduled_at, _LATEST - AROUND) + AROUND,
    )
    if around.exclude_draft_id is not None:
        query = query.where(drafts.c.id != around.exclude_draft_id)
    with runtime_of(request).database.read() as connection:
        rows = connection.execute(query.order_by(drafts.c.scheduled_at, drafts.c.seq)).mappings().all()
    found = [on_the_wire(row) for row in rows]
    return JSONResponse({"hasConflict": bool(found), "count": len(found), "conflicts": found})


def get_recommended_times(request: Request) -> Response:
    """Return times for some platforms, best first (reference, "Get AI-recommended posting times")."""
    platforms = read_query(request, RecommendedTimesQuery).platforms
    with runtime_of(request).database.read() as connection:
        times = recommended_times(connection, workspace_of(request), platforms=platforms)
    return JSONResponse({"times": times})


def get_best_times(request: Request) -> Response:
    """Return the best times there were (reference, "Get historical best posting times")."""
    platform = read_query(request, BestTimesQuery).platform
    with runtime_of(request).database.read() as connection:
        times = best_times(connection, workspace_of(request), platform=platform)
    return JSONResponse({"times": times})


async def get_pause(request: Request) -> Response:
    """Return whether scheduling is paused (reference, "Get scheduling pause status")."""
    with runtime_of(request).database.read() as connection:
        return JSONResponse({"paused": is_paused(connection, workspace_id=workspace_of(request))})


async def set_pause(request: Request) -> Response:
    """Pause, or go on and post what is overdue (reference, "Toggle scheduling pause")."""
    paused = (await read_body(request, PauseBody)).paused
    runtime = runtime_of(request)
    with runtime.database.write() as connection:
        set_paused(connection, runtime, workspace_id=workspace_of(request), paused=paused)
    runtime.announce_work()
    return JSONResponse({"paused": paused})


class Slots(Endpoint):
    """The times of the week at which drafts are posted."""

    get = staticmethod(get_slots)
    put = staticmethod(replace_slots)


class Pause(Endpoint):
    """Whether the schedule is paused."""

    get = staticmethod(get_pause)
    put = staticmethod(set_pause)


ROUTES = [
    Route("/schedule/slots", Slots),
    post("/schedule/queue", enqueue_draft),
    Route("/schedule/unscheduled", list_unscheduled),
    Route("/schedule/conflicts", check_conflicts),
    Route("/schedule/recommended-times", get_recommended_times),
    Route("/schedule/best-times", get_best_times),
    post("/schedule/bulk", bulk_schedule),
    Route("/schedule/pause", Pause),
]


def _slots(connection: Connection, workspace_id: str) -> Response:
    found = slots_of(connection, workspace_id)
    return JSONResponse({"slots": [camel(slot, "day_of_week hour minute") for slot in found]})


def _lock_drafts(
    connection: Connection, workspace_id: str, ids: Sequence[str] | None
) -> Mapping[str, str | None]:
    """Return the statuses of some drafts, or of all that are approved, so that they stay as they are."""
    # Nothing else of them, not their texts: there may be thousands.
    query = select(drafts.c.id, drafts.c.status).where(drafts.c.workspace_id == workspace_id)
    chosen = query.where(drafts.c.status == APPROVED if ids is None else drafts.c.id.in_(ids))
    rows = connection.execute(chosen.order_by(drafts.c.created_at, drafts.c.seq).with_for_update())
    found: dict[str, str] = {row["id"]: row["status"] for row in rows.mappings()}
    return found if ids is None else {draft_id: found.get(draft_id) for draft_id in ids}


def _plan(
    connection: Connection, runtime: Runtime, workspace_id: str, statuses: Mapping[str, str | None]
) -> tuple[Mapping[str, datetime], Sequence[str]]:
    """Return the times of the drafts that get a slot, and why each of the others gets none."""
    if not slots_of(connection, workspace_id):
        return {}, [NO_SLOTS] * len(statuses)
    free = FreeSlots(connection, workspace_id=workspace_id, after=runtime.clock.now())
    times: dict[str, datetime] = {}
    reasons: list[str] = []
    for draft_id, status in statuses.items():
        if status is None:
            reasons.append(f"Draft {quoted(draft_id)} not found")
        elif status != APPROVED:
            reasons.append(f"Draft {draft_id} is {status}; only an approved draft can be scheduled")
        else:
            try:
                times[draft_id] = free.take()
            except ApiError as refusal:
                reasons.append(refusal.message)
    return times, reasons
