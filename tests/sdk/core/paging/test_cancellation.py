"""A plan that is stopped ends between its steps, and gives back what it holds."""

from collections.abc import Callable

import pytest
from support.wire import Player, context, failure, response, window

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.paging.cancellation import StoppedError, stoppable
from pandocast_sdk._core.protocol import FailureKind, Outcome, Plan, Send, WireResponse
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.options import RateLimitPolicy


class Scene:
    """One key's window of three requests, of which one was spent to learn it."""

    def __init__(self) -> None:
        self.player = Player()
        self.budget = Budget(now=lambda: self.player.now, wall=lambda: self.player.now)
        self.context = context(
            now=lambda: self.player.now,
            wall=lambda: self.player.now,
            budget=self.budget,
            policy=RateLimitPolicy(),
            max_retries=2,
        )
        self.sent = 0
        self.play(lambda: False)

    def play(self, stopped: Callable[[], bool], respond: Callable[[Send], Outcome] | None = None) -> int:
        return self.player.play(stoppable(self.context, stopped, fetch, "/things"), respond or self.respond)

    def respond(self, _send: Send) -> Outcome:
        self.sent += 1
        return response(
            headers=window(3 - self.sent, 1060, limit=3), sent=self.player.now, received=self.player.now
        )

    @property
    def left(self) -> int | None:
        return self.budget.state.remaining


def fetch(context: CallContext, path: str) -> Plan[int]:
    return call(context, Operation("list_things", "GET", path, read))


def read(response: WireResponse) -> int:
    return response.status


def idle(scene: Scene) -> bool:
    return scene.budget._in_flight == 0 and not scene.budget._queue


def test_a_plan_that_is_not_stopped_runs_to_its_end() -> None:
    scene = Scene()
    assert scene.play(lambda: False) == 200
    assert (scene.sent, scene.left, idle(scene)) == (2, 1, True)


def test_a_plan_stopped_before_sending_gives_its_slot_back() -> None:
    scene = Scene()
    with pytest.raises(StoppedError):
        scene.play(lambda: True)
    assert (scene.sent, scene.left, idle(scene)) == (1, 2, True)


def test_a_plan_stopped_while_sending_settles_its_slot() -> None:
    scene, wanted = Scene(), [False]

    def respond(send: Send) -> Outcome:
        wanted[0] = True
        return scene.respond(send)

    assert scene.play(lambda: wanted[0], respond) == 200
    assert (scene.sent, scene.left, idle(scene)) == (2, 1, True)


@pytest.mark.parametrize("outcome", [response(500), failure(FailureKind.BROKEN)])
def test_a_stopped_plan_is_not_retried(outcome: Outcome) -> None:
    scene, sends = Scene(), 0

    def respond(_send: Send) -> Outcome:
        nonlocal sends
        sends += 1
        return outcome

    with pytest.raises(StoppedError):
        scene.play(lambda: sends > 0, respond)
    assert (sends, idle(scene)) == (1, True)


def test_a_plan_stopped_in_the_queue_leaves_it_soon() -> None:
    scene = Scene()
    for _ in range(2):
        scene.play(lambda: False)
    assert scene.left == 0
    until = scene.player.now + 5
    with pytest.raises(StoppedError):
        scene.play(lambda: scene.player.now >= until)
    assert max(scene.player.slept) <= 0.2
    assert scene.player.now == pytest.approx(until, abs=0.3)
    assert (scene.sent, idle(scene)) == (3, True)


def test_a_plan_in_the_queue_gets_its_slot_if_it_is_not_stopped() -> None:
    scene = Scene()
    for _ in range(2):
        scene.play(lambda: False)

    def respond(_send: Send) -> Outcome:
        now = scene.player.now
        return response(headers=window(2, 1120, limit=3), sent=now, received=now)

    assert scene.play(lambda: False, respond) == 200
    assert 1060 <= scene.player.now < 1062


def test_the_backoff_keeps_its_length() -> None:
    scene = Scene()
    outcomes = iter([response(503, headers={"Retry-After": 3})])
    began = scene.player.now
    assert scene.play(lambda: False, lambda send: next(outcomes, None) or scene.respond(send)) == 200
    assert scene.player.now - began == pytest.approx(3)
    assert max(scene.player.slept) <= 0.2
