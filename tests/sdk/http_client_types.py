# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""What may be given as `http_client`, told to mypy and pyright, which complain of a mark too many as well.

Nothing here runs. Users of httpx2 and of aiohttp need no cast; what is refused at run time is refused here.
"""

import httpx
import httpx2
from httpx_aiohttp import HttpxAiohttpClient

from pandocast_sdk import AsyncPandocast, AsyncPassband, Pandocast, Passband


class Session:
    """As of a library with other requests."""

    def close(self) -> None: ...
    def send(self, request: object, *, stream: bool = False) -> object: ...


class HttpxHeir(httpx.Client):
    """As users make them."""


class Httpx2Heir(httpx2.AsyncClient):
    """Likewise."""


def allowed(either: httpx.Client | httpx2.Client, maybe: httpx2.AsyncClient | None) -> None:
    Pandocast(http_client=httpx.Client())
    Pandocast(http_client=httpx2.Client())
    Pandocast(http_client=HttpxHeir())
    Pandocast(http_client=either)
    Pandocast(http_client=None)
    Passband(http_client=httpx2.Client())
    AsyncPandocast(http_client=httpx.AsyncClient())
    AsyncPandocast(http_client=httpx2.AsyncClient())
    AsyncPandocast(http_client=HttpxAiohttpClient())
    AsyncPandocast(http_client=Httpx2Heir())
    AsyncPandocast(http_client=maybe)
    AsyncPassband(http_client=httpx2.AsyncClient())


def refused() -> None:
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
