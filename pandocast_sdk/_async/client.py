"""The client of the Pandocast API."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pandocast_sdk._async.api_client import AsyncApiClient
from pandocast_sdk._loading import async_content_resource

if TYPE_CHECKING:
    from pandocast_sdk._async.content import AsyncContentResource
    from pandocast_sdk._core.client import Service

__all__ = ["AsyncPandocast"]


class AsyncPandocast(AsyncApiClient):
    """A client of the Pandocast API.

    Use it in `async with`, or call `close` when done. One client serves many tasks at once.
    """

    @cached_property
    def content(self) -> AsyncContentResource:
        """Uploads and what becomes of them (reference, "Endpoints")."""
        return async_content_resource(self._session)

    @staticmethod
    def _service() -> Service:
        from pandocast_sdk._core.client import PANDOCAST

        return PANDOCAST
