"""The platforms that drafts are posted to, and whose connection each of them uses: one table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from sqlalchemy import Connection

from pandocast_server.pandocast.platforms import PlatformState, platform_state

Platform = Literal["twitter", "linkedin", "threads", "bluesky"]

PLATFORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "twitter": "twitter_single",
        "linkedin": "linkedin_post",
        "threads": "threads_post",
        "bluesky": "bluesky_post",
    }
)
"""Each platform by its name here, with the id under which Settings -> Platforms connects it."""


def connected_platforms(connection: Connection, *, workspace_id: str) -> Mapping[str, PlatformState]:
    """Return the states of the platforms that are connected, in the order of the table."""
    states = {
        name: platform_state(connection, workspace_id=workspace_id, platform_id=platform_id)
        for name, platform_id in PLATFORMS.items()
    }
    return {name: state for name, state in states.items() if state.connected}
