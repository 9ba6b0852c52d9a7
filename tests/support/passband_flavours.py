"""One way to call both Passband clients, so that every test is written once and run with each."""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar, cast

from anyio.from_thread import BlockingPortal, start_blocking_portal

from pandocast_sdk import AsyncPassband, Passband
from pandocast_server.testing import ReferenceServer

T = TypeVar("T")


class Client(Protocol):
    """A client of either flavour; the operations are written as for the sync one."""

    def call(self, operation: Callable[[Passband], T]) -> T:
        """Call one operation, and return its result."""
        ...

    def read_all(self, operation: Callable[[Passband], Iterable[T]]) -> list[T]:
        """Read a list to its end."""
        ...


class SyncClient:
    """The sync client."""

    def __init__(self, client: Passband) -> None:
        self._client = client

    def call(self, operation: Callable[[Passband], T]) -> T:
        return operation(self._client)

    def read_all(self, operation: Callable[[Passband], Iterable[T]]) -> list[T]:
        return list(operation(self._client))


class AsyncClient:
    """The async client, in an event loop of its own; it has the methods of the sync one, to be awaited."""

    def __init__(self, client: AsyncPassband, portal: BlockingPortal) -> None:
        self._client: Any = client
        self._portal = portal

    def call(self, operation: Callable[[Passband], T]) -> T:
        async def await_call() -> T:
            return await cast("Awaitable[T]", operation(self._client))

        return self._portal.call(await_call)

    def read_all(self, operation: Callable[[Passband], Iterable[T]]) -> list[T]:
        async def read() -> list[T]:
            return [item async for item in cast("AsyncIterable[T]", operation(self._client))]

        return self._portal.call(read)


@contextmanager
def connect_sync(server: ReferenceServer, *, api_key: str | None = None) -> Iterator[Client]:
    with server.passband_client(api_key=api_key) as client:
        yield SyncClient(client)


@contextmanager
def connect_async(server: ReferenceServer, *, api_key: str | None = None) -> Iterator[Client]:
    with start_blocking_portal() as portal:
        client = server.async_passband_client(api_key=api_key)
        try:
            yield AsyncClient(client, portal)
        finally:
            portal.call(client.close)


class Connect(Protocol):
    """Opens a client of a server."""

    def __call__(
        self, server: ReferenceServer, *, api_key: str | None = None
    ) -> AbstractContextManager[Client]: ...


FLAVOURS: dict[str, Connect] = {"sync": connect_sync, "async": connect_async}
