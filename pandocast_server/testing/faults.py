"""Faults: which requests go wrong, how, and how often; and the middleware that makes them go wrong."""

import asyncio
import math
import re
from threading import Lock

from attrs import evolve, frozen
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pandocast_server.errors import ApiError, error_response
from pandocast_server.serving import abort_connection

MOUNTS = ("/api/v1", "/passband/v1")
FAULT_HEADER = "x-pandocast-fault"

_WITHOUT_BODY = {204, 304}


@frozen(kw_only=True)
class Fault:
    """One way for a request to go wrong.

    Attributes:
        method: The method it waits for, in capitals.
        path: The path it waits for, without the mount; a segment in braces stands for any one segment.
        remaining: How many more requests it takes, None for every one.

    The others are as `Faults.add` describes them.
    """

    method: str
    path: str
    status: int | None = None
    drop: bool = False
    delay: float = 0.0
    after_commit: bool = False
    retry_after: str | None = None
    remaining: int | None = 1

    def meets(self, method: str, path: str) -> bool:
        """Return whether a request, its path without the mount, is one that this fault waits for."""
        segments = (
            "[^/]+" if segment.startswith("{") and segment.endswith("}") else re.escape(segment)
            for segment in self.path.split("/")
        )
        return method == self.method and re.fullmatch("/".join(segments), path) is not None


class Faults:
    """The faults that wait for their requests (contract section 4, `server.faults`).

    Of several that meet one request the one added first takes it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[Fault] = []
        self._released = asyncio.Event()

    def add(
        self,
        method: str,
        path: str,
        *,
        status: int | None = None,
        drop: bool = False,
        delay: float | None = None,
        times: int | None = 1,
        after_commit: bool = False,
        retry_after: float | str | None = None,
    ) -> Fault:
        """Let coming requests go wrong, after they have passed the key and the rate limit.

        Args:
            method: The method, such as `POST`.
            path: The path without the mount, such as `/content/{id}/outputs`.
            status: Answer with this status (200 to 599) and the error envelope.
            drop: Close the connection without an answer.
            delay: Wait so long, in seconds of real time; alone, the true answer follows.
            times: How many requests it takes, None for every one until `clear()`.
            after_commit: Let the handler do its work and lose only its answer.
            retry_after: A `Retry-After` header, in seconds or as an HTTP date; needs `status`.

        Raises:
            ValueError: The fault does nothing, contradicts itself, or its path carries a mount or a query.
        """
        _check_target(method, path)
        if status is None and not drop and delay is None:
            raise ValueError("a fault needs a status, a drop or a delay")
        if status is not None and drop:
            raise ValueError("a dropped connection has no status")
        if status is not None and not 200 <= status <= 599:
            raise ValueError(f"not a status to answer with: {status!r}")
        if retry_after is not None and (status is None or not str(retry_after).isprintable()):
            raise ValueError(f"retry_after is the value of a header, and needs a status: {retry_after!r}")
        if times is not None and times < 1:
            raise ValueError(f"times must be at least 1, or None for every request: {times!r}")
        if delay is not None and not 0 <= delay < math.inf:
            raise ValueError(f"a delay is a number of seconds from 0: {delay!r}")
        fault = Fault(
            method=method.upper(),
            path=path,
            status=status,
            drop=drop,
            delay=delay or 0.0,
            after_commit=after_commit,
            retry_after=None if retry_after is None else str(retry_after),
            remaining=times,
        )
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget every fault that has not struck yet."""
        with self._lock:
            self._waiting.clear()

    @property
    def waiting(self) -> list[Fault]:
        """The faults that are not used up; empty when everything that was to go wrong has gone wrong."""
        with self._lock:
            return list(self._waiting)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that strikes this request, and count it."""
        local = _without_mount(path)
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.meets(method, local):
                    if fault.remaining is not None:
                        left = [evolve(fault, remaining=fault.remaining - 1)] if fault.remaining > 1 else []
                        self._waiting[index : index + 1] = left
                    return fault
        return None

    async def hold(self, seconds: float) -> bool:
        """Wait on the server's loop, and return whether the request was released before its time."""
        try:
            async with asyncio.timeout(seconds):
                return await self._released.wait()
        except TimeoutError:
            return False

    def release(self) -> None:
        """Drop the requests that a delay holds back; to be called on the server's loop."""
        self._released.set()
        self._released = asyncio.Event()


class FaultInjection:
    """ASGI middleware that hands each request either to the handlers or to the fault that waits for it."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._faults.take(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._strike(fault, scope, receive, send)

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        if fault.after_commit:
            await self._app(scope, receive, keep)
        is_released = fault.delay > 0 and await self._faults.hold(fault.delay)
        is_dropped = fault.drop or is_released
        if fault.status is None and not is_dropped:
            if not fault.after_commit:
                await self._app(scope, receive, send)
            for message in answer:
                await send(message)
            return
        if not fault.after_commit:
            # First: a client that sends everything before it reads would see a reset instead.
            await _read_to_end(receive)
        if fault.status is None or is_dropped:
            await _drop(scope, receive)
        else:
            await _refusal(fault, fault.status)(scope, receive, send)


async def _drop(scope: Scope, receive: Receive) -> None:
    abort_connection(scope)
    # An application that returns before the connection is gone would be answered for, with a 500.
    while (await receive())["type"] != "http.disconnect":
        continue


async def _read_to_end(receive: Receive) -> None:
    while (await receive()).get("more_body", False):
        continue


def _refusal(fault: Fault, status: int) -> Response:
    headers = {FAULT_HEADER: "1"}
    if fault.retry_after is not None:
        headers["retry-after"] = fault.retry_after
    if status in _WITHOUT_BODY:
        return Response(status_code=status, headers=headers)
    return error_response(ApiError(status, "This fault was injected", headers))


def _without_mount(path: str) -> str:
    for mount in MOUNTS:
        if path.startswith(mount + "/"):
            return path.removeprefix(mount)
    return path


def _check_target(method: str, path: str) -> None:
    if not method.isalpha():
        raise ValueError(f"not an HTTP method: {method!r}")
    if not path.startswith("/") or "?" in path or "#" in path:
        raise ValueError(f"a fault's path begins with '/' and has no query: {path!r}")
    if _without_mount(path) != path:
        # Such a fault would wait for ever, and the test that relies on it would pass for the wrong reason.
        raise ValueError(f"a fault's path is written without the mount: {_without_mount(path)!r}")
