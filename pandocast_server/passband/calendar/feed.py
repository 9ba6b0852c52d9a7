"""The address of a workspace's calendar: as good as a key, never stored, and other once it is renewed.

It holds a token, an HMAC of the workspace and the number of renewals under the server's secret (contract,
section 2, "Sources"), so that it can be given again at any time.
"""

import hmac
from base64 import urlsafe_b64encode

from attrs import field, frozen
from sqlalchemy import Connection, insert, select, update

from pandocast_server.passband import MOUNT
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.storage.passband_tables import calendar_feeds
from pandocast_server.storage.tables import workspaces

_TOKEN_BYTES = 24
_SUFFIX = ".ics"


@frozen
class CalendarFeed:
    """The feed of a workspace.

    Attributes:
        workspace_id: Whose it is.
        enabled: Whether it can be read.
        file: The last part of its address, which nobody can guess.
    """

    workspace_id: str
    enabled: bool
    file: str = field(repr=False)

    def url(self, origin: str) -> str | None:
        """Return its address at a server such as `http://127.0.0.1:8000`, or None while it is turned off."""
        if not self.enabled:
            return None
        return f"{origin}{MOUNT}/calendar/{self.workspace_id}/{self.file}"

    def is_read_by(self, file: str) -> bool:
        """Return whether this is what an address must end in for the feed to be read."""
        # Compared even when it is turned off, and in constant time: how long it takes tells nothing.
        is_it = hmac.compare_digest(file.encode(errors="replace"), self.file.encode())
        return is_it and self.enabled


def find_feed(connection: Connection, secret: bytes, *, workspace_id: str) -> CalendarFeed:
    """Return the feed of a workspace; one that does not exist has a feed that is turned off.

    Args:
        connection: A transaction.
        secret: The server's, see `Database.secret`.
        workspace_id: Whose feed.
    """
    query = (
        select(calendar_feeds.c.enabled, calendar_feeds.c.renewals)
        .select_from(workspaces.outerjoin(calendar_feeds, calendar_feeds.c.workspace_id == workspaces.c.id))
        .where(workspaces.c.id == workspace_id)
    )
    row = connection.execute(query).one_or_none()
    enabled, renewals = (False, None) if row is None else row
    file = _token(secret, workspace_id, renewals or 0) + _SUFFIX
    return CalendarFeed(workspace_id, row is not None and enabled is not False, file)


def enable_feed(connection: Connection, *, workspace_id: str) -> None:
    """Let a feed be read again, at the address that it had; one that can be read stays so."""
    _set(connection, workspace_id, enabled=True)


def disable_feed(connection: Connection, *, workspace_id: str) -> None:
    """Let a feed be read no longer, until it is enabled."""
    _set(connection, workspace_id, enabled=False)


def renew_feed(connection: Connection, *, workspace_id: str) -> None:
    """Change the address: the one that it had is worth nothing, now and for good."""
    _set(connection, workspace_id, renewals=calendar_feeds.c.renewals + 1)


def _set(connection: Connection, workspace_id: str, **values: object) -> None:
    lock_workspace(connection, workspace_id)
    is_it = calendar_feeds.c.workspace_id == workspace_id
    if connection.scalar(select(calendar_feeds.c.enabled).where(is_it)) is None:
        connection.execute(insert(calendar_feeds).values(workspace_id=workspace_id))
    connection.execute(update(calendar_feeds).where(is_it).values(**values))


def _token(secret: bytes, workspace_id: str, renewals: int) -> str:
    message = b"\0".join((b"calendar", workspace_id.encode(errors="replace"), str(renewals).encode()))
    return urlsafe_b64encode(hmac.digest(secret, message, "sha256")[:_TOKEN_BYTES]).decode()
