"""Users that work against a server which is killed again and again, and what must be true in the end."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from attrs import define, field
from sqlalchemy import select
from support.killed_server import KilledServer
from support.webhook_receiver import Receiver

from pandocast_sdk import Pandocast, PandocastError, RateLimitPolicy
from pandocast_server.delivery.endpoints import Delivery, add_endpoint, list_deliveries
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.storage.tables import open_jobs
from pandocast_server.workspaces import NewWorkspace, create_workspace

PATIENCE = 120.0  # seconds for what should take a few
BACKLOG = 5  # uploads of one user that are not finished: more than the server can begin at once


@define
class User:
    """Uploads, has outputs written, and schedules them, as fast as it can; it notes what was acknowledged."""

    workspace: NewWorkspace
    endpoint_id: str
    uploaded: set[str] = field(factory=set[str])
    generated: set[str] = field(factory=set[str])
    scheduled: set[str] = field(factory=set[str])
    finished: set[str] = field(factory=set[str])

    def work(self, base_url: str, stopped: Event) -> None:
        policy = RateLimitPolicy(mode="off")
        with Pandocast(
            api_key=self.workspace.api_key, base_url=base_url, max_retries=0, rate_limit=policy
        ) as client:
            while not stopped.is_set():
                try:
                    self._work(client)
                except PandocastError:
                    stopped.wait(0.02)

    def _work(self, client: Pandocast) -> None:
        unfinished = 0
        for content in client.content.list(limit=100).items:
            if content.status == "analyzed":
                client.content.generate(content.id, selected_platforms=["twitter_single"])
                self.generated.add(content.id)
            elif content.status == "generated" and content.id not in self.finished:
                self.finished.add(content.id)
                (output,) = client.content.outputs(content.id).items
                soon = datetime.now(UTC) + timedelta(seconds=0.2)
                post = client.content.schedule(content.id, output_id=output.id, scheduled_at=soon)
                self.scheduled.add(post.event_id)
            unfinished += content.status != "generated"
        if unfinished < BACKLOG:
            text = f"One short sentence, and the number {len(self.uploaded)}."
            upload = client.content.upload(title="A title", content_type="note", raw_content=text)
            self.uploaded.add(upload.id)


@contextmanager
def working(users: Sequence[User], base_url: str) -> Iterator[None]:
    stopped = Event()
    threads = [Thread(target=user.work, args=(base_url, stopped)) for user in users]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


@contextmanager
def opened(server: KilledServer) -> Iterator[Runtime]:
    runtime = Runtime.start(Settings(database_url=server.database_url))
    try:
        yield runtime
    finally:
        runtime.database.close()


def new_user(runtime: Runtime, url: str) -> User:
    workspace = create_workspace(runtime, "user")
    with runtime.database.write() as connection:
        endpoint = add_endpoint(connection, runtime, workspace_id=workspace.workspace_id, url=url)
    return User(workspace, endpoint.id)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "there is still work to do"
        time.sleep(0.05)


def is_idle(runtime: Runtime) -> bool:
    with runtime.database.read() as connection:
        return connection.scalar(select(open_jobs.c.seq).limit(1)) is None


def kill_under_load(server: KilledServer, receiver: Receiver, kills: int) -> None:
    """Kill a server at random points under load; it must lose nothing and do nothing twice."""
    lives = random.Random(kills)  # noqa: S311 - when to kill it is no secret
    with opened(server) as runtime:
        users = [new_user(runtime, receiver.url) for _ in range(3)]
        with working(users, server.base_url):
            for _ in range(kills):
                server.start()
                time.sleep(lives.uniform(0.1, 2.5))
                server.kill()
            server.start()
            wait_until(lambda: all(user.scheduled for user in users))
        wait_until(lambda: is_idle(runtime))
        server.kill()
        for user in users:
            with runtime.database.read() as connection:
                about = {"workspace_id": user.workspace.workspace_id, "endpoint_id": user.endpoint_id}
                judge(user, list_deliveries(connection, **about), receiver, kills)


def judge(user: User, deliveries: Sequence[Delivery], receiver: Receiver, kills: int) -> None:
    assert {delivery.status for delivery in deliveries} == {"succeeded"}
    order = [delivery.id for delivery in deliveries]
    ours = set(order)
    came = [headers["x-pandocast-delivery"] for headers in receiver.headers]
    came = [delivery for delivery in came if delivery in ours]
    assert list(dict.fromkeys(came)) == order, "an event was lost, or came too early"
    assert came == sorted(came, key=order.index), "an event came late"
    assert len(came) - len(order) <= kills, "more came twice than was under way"

    happened = [(delivery.event, json.loads(delivery.body)["data"]) for delivery in deliveries]
    for event, acknowledged in (
        ("content.uploaded", user.uploaded),
        ("content.analyzed", user.uploaded),
        ("outputs.generated", user.generated),
    ):
        of = Counter(data["content_id"] for name, data in happened if name == event)
        assert acknowledged <= set(of), f"acknowledged, and there is no {event}"
        assert set(of.values()) == {1}
    published = Counter(data["event_id"] for name, data in happened if name == "post.published")
    assert user.scheduled <= set(published), "a post was never published"
    assert set(published.values()) == {1}, "a post was published twice"
