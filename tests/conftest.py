"""What all tests share: hypothesis profiles, judged responses, and a receiver of webhooks."""

import os
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import settings
from starlette.types import ASGIApp
from support.flavours import FLAVOURS, Client, Connect
from support.openapi_middleware import JudgingMiddleware
from support.webhook_receiver import Receiver, running_receiver

from pandocast_server.testing import ReferenceServer

pytest_plugins = ["pytester"]

# A time limit for one example measures the machine; in CI a run must not depend on luck.
settings.register_profile("local", deadline=None, max_examples=50)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.register_profile("brief", settings.get_profile("ci"), max_examples=10)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "local"))

_VERDICTS: list[str] = []


def _judging(app: ASGIApp) -> ASGIApp:
    return JudgingMiddleware(app, _VERDICTS)


ReferenceServer.middleware = (_judging,)


@pytest.fixture(autouse=True)
def judged_responses() -> Iterator[None]:
    """Fail a test in which a reference server's response was not as the OpenAPI document says."""
    _VERDICTS.clear()
    yield
    assert not _VERDICTS, "\n".join(_VERDICTS)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(params=FLAVOURS)
def connect(request: pytest.FixtureRequest) -> Connect:
    """Open clients of a server, of each flavour in turn."""
    return cast("Connect", FLAVOURS[request.param])


@pytest.fixture
def client(connect: Connect, pandocast_server: ReferenceServer) -> Iterator[Client]:
    with connect(pandocast_server) as client:
        yield client
