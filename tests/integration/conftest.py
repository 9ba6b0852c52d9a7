"""A client of each flavour, connected to the reference server."""

from collections.abc import Iterator
from typing import cast

import pytest
from flavours import FLAVOURS, Connect, Driven

from pandocast_server.testing import ReferenceServer


@pytest.fixture(params=FLAVOURS)
def connect(request: pytest.FixtureRequest) -> Connect:
    return cast("Connect", FLAVOURS[request.param])


@pytest.fixture
def client(connect: Connect, pandocast_server: ReferenceServer) -> Iterator[Driven]:
    with connect(pandocast_server) as client:
        yield client
