"""Statistics of the runs that have ended (reference, "Pipeline statistics"; contract, "Shapes")."""

from datetime import timedelta
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Connection, case, func, select, type_coerce
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.passband.pipeline.run import COMPLETED, FAILED
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.storage.passband_tables import pipeline_runs as runs

_RECENT: Final = timedelta(days=30)
_MOST_ERRORS: Final = 5
_MICROSECONDS: Final = 1_000_000

_TOOK = type_coerce(runs.c.finished_at, BigInteger) - type_coerce(runs.c.started_at, BigInteger)
_SUMS = select(
    func.count().label("runs"),
    func.avg(case((runs.c.status == COMPLETED, 1.0), else_=0.0)).label("success_rate"),
    func.avg(_TOOK).label("duration"),
    func.avg(runs.c.items_fetched).label("items"),
    func.avg(runs.c.drafts_generated).label("drafts_of_a_run"),
    func.sum(runs.c.drafts_generated).label("drafts"),
)


async def get_pipeline_stats(request: Request) -> Response:
    """Return means over all runs that have ended, zeros where none has; the last 30 days are the server's."""
    ended = (runs.c.workspace_id == workspace_of(request), runs.c.status.in_((COMPLETED, FAILED)))
    runtime = runtime_of(request)
    since = runtime.clock.now() - _RECENT
    with runtime.database.read() as connection:
        all_time = _sums(connection, *ended)
        recent = _sums(connection, *ended, runs.c.finished_at > since)
        errors = _top_errors(connection, *ended)
    return JSONResponse(
        {
            "totalRuns": int(all_time["runs"]),
            "successRate": all_time["success_rate"],
            "averageDuration": all_time["duration"] / _MICROSECONDS,
            "averageItemsPerRun": all_time["items"],
            "averageDraftsPerRun": all_time["drafts_of_a_run"],
            "topErrors": errors,
            "last30Days": {
                "totalRuns": int(recent["runs"]),
                "successRate": recent["success_rate"],
                "draftsGenerated": int(recent["drafts"]),
            },
        }
    )


def _sums(connection: Connection, *conditions: ColumnElement[bool]) -> dict[str, float]:
    row = connection.execute(_SUMS.where(*conditions)).mappings().one()
    # Over no runs at all there are no means; a decimal comes from PostgreSQL.
    return {str(name): float(value or 0) for name, value in row.items()}


def _top_errors(connection: Connection, *conditions: ColumnElement[bool]) -> list[dict[str, object]]:
    count = func.count().label("count")
    query = (
        select(runs.c.error, count)
        .where(*conditions, runs.c.error.is_not(None))
        .group_by(runs.c.error)
        .order_by(count.desc(), func.max(runs.c.seq).desc())
        .limit(_MOST_ERRORS)
    )
    return [{"message": row["error"], "count": row["count"]} for row in connection.execute(query).mappings()]
