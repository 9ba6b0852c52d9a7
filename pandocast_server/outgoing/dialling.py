"""Dialling: a name is resolved once, all its addresses are judged, and one of them is connected to."""

import socket
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import cast

import httpcore

from pandocast_server.outgoing.addresses import is_allowed
from pandocast_server.outgoing.errors import ConnectFailedError, TargetRefusedError
from pandocast_server.threads import in_thread

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
    try:
        answers = await in_thread(
            lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), name="resolver"
        )
    except (OSError, UnicodeError) as error:
        raise ConnectFailedError(f"the name {host} cannot be resolved") from error
    return list(dict.fromkeys(str(address[0]) for *_, address in answers))
