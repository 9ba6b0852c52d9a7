"""Connected platforms: what Settings -> Platforms decides, and how publishing there can be made to fail."""

from attrs import frozen
from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from pandocast_server.generation.platforms import PLATFORMS
from pandocast_server.storage.tables import platform_connections

_COLUMNS = platform_connections.c


@frozen
class PlatformState:
    """How one platform stands in one workspace; a new workspace has all of them connected and well."""

    connected: bool = True
    failures_left: int = 0
    failure_error: str = ""


def connect(connection: Connection, *, workspace_id: str, platform_id: str) -> None:
    """Connect a platform; an unknown one is a ValueError."""
    _set(connection, workspace_id, platform_id, connected=True)


def disconnect(connection: Connection, *, workspace_id: str, platform_id: str) -> None:
    """Disconnect a platform; an unknown one is a ValueError."""
    _set(connection, workspace_id, platform_id, connected=False)


def fail(
    connection: Connection, *, workspace_id: str, platform_id: str, times: int = 1, error: str = "refused"
) -> None:
    """Let the next `times` attempts to publish on a platform fail, over all posts; replaces an earlier call.

    Raises:
        ValueError: There is no such platform, `times` is negative or `error` empty.
    """
    if times < 0:
        raise ValueError(f"times must not be negative: {times}")
    if not error:
        raise ValueError("error must not be empty")
    _set(connection, workspace_id, platform_id, failures_left=times, failure_error=error)


def platform_state(connection: Connection, *, workspace_id: str, platform_id: str) -> PlatformState:
    """Return the state of a platform in a workspace."""
    query = select(_COLUMNS.connected, _COLUMNS.failures_left, _COLUMNS.failure_error)
    row = connection.execute(query.where(_is_it(workspace_id, platform_id))).mappings().one_or_none()
    return PlatformState() if row is None else PlatformState(**row)


def use_up_failure(connection: Connection, *, workspace_id: str, platform_id: str) -> None:
    """Count one injected failure as done."""
    failing = update(platform_connections).where(
        _is_it(workspace_id, platform_id), _COLUMNS.failures_left > 0
    )
    connection.execute(failing.values(failures_left=_COLUMNS.failures_left - 1))


def _is_it(workspace_id: str, platform_id: str) -> ColumnElement[bool]:
    return and_(_COLUMNS.workspace_id == workspace_id, _COLUMNS.platform_id == platform_id)


def _set(connection: Connection, workspace_id: str, platform_id: str, **values: bool | int | str) -> None:
    if platform_id not in PLATFORMS:
        raise ValueError(f"there is no platform {platform_id!r}; there are {', '.join(PLATFORMS)}")
    known = update(platform_connections).where(_is_it(workspace_id, platform_id)).values(**values)
    if connection.execute(known).rowcount == 0:
        row = {"workspace_id": workspace_id, "platform_id": platform_id, **values}
        connection.execute(insert(platform_connections).values(**row))
