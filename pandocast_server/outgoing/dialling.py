"""One request over a connection of its own: a name is resolved once, and all its addresses are judged."""

import socket
import ssl
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from ipaddress import ip_address
from typing import cast
from urllib.parse import urlsplit

import httpcore

from pandocast_server.outgoing.targets import OutgoingError, is_allowed
from pandocast_server.threads import in_thread

# A first address that does not answer must leave time for the next one.
_SECONDS_PER_ADDRESS = 2.5


@asynccontextmanager
async def exchange(
    method: str, url: str, headers: Sequence[tuple[str, str]], body: bytes | None, *, private_targets: bool
) -> AsyncGenerator[httpcore.Response, None]:
    """Send a request to a URL that was checked, and yield its response while the connection is open.

    A connection that was kept open may turn out to be closed when the request is on its way; then nobody
    knows whether it was acted on. A new one costs little and is judged anew.
    """
    target = httpcore.URL(url)
    connection = httpcore.AsyncHTTPConnection(
        origin=target.origin,
        ssl_context=_tls() if target.scheme == b"https" else None,
        network_backend=_VettingBackend(private_targets=private_targets),
    )
    sent = [("Host", urlsplit(url).netloc), ("Connection", "close"), *headers]
    try:
        async with connection, connection.stream(method, target, headers=sent, content=body) as response:
            yield response
    except httpcore.ConnectError as error:
        raise OutgoingError(f"cannot connect: {error}") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise OutgoingError(f"no valid answer: {str(error) or type(error).__name__}") from error


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


class _VettingBackend(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only."""

    def __init__(self, *, private_targets: bool) -> None:
        self._private_targets = private_targets
        # httpcore names two classes so, the other for when anyio is missing; here it is not.
        self._dialler = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is the interface's; the deadline is around it all
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _resolve(host, port)
        if not all(is_allowed(address, private=self._private_targets) for address in addresses):
            raise OutgoingError("the host has an address that requests may not be sent to")
        *others, last = addresses
        for address in others:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._dialler.connect_tcp(
                    address, port, _SECONDS_PER_ADDRESS, local_address, socket_options
                )
        return await self._dialler.connect_tcp(last, port, timeout, local_address, socket_options)


async def _resolve(host: str, port: int) -> list[str]:
    with suppress(ValueError):
        return [str(ip_address(host))]
    try:
        answers = await in_thread(
            lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), name="resolver"
        )
    except (OSError, UnicodeError) as error:
        raise OutgoingError(f"the name {host} cannot be resolved") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))
