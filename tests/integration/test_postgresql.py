"""The server on PostgreSQL: claims by many processes at a time, and a whole life with kills."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
from support.killed_server import killed_server
from support.kills import kill_under_load
from support.post_office import open_database
from support.postgresql import PostgreSQL, running_postgresql
from support.webhook_receiver import Receiver

from pandocast_server.testing import ReferenceServer

pytestmark = pytest.mark.usefixtures("long_leases")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    with running_postgresql() as server:
        yield server


@pytest.fixture
def url(postgresql: PostgreSQL) -> str:
    return postgresql.new_database()


def test_many_claimers_take_nothing_twice_and_keep_the_order(url: str) -> None:
    claimers, endpoints, events = 4, 3, 15
    with ExitStack() as stack:
        office, *offices = [stack.enter_context(open_database(url)) for _ in range(claimers + 1)]
        lines = [office.add(f"http://127.0.0.1:9/{number}").id for number in range(endpoints)]

        def record(number: int) -> None:
            for _ in range(events):
                offices[number].record(by=number)

        def send(number: int) -> list[tuple[str, str]]:
            sent: list[tuple[str, str]] = []
            while office.open_jobs():
                for job in offices[number].claim(limit=2):
                    sent.append((job.lane, job.subject_id))
                    assert offices[number].finish(job)
            return sent

        with ThreadPoolExecutor(claimers * 2) as threads:
            recording = [threads.submit(record, number) for number in range(claimers)]
            recording[0].result()
            sending = [threads.submit(send, number) for number in range(claimers)]
            for done in recording:
                done.result()
            taken = Counter(delivery for done in sending for _, delivery in done.result())
        taken.update(delivery for _, delivery in send(0))
        expected = [delivery.id for line in lines for delivery in office.deliveries(line)]
        assert taken == Counter(expected)
        assert len(expected) == claimers * endpoints * events
        for line in lines:
            deliveries = office.deliveries(line)
            assert {delivery.status for delivery in deliveries} == {"succeeded"}
            ends = [delivery.finished_at for delivery in deliveries if delivery.finished_at is not None]
            assert ends == sorted(ends), "sent in another order than that of the events"


def test_two_servers_share_a_database(url: str, receiver: Receiver) -> None:
    with ReferenceServer(database_url=url) as one, ReferenceServer(database_url=url) as other:
        endpoint = one.webhooks.add(receiver.url)
        with one.client() as client, other.client(api_key=one.api_key) as elsewhere:
            for number in range(4):
                uploading = (client, elsewhere)[number % 2]
                text = f"One short sentence, and the number {number}."
                uploading.content.upload(title="A title", content_type="note", raw_content=text)
            one.drain()
            for content in elsewhere.content.list():
                elsewhere.content.generate(content.id, selected_platforms=["twitter_single"])
            one.drain()
            for content in client.content.list():
                (output,) = client.content.outputs(content.id).items
                due = one.clock.now() + timedelta(minutes=5)
                client.content.schedule(content.id, output_id=output.id, scheduled_at=due)
            one.clock.advance(minutes=10)
            one.drain()
        deliveries = one.webhooks.deliveries(endpoint.id)
    came = [headers["x-pandocast-delivery"] for headers in receiver.headers]
    assert came == [delivery.id for delivery in deliveries]
    happened = Counter(json.loads(body)["event"] for body in receiver.bodies)
    assert happened == dict.fromkeys(
        ("content.uploaded", "content.analyzed", "outputs.generated", "post.published"), 4
    )


@pytest.mark.slow
def test_killed_under_load(url: str, receiver: Receiver) -> None:
    with killed_server(url) as server:
        kill_under_load(server, receiver, kills=5)
