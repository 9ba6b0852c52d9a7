"""The made-up server of the stories over real sockets, on the real clock, in a process of its own."""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from simulation.scenario import Scenario, seeded
from simulation.server import Server


@dataclass(frozen=True)
class Tally:
    """What the server has seen, in the end.

    Attributes:
        acted: How often each call was carried out.
        spent: Requests that met a spent window.
        lost: Requests whose answers did not go out, or to nobody.
        counted: Requests that had a slot of a window.
        windows: Windows that were opened.
        open_connections: Connections that nobody has closed.
    """

    acted: dict[int, int]
    spent: int
    lost: int
    counted: int
    windows: int
    open_connections: int


class SocketServer:
    """Speaks just as much HTTP/1.1 as one client needs."""

    def __init__(self, scenario: Scenario) -> None:
        self.connections = self.lost = 0
        self.closed = asyncio.Event()
        self._story = scenario
        self._random = seeded(scenario.seed)
        self.server = Server(scenario, time.monotonic, self._random)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer(reader, writer):
                    pass
        finally:
            writer.transport.abort()
            self.connections -= 1
            if not self.connections:
                self.closed.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False when the connection is dropped instead."""
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, _, after = head.partition(b"content-length: ")
        if after:
            await reader.readexactly(int(after.split(b"\r\n", 1)[0]))
        response = self.server.respond(int(head.split(b" ", 2)[1].rpartition(b"/")[2]))
        slow = self._random.random() < 0.1
        await asyncio.sleep(self._random.uniform(*(self._story.thinking if slow else self._story.latency)))
        if response is None or reader.at_eof():
            self.lost += 1
            return False
        headers = [*response.headers, (b"Content-Length", b"%d" % len(response.body))]
        lines = [
            b"HTTP/1.1 %d Simulated" % response.status,
            *(b"%s: %s" % header for header in headers),
            b"",
            b"",
        ]
        writer.write(b"\r\n".join(lines) + response.body)
        await writer.drain()
        return True

    def tally(self) -> Tally:
        server = self.server
        return Tally(
            dict(server.acted), server.spent, self.lost, server.counted, server.windows, self.connections
        )


async def _serve(scenario: Scenario, pipe: Connection) -> None:
    hostile = SocketServer(scenario)
    listener = await asyncio.start_server(hostile.converse, "127.0.0.1", 0, backlog=256)
    async with listener:
        pipe.send(listener.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)
        hostile.closed.clear()
        if hostile.connections:
            with suppress(TimeoutError):
                await asyncio.wait_for(hostile.closed.wait(), 5)
        pipe.send(hostile.tally())


def _main(scenario: Scenario, pipe: Connection) -> None:
    asyncio.run(_serve(scenario, pipe))


class HostileServer:
    """The other process, from here."""

    def __init__(self, port: int, pipe: Connection) -> None:
        self.url = f"http://127.0.0.1:{port}/api/v1"
        self._pipe = pipe

    def stop(self) -> Tally:
        """Wait until all connections are closed, some seconds at most; give what the server has seen."""
        self._pipe.send(None)
        tally: Tally = self._pipe.recv()
        return tally


@contextmanager
def hostile_server(scenario: Scenario) -> Iterator[HostileServer]:
    """Run the server in a process of its own."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_main, args=(scenario, there), daemon=True)
    process.start()
    there.close()
    try:
        yield HostileServer(here.recv(), here)
    finally:
        here.close()
        process.terminate()
        process.join()
        process.close()
