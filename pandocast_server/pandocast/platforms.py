"""Connected platforms: what Settings -> Platforms decides, and how publishing there can be made to fail."""

from collections.abc import Mapping

from attrs import frozen
from sqlalchemy import Connection, and_, insert, select, update

from pandocast_server.generation.platforms import PLATFORMS
from pandocast_server.storage.tables import platform_connections


@frozen
class PlatformState:
    """How one platform stands in one workspace; a new workspace has all of them connected and well.

    Attributes:
        connected: Whether outputs can be scheduled and published there.
        failures_left: How many of the coming attempts to publish are to fail.
        failure_error: With which sentence they fail.
    """

    connected: bool = True
    failures_left: int = 0
    failure_error: str = ""


def connect(connection: Connection, *, workspace_id: str, platform_id: str) -> None:
    """Connect a platform; one that is connected stays so.

    Raises:
        ValueError: There is no such platform.
    """
    _set(connection, workspace_id, platform_id, {"connected": True})


def disconnect(connection: Connection, *, workspace_id: str, platform_id: str) -> None:
    """Disconnect a platform: nothing can be scheduled for it, and attempts to publish there fail.

    Raises:
        ValueError: There is no such platform.
    """
    _set(connection, workspace_id, platform_id, {"connected": False})


def fail(
    connection: Connection,
    *,
    workspace_id: str,
    platform_id: str,
    times: int = 1,
    error: str = "The platform refused the post",
) -> None:
    """Let the next attempts to publish on a platform fail; replaces an earlier call.

    Args:
        connection: A transaction that may write.
        workspace_id: Whose posts fail.
        platform_id: Where.
        times: How many attempts, counted over all posts for this platform; 0 lets them succeed again.
        error: The sentence that `post.failed` will carry.

    Raises:
        ValueError: There is no such platform, `times` is negative or `error` empty.
    """
    if times < 0:
        raise ValueError(f"times must not be negative: {times}")
    if not error:
        raise ValueError("error must not be empty")
    _set(connection, workspace_id, platform_id, {"failures_left": times, "failure_error": error})


def platform_state(connection: Connection, *, workspace_id: str, platform_id: str) -> PlatformState:
    """Return the state of a platform in a workspace."""
    query = select(
        platform_connections.c.connected,
        platform_connections.c.failures_left,
        platform_connections.c.failure_error,
    ).where(
        platform_connections.c.workspace_id == workspace_id, platform_connections.c.platform_id == platform_id
    )
    row = connection.execute(query).mappings().one_or_none()
    return PlatformState() if row is None else PlatformState(**row)


def use_up_failure(connection: Connection, *, workspace_id: str, platform_id: str) -> None:
    """Count one injected failure as done."""
    connection.execute(
        update(platform_connections)
        .where(
            platform_connections.c.workspace_id == workspace_id,
            platform_connections.c.platform_id == platform_id,
            platform_connections.c.failures_left > 0,
        )
        .values(failures_left=platform_connections.c.failures_left - 1)
    )


def format_name(platform_id: str) -> str:
    """Return a platform's name for people; its id when an older table had it and this one does not."""
    platform = PLATFORMS.get(platform_id)
    return platform_id if platform is None else platform.format_name


def _set(
    connection: Connection, workspace_id: str, platform_id: str, values: Mapping[str, bool | int | str]
) -> None:
    if platform_id not in PLATFORMS:
        raise ValueError(f"there is no platform {platform_id!r}; there are {', '.join(PLATFORMS)}")
    is_it = and_(
        platform_connections.c.workspace_id == workspace_id, platform_connections.c.platform_id == platform_id
    )
    if connection.execute(update(platform_connections).where(is_it).values(**values)).rowcount == 0:
        connection.execute(
            insert(platform_connections).values(workspace_id=workspace_id, platform_id=platform_id, **values)
        )
