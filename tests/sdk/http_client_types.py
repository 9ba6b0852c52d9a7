# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""What may be passed as `http_client`, for mypy and pyright, which report unnecessary ignores as well.

Nothing here runs. Users of httpx2 and of aiohttp need no cast; what is rejected at run time is rejected here.
"""

import httpx
import httpx2
from httpx_aiohttp import HttpxAiohttpClient

from pandocast_sdk import AsyncPandocast, AsyncPassband, Pandocast, Passband


class Session:
    """A session of a library with other requests."""

    def close(self) -> None: ...
    def send(self, request: object, *, stream: bool = False) -> object: ...


class HttpxSubclass(httpx.Client):
    """As users make them."""


class Httpx2Subclass(httpx2.AsyncClient):
    """Likewise."""


def allowed(either: httpx.Client | httpx2.Client, maybe: httpx2.AsyncClient | None) -> None:
    Pandocast(http_client=httpx.Client())
    Pandocast(http_client=httpx2.Client())
    Pandocast(http_client=HttpxSubclass())
    Pandocast(http_client=either)
    Pandocast(http_client=None)
    Passband(http_client=httpx2.Client())
    AsyncPandocast(http_client=httpx.AsyncClient())
    AsyncPandocast(http_client=httpx2.AsyncClient())
    AsyncPandocast(http_client=HttpxAiohttpClient())
    AsyncPandocast(http_client=Httpx2Subclass())
    AsyncPandocast(http_client=maybe)
    AsyncPassband(http_client=httpx2.AsyncClient())


def rejected() -> None:
    Pandocast(http_client=httpx.AsyncClient())  # type: ignore[arg-type]
    Pandocast(http_client=httpx2.AsyncClient())  # type: ignore[arg-type]
    Pandocast(http_client=HttpxAiohttpClient())  # type: ignore[arg-type]
    Pandocast(http_client=httpx.HTTPTransport())  # type: ignore[arg-type]
    Pandocast(http_client=Session())  # type: ignore[arg-type]
    Passband(http_client=httpx2.AsyncClient())  # type: ignore[arg-type]
    AsyncPandocast(http_client=httpx.Client())  # type: ignore[arg-type]
    AsyncPandocast(http_client=httpx2.Client())  # type: ignore[arg-type]
    AsyncPandocast(http_client=httpx.AsyncHTTPTransport())  # type: ignore[arg-type]
    AsyncPandocast(http_client=Session())  # type: ignore[arg-type]
    AsyncPassband(http_client=httpx.Client())  # type: ignore[arg-type]
