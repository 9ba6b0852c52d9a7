"""Closing a connection whose TLS handshake is cancelled.

The HTTP library closes it when the handshake fails, but not when a time limit or the caller cancels the
handshake, nor, under trio, when it cannot begin: the socket would stay open until it is garbage collected.
"""

from typing import Any

import httpx

from pandocast_sdk._core.protocol import SettingError


def close_if_cancelled(request: httpx.Request) -> None:
    """Close the connection that this request opens if its handshake is cancelled."""
    if request.url.scheme == "https":
        request.extensions["trace"] = _CancelledHandshake(request.extensions)


class _CancelledHandshake:
    """A `trace` extension that the HTTP library calls with each step of a connection."""

    __slots__ = ("_extensions", "_stream")

    def __init__(self, extensions: dict[str, Any]) -> None:
        self._extensions = extensions
        self._stream: Any = None

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._stream = info["return_value"]
        elif event == "connection.start_tls.failed" and _leaves_open(info["exception"]):
            await self._stream.aclose()
        elif not event.startswith("connection."):
            self._extensions.pop("trace", None)  # connected: nothing more to trace


def _leaves_open(error: BaseException) -> bool:
    return isinstance(error, SettingError) or not isinstance(error, Exception)
