"""The lines of deliveries: one an endpoint, one at a time, in the order of `position`."""

from collections.abc import Sequence

from attrs import field, frozen
from sqlalchemy import Connection, Integer, ScalarSelect, bindparam, exists, func, or_, select

from pandocast_server import leases
from pandocast_server.delivery import health
from pandocast_server.delivery.status import FAILED, PENDING, SENDING, SUCCEEDED
from pandocast_server.leases import Lease
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import deliveries, endpoints, events

# Ten seconds to send, twenty more for a machine that is slow.
LEASE_SECONDS = 30.0


def _first(status: str) -> ScalarSelect[int]:
    line = deliveries.alias()
    found = select(line.c.seq).where(line.c.endpoint_id == endpoints.c.id, line.c.status == status)
    return found.order_by(line.c.position).limit(1).correlate(endpoints).scalar_subquery()


# By way of the endpoints, because they are few and finished deliveries many. What is under way stands before
# all that waits, and two look-ups in the index find it, however long the line is.
_HEADS = (
    select(deliveries.c.seq)
    .where(
        deliveries.c.seq.in_(select(func.coalesce(_first(SENDING), _first(PENDING))).select_from(endpoints)),
        or_(deliveries.c.status == PENDING, leases.has_expired(deliveries, status=SENDING)),
    )
    .order_by(deliveries.c.seq)
    .limit(bindparam("limit", type_=Integer))
)
_CLAIM = leases.claiming(deliveries, _HEADS, status=SENDING)
_CLAIMED = (
    select(deliveries.c.id, endpoints.c.id, endpoints.c.url, endpoints.c.secret, events.c.type, events.c.body)
    .join_from(deliveries, endpoints, endpoints.c.id == deliveries.c.endpoint_id)
    .join(events, events.c.id == deliveries.c.event_id)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(deliveries.c.seq)
)
_OPEN = (
    select(endpoints.c.seq)
    .where(
        exists().where(
            deliveries.c.endpoint_id == endpoints.c.id, deliveries.c.status.in_((PENDING, SENDING))
        )
    )
    .limit(1)
)


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
    rows = leases.claim(connection, _CLAIM, {"limit": limit}, seconds=LEASE_SECONDS)
    leased = {row["id"]: Lease(row["seq"], row["lease_token"]) for row in rows}
    if not leased:
        return ()
    found = connection.execute(_CLAIMED, {"ids": list(leased)})
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


def is_due(connection: Connection) -> bool:
    """Tell whether there is a delivery to claim, without the lock that claiming takes."""
    return connection.scalar(_HEADS, {"limit": 1, "real_now": leases.real_now()}) is not None


def is_busy(connection: Connection) -> bool:
    """Tell whether a delivery waits or is under way."""
    return connection.scalar(_OPEN) is not None
