"""The pytest plugin: fixtures `pandocast_server`, `pandocast_client` and `passband_client`.

pytest imports it in every environment where the package is installed, so it imports nothing of the package
until a test asks for a fixture: the `server` extra may be missing, and coverage must not start too late.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pandocast_sdk import Pandocast, Passband
    from pandocast_server.testing import ReferenceServer


@pytest.fixture(scope="session")
def pandocast_session_server() -> Iterator["ReferenceServer"]:
    """Run one server for the whole session; override it to choose other options."""
    from pandocast_server.testing import ReferenceServer  # noqa: PLC0415 - see above

    with ReferenceServer() as server:
        yield server


@pytest.fixture
def pandocast_server(pandocast_session_server: "ReferenceServer") -> "ReferenceServer":
    """Return the session's server, reset: another workspace and key, no endpoints, no faults, real time."""
    pandocast_session_server.reset()
    return pandocast_session_server


@pytest.fixture
def pandocast_client(pandocast_server: "ReferenceServer") -> Iterator["Pandocast"]:
    """Open an SDK client of `pandocast_server`, closed after the test."""
    with pandocast_server.client() as client:
        yield client


@pytest.fixture
def passband_client(pandocast_server: "ReferenceServer") -> Iterator["Passband"]:
    """Open an SDK client of `pandocast_server`'s Passband API, closed after the test."""
    with pandocast_server.passband_client() as client:
        yield client
