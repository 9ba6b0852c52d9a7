"""The client of the Pandocast API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pandocast_sdk._async.api_client import AsyncApiClient

if TYPE_CHECKING:
    from pandocast_sdk._async.content import AsyncContentResource
    from pandocast_sdk._core.client import Service

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

        def load() -> type[AsyncContentResource]:
            from pandocast_sdk._async.content import AsyncContentResource

            return AsyncContentResource

        return self._resource("content", load)

    @staticmethod
    def _service() -> Service:
        from pandocast_sdk._core.client import PANDOCAST

        return PANDOCAST
