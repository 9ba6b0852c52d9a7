"""The schedule: its slots, its queue, its pause, and advice on times (reference, "Schedule")."""

import asyncio
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.json_body import read_body
from pandocast_server.passband.drafts.rows import SELECT, check_allowed, find_draft, on_the_wire
from pandocast_server.passband.drafts.transitions import APPROVED, SCHEDULED
from pandocast_server.passband.schedule.bulk import bulk_schedule
from pandocast_server.passband.schedule.models import (
    BestTimesQuery,
    ConflictsQuery,
    PauseBody,
    QueueBody,
    RecommendedTimesQuery,
    SlotsBody,
)
from pandocast_server.passband.schedule.scheduling import is_paused, put_on_schedule, set_paused
from pandocast_server.passband.schedule.slots import FreeSlots, Slot, replace_all, slots_of
from pandocast_server.passband.schedule.times import best_times, recommended_times
from pandocast_server.routing import Endpoint, post, runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts
from pandocast_server.validation import read_query

AROUND = timedelta(minutes=30)

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


async def get_slots(request: Request) -> Response:
    """Return the slots (reference, "Get schedule slots"), sorted by day, hour and minute."""
    with runtime_of(request).database.read() as connection:
        found = slots_of(connection, workspace_of(request))
    return JSONResponse({"slots": [slot.on_the_wire() for slot in found]})


async def replace_slots(request: Request) -> Response:
    """Replace all slots (reference, "Update schedule slots"); what is scheduled keeps its time."""
    given = (await read_body(request, SlotsBody)).root
    new = sorted(Slot(slot.day_of_week, slot.hour, slot.minute) for slot in given)
    with runtime_of(request).database.write() as connection:
        replace_all(connection, workspace_of(request), new)
    return JSONResponse({"slots": [slot.on_the_wire() for slot in new]})


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


async def list_unscheduled(request: Request) -> Response:
    """Return the approved drafts, oldest first (reference, "List unscheduled drafts")."""
    # There are no pages: what may be thousands of drafts must not hold everybody else up.
    return await asyncio.to_thread(_unscheduled, runtime_of(request), workspace_of(request))


def _unscheduled(runtime: Runtime, workspace_id: str) -> Response:
    query = SELECT.where(drafts.c.workspace_id == workspace_id, drafts.c.status == APPROVED)
    with runtime.database.read() as connection:
        rows = connection.execute(query.order_by(drafts.c.created_at, drafts.c.seq)).mappings().all()
    return JSONResponse({"drafts": [on_the_wire(row) for row in rows]})


async def check_conflicts(request: Request) -> Response:
    """Return the drafts scheduled within 30 minutes of a time, both ends included, by their times."""
    asked = read_query(request, ConflictsQuery)
    query = SELECT.where(
        drafts.c.workspace_id == workspace_of(request),
        drafts.c.status == SCHEDULED,
        # Written so that neither end of time is stepped over.
        drafts.c.scheduled_at >= max(asked.scheduled_at, _EARLIEST + AROUND) - AROUND,
        drafts.c.scheduled_at <= min(asked.scheduled_at, _LATEST - AROUND) + AROUND,
    )
    if asked.exclude_draft_id is not None:
        query = query.where(drafts.c.id != asked.exclude_draft_id)
    with runtime_of(request).database.read() as connection:
        rows = connection.execute(query.order_by(drafts.c.scheduled_at, drafts.c.seq)).mappings().all()
    found = [on_the_wire(row) for row in rows]
    return JSONResponse({"hasConflict": bool(found), "count": len(found), "conflicts": found})


async def get_recommended_times(request: Request) -> Response:
    """Return times for some platforms, best first (reference, "Get AI-recommended posting times")."""
    platforms = read_query(request, RecommendedTimesQuery).platforms
    database, workspace_id = runtime_of(request).database, workspace_of(request)
    # Both read all that was ever measured, which must not hold everybody else up.
    times = await asyncio.to_thread(
        recommended_times, database, workspace_id=workspace_id, platforms=platforms
    )
    return JSONResponse({"times": times})


async def get_best_times(request: Request) -> Response:
    """Return the best times there were (reference, "Get historical best posting times")."""
    platform = read_query(request, BestTimesQuery).platform
    database, workspace_id = runtime_of(request).database, workspace_of(request)
    times = await asyncio.to_thread(best_times, database, workspace_id=workspace_id, platform=platform)
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
