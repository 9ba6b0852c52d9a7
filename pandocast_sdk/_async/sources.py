"""Where the pipeline looks for items (reference, "List sources" to "Test source")."""

# ruff: noqa: A002 - the parameters have the reference's names

from __future__ import annotations

import builtins
from collections.abc import Mapping

from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import sources as sources_operations
from pandocast_sdk._drivers.async_session import AsyncSession
from pandocast_sdk.models.sources import Source, SourceTest, SourceType


class AsyncSourcesResource:
    """The operations on sources; reached as `client.sources`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list(self) -> builtins.list[Source]:
        """Give all sources (reference, "List sources").

        Raises:
            PandocastError: They could not be read.
        """
        return await self._session.run(call, sources_operations.list_sources())

    async def create(
        self, *, name: str, type: SourceType, url: str, config: Mapping[str, object] | None = None
    ) -> Source:
        """Add a source, which the service fetches once to try it (reference, "Create source").

        Args:
            name: 1 to 200 characters.
            type: What kind of place it is.
            url: Where it is.
            config: Its settings; anything that JSON can say.

        Raises:
            ValueError: An argument is out of its bounds; nothing was sent.
            BadRequestError: The service refuses an argument, or cannot fetch the source.
            PandocastError: With `outcome_unknown` set when it may have been added all the same.
        """
        return await self._session.run(
            call, sources_operations.create_source(name=name, type=type, url=url, config=config)
        )

    async def update(
        self,
        id: str,
        *,
        name: str | None = None,
        type: SourceType | None = None,
        url: str | None = None,
        enabled: bool | None = None,
        config: Mapping[str, object] | None = None,
    ) -> Source:
        """Change a source; what is not given stays as it is (reference, "Update source").

        Args:
            id: The source.
            name: 1 to 200 characters.
            type: What kind of place it is.
            url: Where it is; it is not tried.
            enabled: Whether the pipeline looks there.
            config: Its settings, in place of all earlier ones.

        Raises:
            ValueError: An argument is out of its bounds, or nothing is to be changed; nothing was sent.
            BadRequestError: The service refuses an argument.
            NotFoundError: There is no such source.
            PandocastError: With `outcome_unknown` set when it may have been changed all the same.
        """
        return await self._session.run(
            call,
            sources_operations.update_source(
                id, name=name, type=type, url=url, enabled=enabled, config=config
            ),
        )

    async def delete(self, id: str) -> None:
        """Delete a source with all its items and drafts (reference, "Delete source").

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such source.
            PandocastError: With `outcome_unknown` set when it may have been deleted all the same.
        """
        await self._session.run(call, sources_operations.delete_source(id))

    async def test(self, id: str) -> SourceTest:
        """Fetch a source to try it, and change nothing (reference, "Test source").

        Returns:
            What was found: a source that cannot be fetched has `ok` false and an `error`, and raises nothing.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such source.
            PandocastError: The service did not answer; trying again does no harm.
        """
        return await self._session.run(call, sources_operations.test_source(id))
