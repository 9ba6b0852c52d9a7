"""Webhook endpoints and their deliveries, as Settings -> Webhooks shows and changes them.

All functions work in the caller's transaction and see one workspace only: what it has not is a `LookupError`.
After `replay_delivery` has committed, announce the work.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from attrs import field, frozen
from sqlalchemy import Connection, insert, select, update

from pandocast_server.outgoing import check_url
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import columns_for, deliveries, endpoints, events
from pandocast_server.timestamps import EPOCH
from pandocast_server.work.queue import enqueue

DELIVERY: Final = "delivery"
"""The kind of the job that sends a delivery."""

PENDING: Final = "pending"
SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
SKIPPED: Final = "skipped"

_SECRET = re.compile(r"[!-~]{1,200}")


@frozen
class Endpoint:
    """Where a workspace wants its events sent.

    Attributes:
        secret: What deliveries are signed with.
        enabled: Whether new events are sent.
        consecutive_failures: Failed deliveries since the last success, or since it was enabled.
        created_at: When it was added, on the server's clock.
    """

    id: str
    url: str
    secret: str = field(repr=False)
    enabled: bool
    consecutive_failures: int
    created_at: datetime


@frozen
class Delivery:
    """One event on its way to one endpoint.

    Attributes:
        id: Its identifier, the same when it is replayed: `X-Pandocast-Delivery`.
        event: The event type.
        body: The very bytes that are signed and sent.
        status: `pending`, `succeeded`, `failed` or `skipped`.
        attempts: How often it was sent, as far as is known.
        response_status: The status of the last response, or None.
        error: What went wrong last, in a sentence, or None.
        created_at: When the event was recorded, on the server's clock.
        finished_at: When the last attempt ended, or None.
    """

    id: str
    endpoint_id: str
    event_id: str
    event: str
    body: bytes = field(repr=False)
    status: str
    attempts: int
    response_status: int | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


_ENDPOINT = select(*columns_for(Endpoint, endpoints))
_DELIVERY = select(*columns_for(Delivery, deliveries, event=events.c.type, body=events.c.body)).join(
    events, events.c.id == deliveries.c.event_id
)


def add_endpoint(
    connection: Connection, runtime: Runtime, *, workspace_id: str, url: str, secret: str | None = None
) -> Endpoint:
    """Add an enabled endpoint, which gets the events that are recorded from now on.

    Whether the addresses of its URL are allowed is judged at each delivery. The default secret is a new one.

    Raises:
        ValueError: The URL cannot be used, or the secret is not 1 to 200 visible ASCII characters.
    """
    check_url(url)
    if secret is None:
        secret = f"whsec_{runtime.identifiers.secret()}"
    if not _SECRET.fullmatch(secret):
        raise ValueError("secret must be 1 to 200 visible ASCII characters")
    endpoint_id = runtime.identifiers.new("ep")
    row = {"id": endpoint_id, "workspace_id": workspace_id, "url": url, "secret": secret}
    connection.execute(insert(endpoints), {**row, "created_at": runtime.clock.now()})
    return get_endpoint(connection, workspace_id=workspace_id, endpoint_id=endpoint_id)


def list_endpoints(connection: Connection, *, workspace_id: str) -> Sequence[Endpoint]:
    """Return a workspace's endpoints, oldest first."""
    found = _ENDPOINT.where(endpoints.c.workspace_id == workspace_id).order_by(endpoints.c.seq)
    return [Endpoint(*row) for row in connection.execute(found)]


def get_endpoint(connection: Connection, *, workspace_id: str, endpoint_id: str) -> Endpoint:
    """Return one endpoint; it is an error if the workspace has none with this identifier."""
    found = _ENDPOINT.where(endpoints.c.workspace_id == workspace_id, endpoints.c.id == endpoint_id)
    row = connection.execute(found).first()
    if row is None:
        raise LookupError(f"there is no webhook endpoint {endpoint_id}")
    return Endpoint(*row)


def enable_endpoint(connection: Connection, *, workspace_id: str, endpoint_id: str) -> Endpoint:
    """Send new events again, and count failures from zero; what was skipped stays so until it is replayed."""
    mine = (endpoints.c.workspace_id == workspace_id, endpoints.c.id == endpoint_id)
    connection.execute(update(endpoints).where(*mine).values(enabled=True, consecutive_failures=0))
    return get_endpoint(connection, workspace_id=workspace_id, endpoint_id=endpoint_id)


def list_deliveries(connection: Connection, *, workspace_id: str, endpoint_id: str) -> Sequence[Delivery]:
    """Return an endpoint's deliveries, newest last."""
    get_endpoint(connection, workspace_id=workspace_id, endpoint_id=endpoint_id)
    found = _DELIVERY.where(deliveries.c.endpoint_id == endpoint_id).order_by(deliveries.c.seq)
    return [Delivery(*row) for row in connection.execute(found)]


def get_delivery(connection: Connection, *, workspace_id: str, delivery_id: str) -> Delivery:
    """Return one delivery; it is an error if the workspace has none with this identifier."""
    found = _DELIVERY.where(deliveries.c.workspace_id == workspace_id, deliveries.c.id == delivery_id)
    row = connection.execute(found).first()
    if row is None:
        raise LookupError(f"there is no webhook delivery {delivery_id}")
    return Delivery(*row)


def replay_delivery(
    connection: Connection, runtime: Runtime, *, workspace_id: str, delivery_id: str
) -> Delivery:
    """Send a delivery once more, the same bytes under the same identifier, after all that waits.

    One that waits or is under way is left as it is. A disabled endpoint's is sent, and may fail or succeed
    without the endpoint being enabled by it.
    """
    before = get_delivery(connection, workspace_id=workspace_id, delivery_id=delivery_id)
    ended = (deliveries.c.id == delivery_id, deliveries.c.status != PENDING)
    again = {"status": PENDING, "response_status": None, "error": None, "finished_at": None}
    if connection.execute(update(deliveries).where(*ended).values(again)).rowcount == 1:
        have_delivered(connection, runtime, workspace_id, before.endpoint_id, delivery_id)
    return get_delivery(connection, workspace_id=workspace_id, delivery_id=delivery_id)


def have_delivered(
    connection: Connection, runtime: Runtime, workspace_id: str, endpoint_id: str, delivery_id: str
) -> None:
    """Have a delivery sent after those that its endpoint waits for; announce the work after the commit."""
    enqueue(
        connection,
        runtime,
        workspace_id=workspace_id,
        kind=DELIVERY,
        subject_id=delivery_id,
        lane=endpoint_id,
        # All the same: whatever the clocks of several servers say, the order is that of the events.
        due_at=EPOCH,
    )
