"""Makes requests go wrong as `faults` says: ASGI middleware around handlers, inside of key and rate limit."""

import asyncio
import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pandocast_server.errors import envelope
from pandocast_server.serving import abort_connection
from pandocast_server.testing.faults import Fault, Faults

FAULT_HEADER = b"x-pandocast-fault"

_WITHOUT_BODY = {204, 304}


class FaultInjection:
    """Hands each request either to the handlers or to the fault that waits for it."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults
        self._released = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._faults.take(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.after_commit:
            await self._after_commit(fault, scope, receive, send)
        else:
            await self._instead(fault, scope, receive, send)

    def release(self) -> None:
        """Drop the requests that a delay holds back; to be called on the server's loop."""
        self._released.set()
        self._released = asyncio.Event()

    async def _instead(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        released = await self._hold(fault)
        if fault.status is None and not fault.drop and not released:
            await self._app(scope, receive, _marking(fault, send))
            return
        # Read to the end first: a client that sends everything before it reads would see a reset instead.
        await _read_to_end(receive)
        if fault.status is None or released:
            await _drop(scope, receive)
        else:
            await _refuse(fault, fault.status, send)

    async def _after_commit(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        released = await self._hold(fault)
        if fault.drop or released:
            await _drop(scope, receive)
        elif fault.status is not None:
            await _refuse(fault, fault.status, send)
        else:
            marked = _marking(fault, send)
            for message in answer:
                await marked(message)

    async def _hold(self, fault: Fault) -> bool:
        if fault.delay == 0:
            return False
        try:
            async with asyncio.timeout(fault.delay):
                await self._released.wait()
        except TimeoutError:
            return False
        return True


async def _drop(scope: Scope, receive: Receive) -> None:
    abort_connection(scope)
    # An application that returns before the connection is gone would be answered for, with a 500.
    while (await receive())["type"] != "http.disconnect":
        continue


async def _read_to_end(receive: Receive) -> None:
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)


async def _refuse(fault: Fault, status: int, send: Send) -> None:
    refusal = envelope(status, f"Fault {fault.number} was injected here")
    body = b"" if status in _WITHOUT_BODY else json.dumps(refusal).encode()
    headers = [(FAULT_HEADER, str(fault.number).encode())]
    if body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if fault.retry_after is not None:
        headers.append((b"retry-after", fault.retry_after.encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _marking(fault: Fault, send: Send) -> Send:
    async def mark(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {
                **message,
                "headers": [*message["headers"], (FAULT_HEADER, str(fault.number).encode())],
            }
        await send(message)

    return mark
