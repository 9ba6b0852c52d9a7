"""The client of the Pandocast API."""

from __future__ import annotations

from pandocast_sdk._async.api_client import AsyncApiClient
from pandocast_sdk._async.content import AsyncContentResource
from pandocast_sdk._core.client import PANDOCAST, Service

__all__ = ["AsyncPandocast"]


class AsyncPandocast(AsyncApiClient):
    """A client of the Pandocast API.

    Use it in `async with`, or call `close` when done. Many tasks can share one client.
    """

    @property
    def content(self) -> AsyncContentResource:
        """Uploads, and the posts generated from them.

        Reference: "Endpoints".
        """
        return self._resource(AsyncContentResource)

    @staticmethod
    def _service() -> Service:
        return PANDOCAST
