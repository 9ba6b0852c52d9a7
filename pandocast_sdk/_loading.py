"""What a client is made of, loaded when it is first needed: importing a client class stays cheap.

The imports stand inside the functions on purpose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

    from pandocast_sdk._async.content import AsyncContentResource
    from pandocast_sdk._drivers.async_session import AsyncSession
    from pandocast_sdk._drivers.sync_session import SyncSession
    from pandocast_sdk._sync.content import ContentResource
    from pandocast_sdk.options import ClientOptions


def open_session(options: ClientOptions, http_client: httpx.Client | None) -> SyncSession:
    """Give a blocking client its driver and its own pool."""
    from pandocast_sdk._drivers.sync_session import SyncPool, SyncSession

    return SyncSession(options, SyncPool(http_client), owns_pool=True)


def open_async_session(options: ClientOptions, http_client: httpx.AsyncClient | None) -> AsyncSession:
    """Give an async client its driver and its own pool."""
    from pandocast_sdk._drivers.async_session import AsyncPool, AsyncSession

    return AsyncSession(options, AsyncPool(http_client), owns_pool=True)


def content_resource(session: SyncSession) -> ContentResource:
    """Give the operations on content."""
    from pandocast_sdk._sync.content import ContentResource

    return ContentResource(session)


def async_content_resource(session: AsyncSession) -> AsyncContentResource:
    """Give the operations on content, async."""
    from pandocast_sdk._async.content import AsyncContentResource

    return AsyncContentResource(session)
