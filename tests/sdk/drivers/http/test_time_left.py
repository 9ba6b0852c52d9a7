"""The timeouts of one attempt: waiting for a connection of the pool takes nothing from the attempt."""

import asyncio
from math import inf
from threading import Event, Thread
from unittest.mock import patch

import anyio
import httpx
import pytest
from support.concurrency import BACKENDS, PATIENCE, until
from support.loopback import FLAVOURS, KEY, NO_LIMIT, Conversation, http, loopback

from pandocast_sdk import AsyncPandocast, Pandocast
from pandocast_sdk._core.protocol import SHORTEST_ATTEMPT, FailureKind, Send, WireRequest
from pandocast_sdk._drivers.event_loop import reschedule, time_limit_here
from pandocast_sdk._drivers.http import async_exchange, body, slots, sync_exchange, time_left, transport
from pandocast_sdk._drivers.http.async_pool import AsyncOpenTransport
from pandocast_sdk._drivers.http.time_left import NotSentError, TimeLeft

REQUEST = WireRequest("POST", "https://api.example/things", b"{}")


class SetClock:
    """A monotonic clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Have the drivers measure attempts by a clock that stands still."""
    clock = SetClock()
    for module in (async_exchange, body, sync_exchange, time_left):
        monkeypatch.setattr(module, "monotonic", clock)
    return clock


def test_it_is_a_mapping_of_timeouts(clock: SetClock) -> None:
    left = TimeLeft(Send(REQUEST, clock.now + 5000), clock.now)
    assert dict(left) == dict.fromkeys(["connect", "read", "write", "pool"], 5000)
    assert len(left) == 4
    assert left.get("sleep") is None
    clock.now += 10_000
    assert left["read"] == 0.001, "zero would mean no end"
    with pytest.raises(KeyError):
        left["sleep"]


@pytest.mark.parametrize("phase", ["connect", "write"])
def test_an_attempt_begins_when_it_has_a_connection(clock: SetClock, phase: str) -> None:
    delays: list[float] = []
    left = TimeLeft(Send(REQUEST, clock.now + 5), clock.now)
    left.on_delay = delays.append
    assert left.get("pool") == 5
    clock.now += 3
    assert left.get(phase) == 5
    assert (left.began, left.expires, delays) == (1003, 1008, [5])
    clock.now += 2
    assert left.get("read") == 3
    assert delays == [5], "it begins once"


def test_an_attempt_that_begins_late_still_ends_at_the_deadline(clock: SetClock) -> None:
    left = TimeLeft(Send(REQUEST, clock.now + 5, clock.now + 6), clock.now)
    left.get("pool")
    clock.now += 4
    assert left.get("write") == 2
    assert left.unsent_kind() is None


def test_an_attempt_with_too_little_time_until_the_deadline_does_not_begin(clock: SetClock) -> None:
    left = TimeLeft(Send(REQUEST, clock.now + 5, clock.now + 5), clock.now)
    left.get("pool")
    clock.now += 5 - SHORTEST_ATTEMPT / 2
    with pytest.raises(NotSentError):
        left.get("write")
    assert left.unsent_kind() is FailureKind.POOL_TIMEOUT


def test_a_free_connection_changes_nothing(clock: SetClock) -> None:
    left = TimeLeft(Send(REQUEST, clock.now + 5, inf), clock.now)
    for phase in ("pool", "connect", "write", "read"):
        assert left.get(phase) == 5
    assert (left.began, left.expires) == (1000, 1005)


@BACKENDS
def test_a_time_limit_can_be_moved(backend: str) -> None:
    async def main() -> None:
        async with time_limit_here()(20) as limit:
            assert reschedule(limit, 3600)
            ends = limit.when() if isinstance(limit, asyncio.Timeout) else limit.deadline
            assert ends is not None
            assert ends > anyio.current_time() + 3000
        with pytest.raises(TimeoutError):  # noqa: PT012 - the end of the block raises it
            async with time_limit_here()(3600) as limit:
                reschedule(limit, 0)
                await anyio.sleep(3600)
        assert not reschedule(limit, 3600), "it has ended its block"

    anyio.run(main, backend=backend)


def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LIMITS", httpx.Limits(max_connections=1))


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_write_that_waited_for_a_connection_has_its_whole_timeout(
    flavour: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the two takes 3000 seconds of the timeout of 3600."""

    def take_long(conversation: Conversation) -> None:
        while conversation.read_request():
            reached.set()
            may_end.wait(PATIENCE)
            clock.now += 3000
            conversation.send(http("200 OK"))

    reached, may_end = Event(), Event()
    one_connection(monkeypatch)
    with loopback(take_long) as server:
        statuses = two_writes(flavour, server.url, 3600, reached, may_end)
    assert statuses == [200, 200]
    assert server.connections == 1


def two_writes(flavour: str, url: str, timeout: float, reached: Event, may_end: Event) -> list[object]:
    """Make a write, and another that waits for its connection; return their statuses or errors."""
    outcomes: list[object] = []

    def write(client: Pandocast) -> None:
        try:
            outcomes.append(client.request("POST", "/things").status_code)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcomes.append(error)

    async def write_async(client: AsyncPandocast) -> None:
        try:
            outcomes.append((await client.request("POST", "/things")).status_code)
        except Exception as error:  # noqa: BLE001 - likewise
            outcomes.append(error)

    waits, wait = Event(), slots._wait

    def note_wait(free: slots.Slots, left: TimeLeft) -> None:
        waits.set()
        wait(free, left)

    def queued(transport: AsyncOpenTransport) -> bool:
        return "1 queued" in repr(transport.resources[0]._pool)

    async def main() -> None:
        async with (
            AsyncPandocast(api_key=KEY, base_url=url, timeout=timeout, rate_limit=NO_LIMIT) as client,
            anyio.create_task_group() as group,
        ):
            group.start_soon(write_async, client)
            await until(reached.is_set)
            group.start_soon(write_async, client)
            transport = next(iter(client._session._pool._transports.values()))
            await until(lambda: queued(transport))
            may_end.set()

    if flavour != "sync":
        anyio.run(main, backend=flavour)
        return outcomes
    with (
        patch.object(slots, "_wait", note_wait),
        Pandocast(api_key=KEY, base_url=url, timeout=timeout, rate_limit=NO_LIMIT) as client,
    ):
        threads = [Thread(target=write, args=(client,)) for _ in range(2)]
        threads[0].start()
        assert reached.wait(PATIENCE)
        threads[1].start()
        assert waits.wait(PATIENCE)
        may_end.set()
        for thread in threads:
            thread.join()
    return outcomes
