"""The pipeline: triggering runs and listing them (reference, "Pipeline")."""

from typing import Final

from sqlalchemy import RowMapping, insert, select

from pandocast_server.passband.cursors import read_page
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import pipeline_runs
from pandocast_server.timestamps import maybe_wire_text
from pandocast_server.work.queue import enqueue

QUEUED: Final = "queued"
RUNNING: Final = "running"
COMPLETED: Final = "completed"
FAILED: Final = "failed"

PIPELINE: Final = "pipeline"
"""The kind of a run's job, and the lane in which runs wait for each other."""

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
    query = select(pipeline_runs).where(pipeline_runs.c.workspace_id == call.workspace_id)
    page, following = read_page(call, pipeline_runs, query, listing="runs", default=_USUAL_ON_A_PAGE)
    return json_reply({"runs": [_on_the_wire(row) for row in page], "nextCursor": following})


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    started, finished = row["started_at"], row["finished_at"]
    took = None if started is None or finished is None else (finished - started).total_seconds()
    return {
        "id": row["id"],
        "status": row["status"],
        "startedAt": maybe_wire_text(started),
        "finishedAt": maybe_wire_text(finished),
        "duration": took,
        "itemsFetched": row["items_fetched"],
        "draftsGenerated": row["drafts_generated"],
        "error": row["error"],
    }
