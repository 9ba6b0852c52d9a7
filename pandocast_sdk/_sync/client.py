# Generated from pandocast_sdk/_async/client.py by tests/support/unasync.py; edit that file.
"""The client of the Pandocast API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pandocast_sdk._sync.api_client import ApiClient

if TYPE_CHECKING:
    from pandocast_sdk._core.client import Service
    from pandocast_sdk._sync.content import ContentResource

__all__ = ["Pandocast"]


class Pandocast(ApiClient):
    """A client of the Pandocast API.

    Use it in `with`, or call `close` when done. Many threads can share one client.
    """

    @property
    def content(self) -> ContentResource:
        """Uploads, and the posts generated from them.

        Reference: "Endpoints".
        """

        def load() -> type[ContentResource]:
            from pandocast_sdk._sync.content import ContentResource

            return ContentResource

        return self._resource("content", load)

    @staticmethod
    def _service() -> Service:
        from pandocast_sdk._core.client import PANDOCAST

        return PANDOCAST
