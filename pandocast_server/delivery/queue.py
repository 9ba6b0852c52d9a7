"""The lines of deliveries: one an endpoint, one at a time, in the order of `position`."""

from collections.abc import Sequence

from attrs import field, frozen
from sqlalchemy import Connection, Select, and_, exists, func, or_, select

from pandocast_server import leases
from pandocast_server.delivery import health
from pandocast_server.delivery.status import FAILED, PENDING, SENDING, SUCCEEDED
from pandocast_server.leases import Lease
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import deliveries, endpoints, events

# Ten seconds to send, twenty more for a machine that is slow.
LEASE_SECONDS = 30.0


@frozen
class ClaimedDelivery:
    """A delivery that is to be sent now.

    Attributes:
        id: Its identifier, the same when it is replayed.
        endpoint_id: Where it stands in line.
        url: Where to send it.
        secret: What to sign it with.
        type: The event type.
        body: The bytes to send.
        lease: The right to record how it ended.
    """

    id: str
    endpoint_id: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    type: str
    body: bytes = field(repr=False)
    lease: Lease


@frozen
class Attempt:
    """How sending ended.

    Attributes:
        response_status: The status that was answered, or None when there was no complete answer.
        error: What went wrong, in a sentence; None when the delivery succeeded.
    """

    response_status: int | None
    error: str | None


def claim(connection: Connection, *, limit: int) -> Sequence[ClaimedDelivery]:
    """Take the first delivery of each line that has none under way, at most `limit`, the oldest first."""
    rows = leases.claim(connection, deliveries, _heads(limit), status=SENDING, seconds=LEASE_SECONDS)
    leased = {row["id"]: Lease(row["seq"], row["lease_token"]) for row in rows}
    if not leased:
        return ()
    found = connection.execute(
        select(
            deliveries.c.id, endpoints.c.id, endpoints.c.url, endpoints.c.secret, events.c.type, events.c.body
        )
        .join_from(deliveries, endpoints, endpoints.c.id == deliveries.c.endpoint_id)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(deliveries.c.id.in_(leased))
        .order_by(deliveries.c.seq)
    )
    return [ClaimedDelivery(*row, lease=leased[row[0]]) for row in found]


def finish(connection: Connection, runtime: Runtime, delivery: ClaimedDelivery, attempt: Attempt) -> bool:
    """Record how a delivery ended, for its endpoint too, and tell whether it was still ours."""
    values = {
        "status": SUCCEEDED if attempt.error is None else FAILED,
        "response_status": attempt.response_status,
        "error": attempt.error,
        "finished_at": runtime.clock.now(),
    }
    if not leases.finish(connection, deliveries, delivery.lease, values):
        return False
    if attempt.error is None:
        health.record_success(connection, delivery.endpoint_id)
    else:
        health.record_failure(connection, delivery.endpoint_id)
    return True


def release(connection: Connection, delivery: ClaimedDelivery) -> bool:
    """Put a delivery back at its place, first in line, and tell whether it was still ours."""
    return leases.finish(connection, deliveries, delivery.lease, {"status": PENDING})


def is_busy(connection: Connection) -> bool:
    """Tell whether a delivery waits or is under way."""
    # By way of the endpoints: they are few, and finished deliveries many.
    waiting = and_(deliveries.c.endpoint_id == endpoints.c.id, deliveries.c.status.in_((PENDING, SENDING)))
    return connection.scalar(select(endpoints.c.seq).where(exists().where(waiting)).limit(1)) is not None


def _heads(limit: int) -> Select[tuple[int]]:
    def first(status: str) -> Select[tuple[int]]:
        line = deliveries.alias()
        places = select(func.min(line.c.position))
        return places.where(line.c.endpoint_id == endpoints.c.id, line.c.status == status).correlate(
            endpoints
        )

    # What is under way stands before all that waits; two look-ups in the index, however long the line is.
    head = func.coalesce(first(SENDING).scalar_subquery(), first(PENDING).scalar_subquery())
    free = or_(deliveries.c.status == PENDING, leases.has_expired(deliveries, status=SENDING))
    return (
        select(deliveries.c.seq)
        .join_from(endpoints, deliveries, deliveries.c.endpoint_id == endpoints.c.id)
        .where(deliveries.c.status.in_((PENDING, SENDING)), deliveries.c.position == head, free)
        .order_by(deliveries.c.seq)
        .limit(limit)
    )
