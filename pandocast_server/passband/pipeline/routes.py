"""The pipeline: triggering runs, listing them, and their statistics (reference, "Pipeline")."""

from datetime import timedelta
from typing import Annotated, Final

from sqlalchemy import BigInteger, ColumnElement, Connection, RowMapping, func, insert, select, type_coerce
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.passband.cursors import PageQuery, read_page
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.pipeline.run import COMPLETED, FAILED, PIPELINE, QUEUED
from pandocast_server.passband.wire import camel
from pandocast_server.routing import post, runtime_of, workspace_of
from pandocast_server.storage.passband_tables import pipeline_runs as runs
from pandocast_server.validation import Digits, read_query
from pandocast_server.work.queue import enqueue

_RECENT: Final = timedelta(days=30)
_MOST_ERRORS: Final = 5
_MICROSECONDS: Final = 1_000_000

_TOOK = type_coerce(runs.c.finished_at, BigInteger) - type_coerce(runs.c.started_at, BigInteger)
_SUMS = select(
    func.count().label("runs"),
    func.count().filter(runs.c.status == COMPLETED).label("completed"),
    func.avg(_TOOK).label("duration"),
    func.sum(runs.c.items_fetched).label("items"),
    func.sum(runs.c.drafts_generated).label("drafts"),
)


class RunsQuery(PageQuery):
    """Which page of runs."""

    limit: Annotated[int, Digits(1, 100)] = 10


async def trigger_pipeline(request: Request) -> Response:
    """Queue a run, unless one is queued already; one that is running does not count."""
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    queued = select(runs.c.id).where(runs.c.workspace_id == workspace_id, runs.c.status == QUEUED)
    with runtime.database.write() as connection:
        lock_workspace(connection, workspace_id)
        if connection.execute(queued).first() is not None:
            return _queued("A pipeline run was queued already")
        run_id = runtime.identifiers.new("run")
        # Read under the lock: rows that commit one after the other have times in the same order.
        now = runtime.clock.now()
        connection.execute(
            insert(runs).values(id=run_id, workspace_id=workspace_id, status=QUEUED, created_at=now)
        )
        enqueue(
            connection, runtime, workspace_id=workspace_id, kind=PIPELINE, subject_id=run_id, lane=PIPELINE
        )
    runtime.announce_work()
    return _queued("A pipeline run is queued")


async def list_pipeline_runs(request: Request) -> Response:
    """Return a page of runs, newest first, from a cursor on."""
    page = read_query(request, RunsQuery)
    query = select(runs).where(runs.c.workspace_id == workspace_of(request))
    rows, following = read_page(request, page, runs, query, listing="runs")
    return JSONResponse({"runs": [_on_the_wire(row) for row in rows], "nextCursor": following})


async def get_pipeline_stats(request: Request) -> Response:
    """Return means over all runs that have ended, zeros where none has; the last 30 days are the server's."""
    ended = (runs.c.workspace_id == workspace_of(request), runs.c.status.in_((COMPLETED, FAILED)))
    runtime = runtime_of(request)
    since = runtime.clock.now() - _RECENT
    with runtime.database.read() as connection:
        all_time = _sums(connection, *ended)
        recent = _sums(connection, *ended, runs.c.finished_at > since)
        errors = _top_errors(connection, *ended)
    count = max(1, all_time["runs"])
    return JSONResponse(
        {
            "totalRuns": all_time["runs"],
            "successRate": all_time["completed"] / count,
            "averageDuration": all_time["duration"] / _MICROSECONDS,
            "averageItemsPerRun": all_time["items"] / count,
            "averageDraftsPerRun": all_time["drafts"] / count,
            "topErrors": errors,
            "last30Days": {
                "totalRuns": recent["runs"],
                "successRate": recent["completed"] / max(1, recent["runs"]),
                "draftsGenerated": recent["drafts"],
            },
        }
    )


ROUTES = [
    post("/pipeline/trigger", trigger_pipeline),
    Route("/pipeline/runs", list_pipeline_runs),
    Route("/pipeline/stats", get_pipeline_stats),
]


def _queued(message: str) -> Response:
    return JSONResponse({"status": QUEUED, "message": message}, status_code=202)


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    started, finished = row["started_at"], row["finished_at"]
    took = None if started is None or finished is None else (finished - started).total_seconds()
    names = "id status started_at finished_at items_fetched drafts_generated error"
    return {**camel(row, names), "duration": took}


def _sums(connection: Connection, *conditions: ColumnElement[bool]) -> dict[str, int]:
    row = connection.execute(_SUMS.where(*conditions)).mappings().one()
    # Over no runs at all there are no sums; a decimal comes from PostgreSQL.
    return {str(name): int(value or 0) for name, value in row.items()}


def _top_errors(connection: Connection, *conditions: ColumnElement[bool]) -> list[dict[str, object]]:
    count = func.count().label("count")
    query = (
        select(runs.c.error.label("message"), count)
        .where(*conditions, runs.c.error.is_not(None))
        .group_by(runs.c.error)
        .order_by(count.desc(), func.max(runs.c.seq).desc())
        .limit(_MOST_ERRORS)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
