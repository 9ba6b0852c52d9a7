"""What the receivers under test do with a delivery: each is written down; some fail, some take long."""

import asyncio
import json
import socket
from pathlib import Path

from pandocast_sdk.webhooks import Delivery, UnknownEvent, Webhook

webhook = Webhook("whsec_of_the_servers")


def write_down(delivery: Delivery) -> None:
    event = delivery.event
    if isinstance(event, UnknownEvent) and event.event == "test.slow":
        with socket.create_connection(("127.0.0.1", int(str(event.data["port"])))) as waiting:
            waiting.recv(1)  # until the test lets it go on
    with Path("handled").open("a") as file:
        file.write(json.dumps({"event": event.event, "digest": delivery.digest, "id": delivery.id}) + "\n")
    if event.event == "test.fail":
        raise RuntimeError("the handler's own")


async def write_down_in_thread(delivery: Delivery) -> None:
    await asyncio.to_thread(write_down, delivery)
