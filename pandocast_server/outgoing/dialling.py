"""Dialling: a name is resolved once, all its addresses are judged, and one of them is connected to."""

import asyncio
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import cast

import httpcore

from pandocast_server.outgoing.addresses import is_allowed
from pandocast_server.outgoing.errors import ConnectFailedError, TargetRefusedError

# A first address that does not answer must leave time for the next one.
_SECONDS_PER_ADDRESS = 2.5


class VettingBackend(httpcore.AsyncNetworkBackend):
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
            raise TargetRefusedError("the host has an address that requests may not be sent to")
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
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str] | Exception] = loop.create_future()

    def settle(result: list[str] | Exception) -> None:
        if not found.done():
            found.set_result(result)

    def look_up() -> None:
        result: list[str] | Exception
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result = list(dict.fromkeys(str(address[0]) for *_, address in answers))
        except (OSError, UnicodeError) as error:
            result = error
        with suppress(RuntimeError):  # the loop was closed while the resolver took its time
            loop.call_soon_threadsafe(settle, result)

    # A thread for each: in a pool, names whose resolver hangs would hold up all the others, and the stop.
    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    result = await found
    if isinstance(result, Exception):
        raise ConnectFailedError(f"the name {host} cannot be resolved") from result
    return result
