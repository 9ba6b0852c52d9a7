"""Webhook deliveries verified by the sample of the reference, run by Node."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.node import NODE

from pandocast_server.testing import ReferenceServer

RECEIVER = Path(__file__).with_name("receiver.js")
SECRET = "whsec_known_to_both_sides"


@contextmanager
def node_receiver() -> Iterator[str]:
    environment = {**os.environ, "PANDOCAST_WEBHOOK_SECRET": SECRET}
    with subprocess.Popen(  # noqa: S603 - our own script
        [NODE, str(RECEIVER)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/hook"
        finally:
            process.kill()


@pytest.mark.parametrize("title", ["Plain", 'Öl, 日本, \N{PANDA FACE} and "quotes" \\ \u2028'])
def test_node_verifies_every_delivery(pandocast_server: ReferenceServer, title: str) -> None:
    with node_receiver() as url, pandocast_server.client() as client:
        endpoint = pandocast_server.webhooks.add(url, secret=SECRET)
        content = client.content.upload(title=title, content_type="note", raw_content="One. Two. Three.")
        client.content.wait_until_analyzed(content.id)
        pandocast_server.trigger("ab_test.completed", {"name": title})
        pandocast_server.drain()
        deliveries = pandocast_server.webhooks.deliveries(endpoint.id)
    assert [(delivery.event, delivery.response_status) for delivery in deliveries] == [
        ("content.uploaded", 204),
        ("content.analyzed", 204),
        ("ab_test.completed", 204),
    ]


def test_node_rejects_a_delivery_signed_with_another_secret(pandocast_server: ReferenceServer) -> None:
    with node_receiver() as url:
        endpoint = pandocast_server.webhooks.add(url, secret="whsec_of_somebody_else")
        pandocast_server.trigger("content.uploaded")
        pandocast_server.drain()
        (delivery,) = pandocast_server.webhooks.deliveries(endpoint.id)
    assert (delivery.status, delivery.response_status) == ("failed", 401)
