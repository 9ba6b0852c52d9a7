"""Carries one call out in virtual time: does what its plan yields, as a driver does."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from simulation.scenario import CallRecord, Sent
from simulation.server import ServerResponse

from pandocast_sdk._core.protocol import Failure, FailureKind, Outcome, Plan, Send, Sleep, WireResponse
from pandocast_sdk._core.rate_limit.tickets import Ticket
from pandocast_sdk.errors import PandocastError

if TYPE_CHECKING:
    from simulation.story import Story

UNSENT = {FailureKind.NOT_CONNECTED, FailureKind.CONNECT_TIMEOUT, FailureKind.POOL_TIMEOUT}
_CAUSE = OSError("simulated")


class Worker:
    """One call of a story, from its first step to its last."""

    def __init__(self, story: "Story", call: CallRecord, life: Plan[int], then: Callable[[], None]) -> None:
        self._story = story
        self._facts = story.scenario
        self._random = story.random
        self._clock = story.clock
        self._call = call
        self._life = life
        self._then = then
        self._turn = 0  # what is due belongs to a turn: once another thing came first, it is void

    def begin(self) -> None:
        if self._facts.cancel and self._random.random() < self._facts.cancel:
            after = self._random.expovariate(1 / self._facts.cancel_after)
            self._clock.at(self._clock.now + after, self._cancel)
        self._go_on(None)

    def _cancel(self) -> None:
        if math.isnan(self._call.ended):
            self._story.note(self._call, "is cancelled")
            self._call.cancelled = True
            self._life.close()
            self._end()

    def _end(self) -> None:
        self._turn += 1
        self._call.ended = self._clock.now
        self._clock.at(self._clock.now, self._then)

    def _go_on(self, outcome: Outcome) -> None:
        self._turn += 1
        self._count_step()
        try:
            step = self._life.send(outcome)
        except StopIteration as stop:
            self._call.result = stop.value
            self._story.note(self._call, "is through")
            self._end()
        except PandocastError as error:
            self._call.error = error
            self._story.note(self._call, f"ends: {type(error).__name__} {error}")
            self._end()
        else:
            if isinstance(step, Send):
                self._send(step)
            else:
                assert isinstance(step, Sleep), "nothing to consult"
                self._sleep(step)

    def _count_step(self) -> None:
        call, second = self._call, int(self._clock.now)
        call.steps = call.steps + 1 if call.second == second else 1
        call.second = second
        call.most_steps = max(call.most_steps, call.steps)

    def _later(self, moment: float, outcome: Callable[[], Outcome]) -> None:
        turn = self._turn
        self._clock.at(moment, lambda: self._go_on(outcome()) if self._turn == turn else None)

    def _sleep(self, step: Sleep) -> None:
        assert step.seconds >= 0
        self._later(self._clock.now + step.seconds, _nothing)
        if step.until is None:
            self._call.attempts[-1].then_paused = True
            return
        if isinstance(step.until, Ticket):
            self._story.tickets[self._call.number] = step.until
        self._call.longest_wait = max(self._call.longest_wait, step.seconds)
        turn = self._turn

        def wake() -> None:
            if self._turn == turn:
                self._later(self._clock.now, _nothing)

        if not step.until.on_wake(wake):
            wake()

    def _send(self, step: Send) -> None:
        """Send once: whatever comes first ends the attempt, its time included."""
        facts, random, now = self._facts, self._random, self._clock.now
        assert step.expires > now, "sent when it was too late"
        attempt = Sent(now, passed_by=self._story.calls_queued() if self._call.number < 0 else 0)
        self._call.attempts.append(attempt)
        self._story.note(self._call, f"sends, attempt {len(self._call.attempts)}")
        there, back = random.uniform(*facts.latency) / 2, random.uniform(*facts.latency) / 2
        if facts.pool_busy and random.random() < facts.pool_busy:
            self._fail(step.expires, FailureKind.POOL_TIMEOUT)
        elif facts.refuse_connection and random.random() < facts.refuse_connection:
            self._fail(now + there, FailureKind.NOT_CONNECTED)
            self._fail(step.expires, FailureKind.CONNECT_TIMEOUT)
        else:
            self._fail(step.expires, FailureKind.TIMEOUT)
            self._clock.at(now + there, self._arriving(attempt, back))

    def _fail(self, moment: float, kind: FailureKind) -> None:
        attempt = self._call.attempts[-1]

        def happen() -> Outcome:
            attempt.outcome, attempt.received = kind.name, self._clock.now
            self._story.note(self._call, f"receives {kind.name}")
            return Failure(kind, _CAUSE)

        self._later(moment, happen)

    def _arriving(self, attempt: Sent, back: float) -> Callable[[], None]:
        turn = self._turn
        # A server may read what has arrived although nobody waits for the answer any more.
        read_all_the_same = self._random.random() < 0.5

        def arrive() -> None:
            waited_for = self._turn == turn
            if not (waited_for or read_all_the_same):
                return
            response = self._story.receive(self._call, attempt.at)
            if not waited_for:
                return
            moment = self._clock.now + back
            if self._facts.thinking[1]:
                moment += self._random.uniform(*self._facts.thinking)
            epoch = self._story.epoch
            if response is None:
                self._fail(moment, FailureKind.BROKEN)
            elif self._facts.too_large and self._random.random() < self._facts.too_large:
                self._fail(moment, FailureKind.TOO_LARGE)
            else:
                self._later(moment, lambda: self._receive(attempt, response, epoch))

        return arrive

    def _receive(self, attempt: Sent, response: ServerResponse, epoch: int) -> WireResponse:
        now = self._clock.now
        attempt.outcome, attempt.received = response.status, now
        attempt.wait, attempt.wait_at_most = response.wait, response.wait_at_most
        attempt.twisted = response.twisted
        attempt.names_no_time = response.names_no_time
        if response.window is not None:
            attempt.until_reset = response.window[0] - self._story.server.time()
            attempt.came_late = attempt.until_reset <= 0 or epoch != self._story.epoch
            if self._call.client.paced:
                self._story.on_window(*response.window, epoch)
        if self._story.narrating:
            self._story.note(self._call, f"receives {response.status} {_shown(response)}")
        return WireResponse(response.status, response.headers, response.body, attempt.at, now)


def _nothing() -> None:
    return None


def _shown(response: ServerResponse) -> str:
    return ", ".join(f"{name.decode()}: {value.decode('latin-1')}" for name, value in response.headers)
