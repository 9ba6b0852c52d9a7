"""The types of the HTTP clients that callers may pass."""

from collections.abc import Awaitable
from typing import Protocol


class HTTPClient(Protocol):
    """An `httpx.Client` or `httpx2.Client`."""

    @property
    def is_closed(self) -> bool: ...
    def build_request(self, method: str, url: str) -> object: ...
    def close(self) -> None: ...


class AsyncHTTPClient(Protocol):
    """An `httpx.AsyncClient` or `httpx2.AsyncClient`."""

    @property
    def is_closed(self) -> bool: ...
    def build_request(self, method: str, url: str) -> object: ...
    def aclose(self) -> Awaitable[None]: ...
