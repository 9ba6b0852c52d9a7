"""Sources: the feeds that the pipeline reads.

Reference: "List sources" to "Test source".
"""

# ruff: noqa: A002 - the parameters have the reference's names

from __future__ import annotations

import builtins
from collections.abc import Mapping

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import sources as operations
from pandocast_sdk._drivers.async_session import AsyncSession


class AsyncSourcesResource:
    """The operations on sources; reached as `client.sources`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list(self) -> builtins.list[models.Source]:
        """Return all sources.

        Raises:
            PandocastError: The request failed.

        Reference: "List sources".
        """
        return await self._session.run(call, operations.list_sources())

    async def create(
        self, *, name: str, type: models.SourceType, url: str, config: Mapping[str, object] | None = None
    ) -> models.Source:
        """Create a source, after the service has fetched it once as a test.

        Args:
            name: 1 to 200 characters.
            type: The type of source.
            url: Its address.
            config: Its settings, any JSON object.

        Raises:
            ValueError: An argument is out of range; nothing was sent.
            BadRequestError: The service rejects an argument, or cannot fetch the source.
            PandocastError: The request failed; if `outcome_unknown` is set, the source may have been created
                anyway.

        Reference: "Create source".
        """
        return await self._session.run(
            call, operations.create_source(name=name, type=type, url=url, config=config)
        )

    async def update(
        self,
        id: str,
        *,
        name: str | None = None,
        type: models.SourceType | None = None,
        url: str | None = None,
        enabled: bool | None = None,
        config: Mapping[str, object] | None = None,
    ) -> models.Source:
        """Update a source; arguments that are None leave their field unchanged.

        Args:
            id: The source.
            name: 1 to 200 characters.
            type: The type of source.
            url: Its address; the service does not test it.
            enabled: Whether the pipeline reads it.
            config: Its settings, any JSON object; replaces all earlier ones.

        Raises:
            ValueError: An argument is out of range; nothing was sent.
            BadRequestError: The service rejects an argument, or that there is nothing to update.
            NotFoundError: There is no such source.
            PandocastError: The request failed; if `outcome_unknown` is set, the source may have changed
                anyway.

        Reference: "Update source".
        """
        return await self._session.run(
            call,
            operations.update_source(id, name=name, type=type, url=url, enabled=enabled, config=config),
        )

    async def delete(self, id: str) -> models.SourceDeletion:
        """Delete a source, its items and its drafts.

        Returns:
            The confirmation: `ok` is True, or None if the service confirms it by the status alone.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such source.
            PandocastError: The request failed; if `outcome_unknown` is set, the source may have been deleted
                anyway.

        Reference: "Delete source".
        """
        return await self._session.run(call, operations.delete_source(id))

    async def test(self, id: str) -> models.SourceTest:
        """Fetch a source as a test; nothing changes.

        Returns:
            The result; a source that cannot be fetched raises nothing: `ok` is False and `error` says why.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such source.
            PandocastError: The request failed; it is safe to try again.

        Reference: "Test source".
        """
        return await self._session.run(call, operations.test_source(id))
