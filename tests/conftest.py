"""What all tests share: hypothesis profiles, judged responses, and a receiver of webhooks."""

import os
import signal
from collections.abc import Generator, Iterator
from typing import cast

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings
from starlette.types import ASGIApp
from support.flavours import FLAVOURS, Client, Connect
from support.openapi_middleware import JudgingMiddleware
from support.webhook_receiver import Receiver, running_receiver

from pandocast_server.testing import ReferenceServer

pytest_plugins = ["pytester"]

# A shell that starts a job in the background has it ignore interrupts, and so would all that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A time limit for one example measures the machine. The examples are the same in each run, so that no change
# is blamed for what luck has found; `explore` is there for luck.
settings.register_profile(
    "usual",
    deadline=None,
    max_examples=20,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # it measures the machine
)
settings.register_profile("brief", settings.get_profile("usual"), max_examples=10)
settings.register_profile("thorough", settings.get_profile("usual"), max_examples=300)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))

# What these go over thousands of times, others have covered before; to measure it takes as long as they do.
UNMEASURED = frozenset(
    {
        "test_analysis.py",
        "test_draft_generating.py",
        "test_drafts_model.py",
        "test_feeds.py",
        "test_markup.py",
        "test_openapi.py",
        "test_openapi_bounds.py",
        "test_pages.py",
        "test_prefetch_model.py",
        "test_schedule_model.py",
        "test_shapes.py",
        "test_simulated_calls.py",
        "test_transitions.py",
        "test_writing.py",
    }
)

_VERDICTS: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Measure coverage, where it is measured, of tests that do not repeat themselves."""
    measuring = Coverage.current()
    if measuring is None or not (item.path.name in UNMEASURED or item.get_closest_marker("hypothesis")):
        yield
        return
    measuring.stop()
    try:
        yield
    finally:
        measuring.start()


def _judging(app: ASGIApp) -> ASGIApp:
    return JudgingMiddleware(app, _VERDICTS.append)


ReferenceServer.middleware = (_judging,)


@pytest.fixture(autouse=True)
def judged_responses() -> Iterator[None]:
    """Fail a test in which a reference server's response was not as the OpenAPI document says."""
    _VERDICTS.clear()
    yield
    assert not _VERDICTS, "\n".join(_VERDICTS)


@pytest.fixture
def long_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no lease run out by itself because the machine is busy."""
    monkeypatch.setattr("pandocast_server.work.queue.LEASE_SECONDS", 3600.0)


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
