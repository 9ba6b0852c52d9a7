# Generated from pandocast_sdk/_async/sources.py by tests/support/unasync.py; edit that file.
"""Where the pipeline looks for items.

Reference: "List sources" to "Test source".
"""

# ruff: noqa: A002 - the parameters have the reference's names

from __future__ import annotations

import builtins
from collections.abc import Mapping

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import sources as operations
from pandocast_sdk._drivers.sync_session import Session


class SourcesResource:
    """The operations on sources; reached as `client.sources`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> builtins.list[models.Source]:
        """Return all sources.

        Raises:
            PandocastError: They could not be read.

        Reference: "List sources".
        """
        return self._session.run(call, operations.list_sources())

    def create(
        self, *, name: str, type: models.SourceType, url: str, config: Mapping[str, object] | None = None
    ) -> models.Source:
        """Add a source, which the service fetches once to try it.

        Args:
            name: 1 to 200 characters.
            type: What kind of place it is.
            url: Where it is.
            config: Its settings; anything that JSON can say.

        Raises:
            ValueError: An argument is out of its bounds; nothing was sent.
            BadRequestError: The service refuses an argument, or cannot fetch the source.
            PandocastError: With `outcome_unknown` set when it may have been added all the same.

        Reference: "Create source".
        """
        return self._session.run(call, operations.create_source(name=name, type=type, url=url, config=config))

    def update(
        self,
        id: str,
        *,
        name: str | None = None,
        type: models.SourceType | None = None,
        url: str | None = None,
        enabled: bool | None = None,
        config: Mapping[str, object] | None = None,
    ) -> models.Source:
        """Change a source; what is not given stays as it is.

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

        Reference: "Update source".
        """
        return self._session.run(
            call,
            operations.update_source(id, name=name, type=type, url=url, enabled=enabled, config=config),
        )

    def delete(self, id: str) -> None:
        """Delete a source with all its items and drafts.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such source.
            PandocastError: With `outcome_unknown` set when it may have been deleted all the same.

        Reference: "Delete source".
        """
        self._session.run(call, operations.delete_source(id))

    def test(self, id: str) -> models.SourceTest:
        """Fetch a source to try it, and change nothing.

        Returns:
            What was found: a source that cannot be fetched has `ok` false and an `error`, and raises nothing.

        Raises:
            ValueError: The id is empty, `.` or `..`; nothing was sent.
            NotFoundError: There is no such source.
            PandocastError: The service did not answer; trying again does no harm.

        Reference: "Test source".
        """
        return self._session.run(call, operations.test_source(id))
