"""`server.calendar`: what a person does with the address of the calendar feed."""

from pandocast_server.passband.calendar import feed as calendar_feed
from pandocast_server.testing.first_workspace import FirstWorkspace


class Calendar:
    """The calendar feed of the first workspace; who knows its address can read it."""

    def __init__(self, workspace: FirstWorkspace) -> None:
        self._workspace = workspace

    def url(self) -> str | None:
        """Give its address, or None while it is turned off."""
        settings = self._workspace.runtime.settings
        secret = self._workspace.runtime.database.secret()
        with self._workspace.read() as connection:
            feed = calendar_feed.find_feed(connection, secret, workspace_id=self._workspace.id)
        return feed.url(f"http://{settings.host}:{settings.port}")

    def enable(self) -> None:
        """Turn it on again, at the address that it had."""
        with self._workspace.write() as connection:
            calendar_feed.enable_feed(connection, workspace_id=self._workspace.id)

    def disable(self) -> None:
        """Turn it off: its address is answered with 404."""
        with self._workspace.write() as connection:
            calendar_feed.disable_feed(connection, workspace_id=self._workspace.id)

    def renew(self) -> None:
        """Give it another address; the one that it had is worth nothing from now on."""
        with self._workspace.write() as connection:
            calendar_feed.renew_feed(connection, workspace_id=self._workspace.id)
