"""The pipeline: triggering runs and listing them (reference, "Pipeline")."""

from typing import Final

from sqlalchemy import RowMapping, insert, select

from pandocast_server.jobs.queue import enqueue
from pandocast_server.passband.cursors import Place, is_behind, read_cursor, write_cursor
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.queries import parameter, whole_number
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import pipeline_runs
from pandocast_server.timestamps import wire_text

QUEUED: Final = "queued"
RUNNING: Final = "running"
COMPLETED: Final = "completed"
FAILED: Final = "failed"

PIPELINE: Final = "pipeline"
"""The kind of a run's job, and the lane in which runs wait for each other."""

_LISTING: Final = "runs"
_MOST_ON_A_PAGE: Final = 100
_USUAL_ON_A_PAGE: Final = 10


def trigger_pipeline(call: Call) -> Reply:
    """Queue a run, unless one is queued already; one that is running does not count."""
    runtime, workspace_id = call.runtime, call.workspace_id
    queued = select(pipeline_runs.c.id).where(
        pipeline_runs.c.workspace_id == workspace_id, pipeline_runs.c.status == QUEUED
    )
    with runtime.database.write() as connection:
        lock_workspace(connection, workspace_id)
        if connection.execute(queued).first() is not None:
            return json_reply({"status": QUEUED, "message": "A pipeline run was queued already"})
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
    return json_reply({"status": QUEUED, "message": "A pipeline run is queued"})


def list_pipeline_runs(call: Call) -> Reply:
    """Give a page of runs, newest first, from a cursor on."""
    runtime, workspace_id = call.runtime, call.workspace_id
    limit = whole_number(call.query, "limit", least=1, most=_MOST_ON_A_PAGE, default=_USUAL_ON_A_PAGE)
    query = (
        select(pipeline_runs)
        .where(pipeline_runs.c.workspace_id == workspace_id)
        .order_by(pipeline_runs.c.created_at.desc(), pipeline_runs.c.seq.desc())
    )
    secret = runtime.database.secret()
    if (cursor := parameter(call.query, "cursor")) is not None:
        place = read_cursor(secret, cursor, workspace_id=workspace_id, listing=_LISTING)
        query = query.where(is_behind(pipeline_runs, place))
    with runtime.database.read() as connection:
        rows = connection.execute(query.limit(limit + 1)).mappings().all()
    following = None
    if len(rows) > limit:
        place = Place(rows[limit - 1]["created_at"], rows[limit - 1]["seq"])
        following = write_cursor(secret, workspace_id=workspace_id, listing=_LISTING, place=place)
    return json_reply({"runs": [_on_the_wire(row) for row in rows[:limit]], "nextCursor": following})


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    started, finished = row["started_at"], row["finished_at"]
    took = None if started is None or finished is None else (finished - started).total_seconds()
    return {
        "id": row["id"],
        "status": row["status"],
        "startedAt": None if started is None else wire_text(started),
        "finishedAt": None if finished is None else wire_text(finished),
        "duration": took,
        "itemsFetched": row["items_fetched"],
        "draftsGenerated": row["drafts_generated"],
        "error": row["error"],
    }
