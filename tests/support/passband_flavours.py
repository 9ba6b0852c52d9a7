"""One way to call both Passband clients of a server, so that every scenario is told once and run for each."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar, cast

from anyio.from_thread import BlockingPortal, start_blocking_portal

from pandocast_sdk import AsyncPassband, Passband
from pandocast_server.testing import ReferenceServer

T = TypeVar("T")


class Team(Protocol):
    """Whoever works with Passband; the calls are written as for the sync client."""

    def do(self, call: Callable[[Passband], T]) -> T:
        """Make one call, and give what it gives once it has."""
        ...

    def all(self, call: Callable[[Passband], Iterable[T]]) -> list[T]:
        """Read a list to its end."""
        ...


class Blocking:
    """The sync client."""

    def __init__(self, client: Passband) -> None:
        self._client = client

    def do(self, call: Callable[[Passband], T]) -> T:
        return call(self._client)

    def all(self, call: Callable[[Passband], Iterable[T]]) -> list[T]:
        return list(call(self._client))


class Awaiting:
    """The async client, in an event loop of its own; it has the methods of the sync one, to be awaited."""

    def __init__(self, client: AsyncPassband, portal: BlockingPortal) -> None:
        self._client: Any = client
        self._portal = portal

    def do(self, call: Callable[[Passband], T]) -> T:
        async def answer() -> T:
            return await cast("Awaitable[T]", call(self._client))

        return self._portal.call(answer)

    def all(self, call: Callable[[Passband], Iterable[T]]) -> list[T]:
        async def read() -> list[T]:
            return [item async for item in cast("AsyncIterable[T]", call(self._client))]

        return self._portal.call(read)


@contextmanager
def blocking_team(server: ReferenceServer, *, api_key: str | None = None) -> Iterator[Team]:
    with server.passband_client(api_key=api_key) as client:
        yield Blocking(client)


@contextmanager
def awaiting_team(server: ReferenceServer, *, api_key: str | None = None) -> Iterator[Team]:
    with start_blocking_portal() as portal:
        client = server.async_passband_client(api_key=api_key)
        try:
            yield Awaiting(client, portal)
        finally:
            portal.call(client.close)


class Hire(Protocol):
    """Opens a client of a server."""

    def __call__(
        self, server: ReferenceServer, *, api_key: str | None = None
    ) -> AbstractContextManager[Team]: ...


TEAMS: dict[str, Hire] = {"sync": blocking_team, "async": awaiting_team}
