"""Sends one delivery (reference, "Payload Format" and "Retry Policy")."""

import logging

from pandocast_sdk.webhooks import sign
from pandocast_server import outgoing
from pandocast_server.delivery.queue import Attempt, ClaimedDelivery

_LOG = logging.getLogger(__name__)

DEADLINE_SECONDS = 10.0


async def send(
    delivery: ClaimedDelivery, *, private_targets: bool, deadline: float = DEADLINE_SECONDS
) -> Attempt:
    """Send a delivery; whatever goes wrong is a failed attempt.

    Args:
        delivery: What to send, and where.
        private_targets: Whether loopback and private addresses may be reached.
        deadline: Seconds of real time, from resolving the name to the last byte of the answer.
    """
    try:
        answer = await outgoing.request(
            "POST",
            delivery.url,
            headers=_headers(delivery),
            body=delivery.body,
            private_targets=private_targets,
            deadline=deadline,
            keep_body=False,
        )
    except outgoing.OutgoingError as error:
        return Attempt(None, str(error))
    except Exception as error:  # noqa: BLE001 - what breaks the sender must not block a line for ever
        _LOG.exception("delivery %s could not be sent", delivery.id)
        return Attempt(None, f"the delivery could not be sent: {type(error).__name__}")
    success = 200 <= answer.status < 300
    return Attempt(answer.status, None if success else f"the endpoint answered {answer.status}")


def _headers(delivery: ClaimedDelivery) -> list[tuple[str, str]]:
    return [
        ("Content-Type", "application/json"),
        ("User-Agent", "Pandocast-Webhooks"),
        ("X-Pandocast-Event", delivery.type),
        ("X-Pandocast-Delivery", delivery.id),
        ("X-Pandocast-Signature", sign(delivery.body, delivery.secret)),
    ]
