"""A place to send from and one to send to: a runtime with a workspace, and a receiver on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from attrs import define, field, frozen
from sqlalchemy import insert, select

from pandocast_server.delivery.endpoints import (
    Delivery,
    Endpoint,
    add_endpoint,
    enable_endpoint,
    get_endpoint,
    list_deliveries,
    replay_delivery,
)
from pandocast_server.delivery.events import record_event
from pandocast_server.delivery.worker import DeliveryWorker
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.storage.tables import workspaces

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

    def replay(self, delivery_id: str) -> Delivery:
        with self.runtime.database.write() as connection:
            replayed = replay_delivery(connection, workspace_id=WORKSPACE, delivery_id=delivery_id)
        self.runtime.announce_work()
        return replayed


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    settings = Settings(database_url=f"sqlite:///{folder / 'office.db'}")
    runtime = Runtime.start(settings, durable=False)
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


@asynccontextmanager
async def working(office: Office, *, deadline: float = 5.0) -> AsyncIterator[DeliveryWorker]:
    worker = DeliveryWorker(office.runtime, deadline=deadline)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
