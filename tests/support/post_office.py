"""A place to send from and one to send to: a runtime with a workspace, and a receiver on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from attrs import define, field, frozen
from sqlalchemy import insert, select, update

from pandocast_server.delivery.endpoints import (
    DELIVERY,
    Delivery,
    Endpoint,
    add_endpoint,
    enable_endpoint,
    get_endpoint,
    list_deliveries,
    replay_delivery,
)
from pandocast_server.delivery.events import record_event
from pandocast_server.delivery.sending import Attempt, deliver, give_up_delivery, record
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.storage.tables import open_jobs, workspaces
from pandocast_server.work.queue import Job, claim, end
from pandocast_server.work.worker import Kind, Worker

WORKSPACE = "ws_office"


@frozen
class Office:
    """The transactions that the tests need, one a method."""

    runtime: Runtime

    def add(self, url: str, *, secret: str | None = None) -> Endpoint:
        with self.runtime.database.write() as connection:
            return add_endpoint(connection, self.runtime, workspace_id=WORKSPACE, url=url, secret=secret)

    def record(self, type: str = "content.analyzed", **data: object) -> str:  # noqa: A002 - the event's own word
        with self.runtime.database.write() as connection:
            recorded = record_event(connection, self.runtime, workspace_id=WORKSPACE, type=type, data=data)
        self.runtime.announce_work()
        return recorded

    def endpoint(self, endpoint_id: str) -> Endpoint:
        with self.runtime.database.read() as connection:
            return get_endpoint(connection, workspace_id=WORKSPACE, endpoint_id=endpoint_id)

    def enable(self, endpoint_id: str) -> Endpoint:
        with self.runtime.database.write() as connection:
            return enable_endpoint(connection, workspace_id=WORKSPACE, endpoint_id=endpoint_id)

    def deliveries(self, endpoint_id: str) -> Sequence[Delivery]:
        with self.runtime.database.read() as connection:
            return list_deliveries(connection, workspace_id=WORKSPACE, endpoint_id=endpoint_id)

    def statuses(self, endpoint_id: str) -> list[str]:
        return [delivery.status for delivery in self.deliveries(endpoint_id)]

    def claim(self, limit: int = 100) -> list[Job]:
        """Claim what is to be delivered, as a worker does."""
        with self.runtime.database.write() as connection:
            return claim(connection, [DELIVERY], now=self.runtime.clock.now(), limit=limit)

    def finish(self, job: Job, status: int = 200) -> bool:
        """Write how a claimed delivery ended, as a worker does; return whether it was still its own."""
        attempt = Attempt(status, None if status == 200 else "no")
        with self.runtime.database.write() as connection:
            is_ours = end(connection, job)
            if is_ours:
                record(self.runtime, job, attempt, connection)
        return is_ours

    def let_leases_run_out(self) -> None:
        """Let the time pass that leases have left."""
        past = datetime.now(UTC) - timedelta(milliseconds=1)
        with self.runtime.database.write() as connection:
            held = update(open_jobs).where(open_jobs.c.lease_token.is_not(None))
            connection.execute(held.values(lease_until=past))

    def open_jobs(self) -> list[str]:
        """Return the subjects of all jobs that have not ended, with a star where one is under way."""
        query = select(open_jobs.c.subject_id, open_jobs.c.lease_token).order_by(open_jobs.c.seq)
        with self.runtime.database.read() as connection:
            return [subject + ("*" if token else "") for subject, token in connection.execute(query)]

    def replay(self, delivery_id: str) -> Delivery:
        with self.runtime.database.write() as connection:
            replayed = replay_delivery(
                connection, self.runtime, workspace_id=WORKSPACE, delivery_id=delivery_id
            )
        self.runtime.announce_work()
        return replayed


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    with open_database(f"sqlite:///{folder / 'office.db'}") as office:
        yield office


@contextmanager
def open_database(url: str) -> Iterator[Office]:
    runtime = Runtime.start(Settings(database_url=url), durable=False)
    with runtime.database.write() as connection:
        if (
            connection.scalar(select(workspaces.c.id)) is None
        ):  # else it is open in another process, so to say
            now = runtime.clock.now()
            connection.execute(insert(workspaces).values(id=WORKSPACE, name="office", created_at=now))
    try:
        yield Office(runtime)
    finally:
        runtime.database.close()


@frozen
class Received:
    """One request as it came in."""

    target: str
    headers: dict[str, str]
    body: bytes


Answering = Callable[[Received], Awaitable[int | None]]


async def accept(_: Received) -> int | None:
    return 204


@define
class Receiver:
    """Responds to each request with a status, or closes the connection where that is None."""

    answering: Answering = accept
    port: int = 0
    received: list[Received] = field(factory=list[Received])
    news: asyncio.Condition = field(factory=asyncio.Condition)

    def url(self, target: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{target}"

    async def has_received(self, count: int) -> None:
        """Return once `count` requests have come, however long they take to be answered."""
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(lambda: len(self.received) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await reader.readexactly(int(headers["content-length"]))
            request = Received(first.split(" ")[1], headers, body)
            async with self.news:
                self.received.append(request)
                self.news.notify_all()
            status = await self.answering(request)
            if status is not None:
                writer.write(f"HTTP/1.1 {status} Told\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(answering: Answering = accept) -> AsyncIterator[Receiver]:
    receiver = Receiver(answering)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, backlog=512)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


def delivery_worker(office: Office, *, deadline: float = 5.0, limit: int = 500) -> Worker:
    kind = Kind(partial(deliver, deadline=deadline), give_up_delivery)
    return Worker(office.runtime, {DELIVERY: kind}, limit=limit)


@asynccontextmanager
async def working(office: Office, *, deadline: float = 5.0, limit: int = 500) -> AsyncIterator[Worker]:
    worker = delivery_worker(office, deadline=deadline, limit=limit)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
