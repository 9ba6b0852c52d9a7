"""The schedule: its slots, its queue, its pause, and advice on times (reference, "Schedule")."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import BigInteger, ColumnElement, Connection, delete, func, insert, select, type_coerce
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import ApiError
from pandocast_server.json_body import read_body
from pandocast_server.passband.drafts.rows import SELECT, find_draft, on_the_wire
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
    free_slots,
    is_paused,
    put_in_next_slot,
    set_paused,
    slots_of,
)
from pandocast_server.passband.schedule.times import Scores, best_hours, customary_hours, times_on_the_wire
from pandocast_server.passband.wire import camel
from pandocast_server.routing import Endpoint, post, runtime_of, workspace_of
from pandocast_server.storage.passband_tables import drafts, slots
from pandocast_server.timestamps import to_microseconds, wire_text
from pandocast_server.validation import read_query

AROUND = timedelta(minutes=30)


class Slots(Endpoint):
    """The times of the week at which drafts are posted."""

    async def get(self, request: Request) -> Response:
        """Return the slots (reference, "Get schedule slots"), sorted by day, hour and minute."""
        with runtime_of(request).database.read() as connection:
            return _slots(connection, workspace_of(request))

    async def put(self, request: Request) -> Response:
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
        free = free_slots(connection, workspace_id=workspace_id, after=runtime.clock.now())
        put_in_next_slot(connection, runtime, draft, free)
        scheduled = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
    runtime.announce_work()
    return JSONResponse(on_the_wire(scheduled))


async def bulk_schedule(request: Request) -> Response:
    """Schedule many drafts, or all that are approved (reference, "Bulk schedule drafts").

    They get the next free slots in the order of the ids, or oldest first. An empty list names no draft.
    """
    ids: Sequence[str] | None = (await read_body(request, BulkScheduleBody, may_be_empty=True)).draft_ids
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    scheduled: list[dict[str, str]] = []
    reasons: list[str] = []
    with runtime.database.write() as connection:
        lock_workspace(connection, workspace_id)  # before the drafts, as everybody does
        if ids is None:
            approved = select(drafts.c.id).where(*_approved(workspace_id))
            ids = connection.scalars(approved.order_by(drafts.c.created_at, drafts.c.seq)).all()
        free = free_slots(connection, workspace_id=workspace_id, after=runtime.clock.now())
        for draft_id in ids:
            try:
                draft = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
                at = put_in_next_slot(connection, runtime, draft, free)
                scheduled.append({"id": draft_id, "scheduledAt": wire_text(at)})
            except ApiError as refusal:
                reasons.append(refusal.message)
    runtime.announce_work()
    reason = reasons[0] if reasons else None
    return JSONResponse({"scheduled": scheduled, "skipped": len(reasons), "reason": reason})


# Not async, as are those below that may read thousands of rows: Starlette is to call it in a thread.
def list_unscheduled(request: Request) -> Response:
    """Return the approved drafts, oldest first (reference, "List unscheduled drafts")."""
    query = SELECT.where(*_approved(workspace_of(request))).order_by(drafts.c.created_at, drafts.c.seq)
    with runtime_of(request).database.read() as connection:
        return JSONResponse({"drafts": [on_the_wire(row) for row in connection.execute(query).mappings()]})


async def check_conflicts(request: Request) -> Response:
    """Return the drafts scheduled within 30 minutes of a time, both ends included, by their times."""
    around = read_query(request, ConflictsQuery)
    # In microseconds, as they are kept: where time itself begins or ends, half an hour more is none.
    moment = to_microseconds(around.scheduled_at)
    distance = func.abs(type_coerce(drafts.c.scheduled_at, BigInteger) - moment)
    query = SELECT.where(
        drafts.c.workspace_id == workspace_of(request),
        drafts.c.status == SCHEDULED,
        drafts.c.id != (around.exclude_draft_id or ""),
        distance <= AROUND // timedelta(microseconds=1),
    ).order_by(drafts.c.scheduled_at, drafts.c.seq)
    with runtime_of(request).database.read() as connection:
        found = [on_the_wire(row) for row in connection.execute(query).mappings()]
    return JSONResponse({"hasConflict": bool(found), "count": len(found), "conflicts": found})


def get_recommended_times(request: Request) -> Response:
    """Return times for some platforms, best first (reference, "Get AI-recommended posting times")."""
    platforms = read_query(request, RecommendedTimesQuery).platforms
    with runtime_of(request).database.read() as connection:
        best = best_hours(connection, workspace_of(request))
    chosen: dict[str, Scores] = {
        platform: best.get(platform) or customary_hours(platform) for platform in platforms
    }
    return JSONResponse({"times": times_on_the_wire(chosen)})


def get_best_times(request: Request) -> Response:
    """Return the best times there were (reference, "Get historical best posting times")."""
    platform = read_query(request, BestTimesQuery).platform
    with runtime_of(request).database.read() as connection:
        best = best_hours(connection, workspace_of(request))
    return JSONResponse(
        {"times": times_on_the_wire(best if platform is None else {platform: best.get(platform, {})})}
    )


class Pause(Endpoint):
    """Whether the schedule is paused."""

    async def get(self, request: Request) -> Response:
        """Return whether it is (reference, "Get scheduling pause status")."""
        with runtime_of(request).database.read() as connection:
            return JSONResponse({"paused": is_paused(connection, workspace_id=workspace_of(request))})

    async def put(self, request: Request) -> Response:
        """Pause, or go on and post what is overdue (reference, "Toggle scheduling pause")."""
        paused = (await read_body(request, PauseBody)).paused
        runtime = runtime_of(request)
        with runtime.database.write() as connection:
            set_paused(connection, runtime, workspace_id=workspace_of(request), paused=paused)
        runtime.announce_work()
        return JSONResponse({"paused": paused})


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


def _approved(workspace_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return drafts.c.workspace_id == workspace_id, drafts.c.status == APPROVED
