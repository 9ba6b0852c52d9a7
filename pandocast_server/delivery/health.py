"""When an endpoint is given up (reference, "Retry Policy")."""

import logging

from sqlalchemy import Connection, update

from pandocast_server.delivery.status import PENDING, SKIPPED
from pandocast_server.storage.tables import deliveries, endpoints

_LOG = logging.getLogger(__name__)

MAX_CONSECUTIVE_FAILURES = 10


def record_success(connection: Connection, endpoint_id: str) -> None:
    """Count from zero again; a disabled endpoint, which a replay has reached, stays disabled."""
    connection.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(consecutive_failures=0))


def record_failure(connection: Connection, endpoint_id: str) -> None:
    """Count a failure; the tenth in a row disables the endpoint and skips what waits for it."""
    failures = connection.scalar(
        update(endpoints)
        .where(endpoints.c.id == endpoint_id)
        .values(consecutive_failures=endpoints.c.consecutive_failures + 1)
        .returning(endpoints.c.consecutive_failures)
    )
    if failures is not None and failures >= MAX_CONSECUTIVE_FAILURES:
        _disable(connection, endpoint_id)


def _disable(connection: Connection, endpoint_id: str) -> None:
    enabled = update(endpoints).where(endpoints.c.id == endpoint_id, endpoints.c.enabled)
    if connection.execute(enabled.values(enabled=False)).rowcount == 0:
        return  # what waits for a disabled endpoint was replayed on purpose
    waiting = update(deliveries).where(
        deliveries.c.endpoint_id == endpoint_id, deliveries.c.status == PENDING
    )
    skipped = connection.execute(waiting.values(status=SKIPPED)).rowcount
    _LOG.warning(
        "endpoint %s is disabled after %d failures; %d skipped",
        endpoint_id,
        MAX_CONSECUTIVE_FAILURES,
        skipped,
    )
