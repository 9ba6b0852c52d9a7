"""The platforms that drafts are posted to, and whose connection each of them uses: one table."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from pandocast_server.bodies import quoted
from pandocast_server.errors import bad_request
from pandocast_server.pandocast.platforms import PlatformState, platform_state

PLATFORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "twitter": "twitter_single",
        "linkedin": "linkedin_post",
        "threads": "threads_post",
        "bluesky": "bluesky_post",
    }
)
"""Each platform by its name here, with the id under which Settings -> Platforms connects it."""


def known_platforms(names: Sequence[str], field: str) -> list[str]:
    """Give the names, each once.

    Args:
        names: The names.
        field: Where they stand, for the message.

    Raises:
        ApiError: 400, one of them is unknown.
    """
    unknown = next((name for name in names if name not in PLATFORMS), None)
    if unknown is not None:
        raise bad_request(
            f"{field} names an unknown platform: {quoted(unknown)}; there are {', '.join(PLATFORMS)}"
        )
    return list(dict.fromkeys(names))


def state_of(connection: Connection, *, workspace_id: str, platform: str) -> PlatformState:
    """Tell how a platform stands in a workspace."""
    return platform_state(connection, workspace_id=workspace_id, platform_id=PLATFORMS[platform])


def connected_platforms(connection: Connection, *, workspace_id: str) -> list[str]:
    """Give the platforms that are connected, in the order of the table."""
    return [
        name for name in PLATFORMS if state_of(connection, workspace_id=workspace_id, platform=name).connected
    ]
