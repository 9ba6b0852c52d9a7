"""Sends deliveries, and writes what came of them (reference, "Payload Format" and "Retry Policy")."""

import logging
from functools import partial

from attrs import frozen
from sqlalchemy import Connection, RowMapping, bindparam, select, update

from pandocast_sdk.webhooks import sign
from pandocast_server import outgoing
from pandocast_server.delivery.endpoints import FAILED, PENDING, SKIPPED, SUCCEEDED
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import deliveries, endpoints, events
from pandocast_server.work.queue import Job, drop_lane
from pandocast_server.work.worker import Outcome

_LOG = logging.getLogger(__name__)

DEADLINE_SECONDS = 10.0
MAX_CONSECUTIVE_FAILURES = 10

_FIND = (
    select(deliveries.c.id, endpoints.c.url, endpoints.c.secret, events.c.type, events.c.body)
    .join_from(deliveries, endpoints, endpoints.c.id == deliveries.c.endpoint_id)
    .join(events, events.c.id == deliveries.c.event_id)
    .where(deliveries.c.id == bindparam("id"))
)


@frozen
class Attempt:
    """How sending ended; without a status there was no complete answer, without an error it succeeded."""

    response_status: int | None
    error: str | None


async def deliver(runtime: Runtime, job: Job, *, deadline: float = DEADLINE_SECONDS) -> Outcome | None:
    """Send a delivery in `deadline` seconds of real time; whatever goes wrong is its failure."""
    with runtime.database.read() as connection:
        row = connection.execute(_FIND, {"id": job.subject_id}).mappings().one_or_none()
    if row is None:
        return None
    private = runtime.settings.allows_private_targets
    attempt = await send(row, private_targets=private, deadline=deadline)
    return Outcome(partial(record, runtime, job, attempt))


def give_up_delivery(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Write that a delivery could not be brought to any end."""
    record(runtime, job, Attempt(None, "the delivery could not be brought to an end"), connection)


async def send(delivery: RowMapping, *, private_targets: bool, deadline: float) -> Attempt:
    """Send a row of `_FIND`; whatever goes wrong is a failed attempt."""
    try:
        headers = [
            ("Content-Type", "application/json"),
            ("User-Agent", "Pandocast-Webhooks"),
            ("X-Pandocast-Event", delivery["type"]),
            ("X-Pandocast-Delivery", delivery["id"]),
            ("X-Pandocast-Signature", sign(delivery["body"], delivery["secret"])),
        ]
        status = await outgoing.post(
            delivery["url"], headers, delivery["body"], private_targets=private_targets, deadline=deadline
        )
    except outgoing.OutgoingError as error:
        return Attempt(None, str(error))
    except Exception as error:  # noqa: BLE001 - what breaks the sender must not block an endpoint for ever
        _LOG.exception("delivery %s could not be sent", delivery["id"])
        return Attempt(None, f"the delivery could not be sent: {type(error).__name__}")
    return Attempt(status, None if 200 <= status < 300 else f"the endpoint answered {status}")


def record(runtime: Runtime, job: Job, attempt: Attempt, connection: Connection) -> None:
    """Write how a delivery ended, for its endpoint too, in the transaction that ends its job."""
    ended = {
        "status": SUCCEEDED if attempt.error is None else FAILED,
        "attempts": deliveries.c.attempts + 1,
        "response_status": attempt.response_status,
        "error": attempt.error,
        "finished_at": runtime.clock.now(),
    }
    written = update(deliveries).where(deliveries.c.id == job.subject_id).values(ended)
    is_its = endpoints.c.id == connection.scalar(written.returning(deliveries.c.endpoint_id))
    if attempt.error is None:
        # A disabled endpoint, which a replay has reached, stays disabled.
        connection.execute(update(endpoints).where(is_its).values(consecutive_failures=0))
        return
    counted = (
        update(endpoints).where(is_its).values(consecutive_failures=endpoints.c.consecutive_failures + 1)
    )
    failing = connection.execute(counted.returning(endpoints.c.id, endpoints.c.consecutive_failures)).first()
    if failing is not None and failing.consecutive_failures >= MAX_CONSECUTIVE_FAILURES:
        _disable(connection, job.workspace_id, failing.id)


def _disable(connection: Connection, workspace_id: str, endpoint_id: str) -> None:
    enabled = update(endpoints).where(endpoints.c.id == endpoint_id, endpoints.c.enabled)
    if connection.execute(enabled.values(enabled=False)).rowcount == 0:
        return  # what waits for a disabled endpoint was replayed on purpose
    waiting = update(deliveries).where(
        deliveries.c.endpoint_id == endpoint_id, deliveries.c.status == PENDING
    )
    skipped = connection.execute(waiting.values(status=SKIPPED)).rowcount
    drop_lane(connection, workspace_id, endpoint_id)
    message = "endpoint %s is disabled after %d failures; %d skipped"
    _LOG.warning(message, endpoint_id, MAX_CONSECUTIVE_FAILURES, skipped)
