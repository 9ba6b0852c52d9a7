"""A plan that nobody wants any more is given up, and gives back what it holds."""

from collections.abc import Callable

import pytest
from support.wire import Player, answer, context, failure, window

from pandocast_sdk._core.call.plan import CallContext, call
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
        return self.player.play(stoppable(self.context, stopped, ask, "/things"), respond or self.respond)

    def respond(self, _send: Send) -> Outcome:
        self.sent += 1
        return answer(
            headers=window(3 - self.sent, 1060, limit=3), sent=self.player.now, received=self.player.now
        )

    @property
    def left(self) -> int | None:
        return self.budget.state.remaining


def ask(context: CallContext, path: str) -> Plan[int]:
    return call(context, Operation("list_things", "GET", path, read))


def read(answer: WireResponse) -> int:
    return answer.status


def idle(scene: Scene) -> bool:
    return scene.budget._in_flight == 0 and not scene.budget._queue


def test_as_long_as_it_is_wanted_it_runs_as_any_other() -> None:
    scene = Scene()
    assert scene.play(lambda: False) == 200
    assert (scene.sent, scene.left, idle(scene)) == (2, 1, True)


def test_before_it_is_sent_it_gives_its_place_back() -> None:
    scene = Scene()
    with pytest.raises(StoppedError):
        scene.play(lambda: True)
    assert (scene.sent, scene.left, idle(scene)) == (1, 2, True)


def test_what_was_sent_is_accounted_for() -> None:
    scene, wanted = Scene(), [False]

    def respond(send: Send) -> Outcome:
        wanted[0] = True
        return scene.respond(send)

    assert scene.play(lambda: wanted[0], respond) == 200
    assert (scene.sent, scene.left, idle(scene)) == (2, 1, True)


@pytest.mark.parametrize("outcome", [answer(500), failure(FailureKind.BROKEN)])
def test_it_is_not_sent_again(outcome: Outcome) -> None:
    scene, sends = Scene(), 0

    def respond(_send: Send) -> Outcome:
        nonlocal sends
        sends += 1
        return outcome

    with pytest.raises(StoppedError):
        scene.play(lambda: sends > 0, respond)
    assert (sends, idle(scene)) == (1, True)


def test_in_line_it_looks_now_and_then_and_leaves() -> None:
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


def test_in_line_it_gets_its_turn_if_it_is_wanted_still() -> None:
    scene = Scene()
    for _ in range(2):
        scene.play(lambda: False)

    def respond(_send: Send) -> Outcome:
        now = scene.player.now
        return answer(headers=window(2, 1120, limit=3), sent=now, received=now)

    assert scene.play(lambda: False, respond) == 200
    assert 1060 <= scene.player.now < 1062


def test_a_pause_between_attempts_is_as_long_as_it_should_be() -> None:
    scene = Scene()
    outcomes = iter([answer(503, headers={"Retry-After": 3})])
    began = scene.player.now
    assert scene.play(lambda: False, lambda send: next(outcomes, None) or scene.respond(send)) == 200
    assert scene.player.now - began == pytest.approx(3)
    assert max(scene.player.slept) <= 0.2
