"""Events: recorded with the change that caused them, as the very bytes that will be signed."""

import json
import re
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, insert, select

from pandocast_server.delivery.endpoints import PENDING, SKIPPED, have_delivered
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import deliveries, endpoints, events
from pandocast_server.timestamps import webhook_text

_TYPE = re.compile(r"[!-~]{1,200}")

# The lock, on databases that know it, keeps deliveries in the order in which the events commit.
_ENDPOINTS = (
    select(endpoints.c.id, endpoints.c.enabled)
    .where(endpoints.c.workspace_id == bindparam("workspace"))
    .order_by(endpoints.c.seq)
    .with_for_update()
)


def record_event(
    connection: Connection,
    runtime: Runtime,
    *,
    workspace_id: str,
    type: str,  # noqa: A002 - the event's own word
    data: Mapping[str, object],
) -> str:
    """Record an event and a delivery to each of the workspace's endpoints, and return the event's identifier.

    It is done in the transaction of the change; announce the work once that has committed. A disabled
    endpoint's delivery is `skipped` and can be replayed. `workspace_id` stands first in the data, whatever
    they say.

    Raises:
        ValueError: The type is not 1 to 200 visible ASCII characters, or the data cannot be JSON in UTF-8.
        TypeError: The data hold something that JSON has no form for.
    """
    if not _TYPE.fullmatch(type):
        raise ValueError("an event type is 1 to 200 visible ASCII characters")
    now = runtime.clock.now()
    about = {"workspace_id": workspace_id, **data, "workspace_id": workspace_id}  # noqa: F601 - first, and ours
    body = {"event": type, "timestamp": webhook_text(now), "data": about}
    event_id = runtime.identifiers.new("event")
    connection.execute(
        insert(events).values(
            id=event_id,
            workspace_id=workspace_id,
            type=type,
            body=json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(),
            created_at=now,
        )
    )
    for endpoint_id, enabled in connection.execute(_ENDPOINTS, {"workspace": workspace_id}).all():
        delivery_id = runtime.identifiers.new("dlv")
        row = {
            "id": delivery_id,
            "workspace_id": workspace_id,
            "endpoint_id": endpoint_id,
            "event_id": event_id,
            "status": PENDING if enabled else SKIPPED,
            "created_at": now,
        }
        connection.execute(insert(deliveries), row)
        if enabled:
            have_delivered(connection, runtime, workspace_id, endpoint_id, delivery_id)
    return event_id
