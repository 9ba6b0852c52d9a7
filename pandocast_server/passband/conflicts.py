"""Conflicts in time: advice on what is scheduled close by, never a refusal (contract, section 2)."""

from datetime import UTC, datetime, timedelta

from pandocast_server.errors import bad_request
from pandocast_server.passband.drafts import SELECT, on_the_wire
from pandocast_server.passband.transitions import SCHEDULED
from pandocast_server.queries import parameter, time_parameter
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import drafts

AROUND = timedelta(minutes=30)

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


def check_conflicts(call: Call) -> Reply:
    """Give the drafts scheduled within 30 minutes of a time, both ends included, by their times."""
    around = time_parameter(call.query, "scheduledAt")
    if around is None:
        raise bad_request("scheduledAt is missing")
    excluded = parameter(call.query, "excludeDraftId")
    query = SELECT.where(
        drafts.c.workspace_id == call.workspace_id,
        drafts.c.status == SCHEDULED,
        # Written so that neither end of time is stepped over.
        drafts.c.scheduled_at >= max(around, _EARLIEST + AROUND) - AROUND,
        drafts.c.scheduled_at <= min(around, _LATEST - AROUND) + AROUND,
    )
    if excluded is not None:
        query = query.where(drafts.c.id != excluded)
    with call.runtime.database.read() as connection:
        rows = connection.execute(query.order_by(drafts.c.scheduled_at, drafts.c.seq)).mappings().all()
    found = [on_the_wire(row) for row in rows]
    return json_reply({"hasConflict": bool(found), "count": len(found), "conflicts": found})
