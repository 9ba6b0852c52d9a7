"""The pipeline: triggering runs and listing them (reference, "Pipeline")."""

from typing import Annotated

from sqlalchemy import RowMapping, insert, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.passband.cursors import PageQuery, read_page
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.pipeline.run import PIPELINE, QUEUED
from pandocast_server.passband.pipeline.stats import get_pipeline_stats
from pandocast_server.passband.wire import camel
from pandocast_server.routing import post, runtime_of, workspace_of
from pandocast_server.storage.passband_tables import pipeline_runs
from pandocast_server.validation import Digits, read_query
from pandocast_server.work.queue import enqueue


class RunsQuery(PageQuery):
    """Which page of runs."""

    limit: Annotated[int, Digits(1, 100)] = 10


async def trigger_pipeline(request: Request) -> Response:
    """Queue a run, unless one is queued already; one that is running does not count."""
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    queued = select(pipeline_runs.c.id).where(
        pipeline_runs.c.workspace_id == workspace_id, pipeline_runs.c.status == QUEUED
    )
    with runtime.database.write() as connection:
        lock_workspace(connection, workspace_id)
        if connection.execute(queued).first() is not None:
            return _queued("A pipeline run was queued already")
        run_id = runtime.identifiers.new("run")
        # Read under the lock: rows that commit one after the other have times in the same order.
        now = runtime.clock.now()
        connection.execute(
            insert(pipeline_runs).values(id=run_id, workspace_id=workspace_id, status=QUEUED, created_at=now)
        )
        enqueue(
            connection, runtime, workspace_id=workspace_id, kind=PIPELINE, subject_id=run_id, lane=PIPELINE
        )
    runtime.announce_work()
    return _queued("A pipeline run is queued")


async def list_pipeline_runs(request: Request) -> Response:
    """Return a page of runs, newest first, from a cursor on."""
    page = read_query(request, RunsQuery)
    query = select(pipeline_runs).where(pipeline_runs.c.workspace_id == workspace_of(request))
    rows, following = read_page(request, page, pipeline_runs, query, listing="runs")
    return JSONResponse({"runs": [_on_the_wire(row) for row in rows], "nextCursor": following})


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
