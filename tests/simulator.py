"""A made-up clock, network and server, and workers that carry calls out in them: no sockets, no sleeps.

It does what a driver does (`Send`, `Sleep`, wake-ups, cancellation) in virtual time, so that thousands of
hostile schedules can be played against the life of a call. One seed gives one story.
"""

import heapq
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import count
from random import Random

from tenacity.wait import wait_exponential

from pandocast_sdk._core.operation import Operation
from pandocast_sdk._core.plan import Terms, call
from pandocast_sdk._core.rate_limit import Budget
from pandocast_sdk._core.redaction import Redactor
from pandocast_sdk._core.steps import Answer, Failure, Life, Outcome, Send, Sleep, Trouble
from pandocast_sdk.errors import PandocastError
from pandocast_sdk.options import ClientOptions, RateLimitPolicy

EPOCH = 1_774_000_000.0  # the server's time at the beginning, in seconds since 1970
BEGINNING = 1000.0  # the same moment on the monotonic clock


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - stories have to come again, and guard nothing


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What one story is about; times are in seconds, chances from 0 to 1.

    A request can meet, in this order: no connection, a drop before the server counts it, the window, a
    refusal for another reason, a failure before it is carried out, a drop or a failure after.
    """

    seed: int = 0
    workers: int = 10
    calls: int = 200
    writes: float = 0.5
    limit: int = 100
    window: int = 60
    latency: tuple[float, float] = (0.02, 0.2)
    thinking: tuple[float, float] = (0.0, 0.0)
    server_skew: float = 0.0
    local_skew: float = 0.0
    server_jumps: tuple[tuple[float, float], ...] = ()
    date_lag: tuple[float, float] = (0.0, 0.0)
    tells_window: bool = True
    tells_date: bool = True
    tells_retry_after: bool = False
    refuse_connection: float = 0.0
    drop_before: float = 0.0
    refuse_at_random: float = 0.0
    fail_before: float = 0.0
    drop_after: float = 0.0
    fail_after: float = 0.0
    others_every: float = math.inf
    cancel: float = 0.0
    timeout: float = 30.0
    deadline: float | None = None
    max_retries: int = 2
    policy: RateLimitPolicy = field(default_factory=RateLimitPolicy)


@dataclass
class CallRecord:
    """What became of one call."""

    number: int
    writes: bool
    began: float
    ended: float = math.nan
    first_sent: float = math.nan
    sends: int = 0
    refusals: int = 0
    steps: Counter[int] = field(default_factory=Counter)  # by whole second
    succeeded: bool = False
    cancelled: bool = False
    error: PandocastError | None = None


class Clock:
    """Virtual time, and what is due in it."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def at(self, moment: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._due, (max(moment, self.now), next(self._order), action))

    def run(self, *, most: int = 500_000) -> None:
        for _ in range(most):
            if not self._due:
                return
            self.now, _, action = heapq.heappop(self._due)
            action()
        raise AssertionError("the story does not end")


class Server:
    """A server with one fixed window: it opens with a request and ends on a whole second."""

    def __init__(self, scenario: Scenario, clock: Clock, random: Random) -> None:
        self.scenario = scenario
        self.random = random
        self.windows = 0
        self.refusals = 0
        self.acted: Counter[int] = Counter()
        self._clock = clock
        self._offset = EPOCH + scenario.server_skew - clock.now
        self._reset = -1
        self._used = 0

    def jump(self, by: float) -> None:
        self._offset += by

    def admit(self) -> bool:
        """Count one request; False when the window is spent."""
        now = self._time()
        if now >= self._reset:
            self._reset, self._used = math.floor(now) + self.scenario.window, 0
            self.windows += 1
        if self._used >= self.scenario.limit:
            return False
        self._used += 1
        return True

    def respond(self, call: CallRecord) -> tuple[int, list[tuple[bytes, bytes]]] | None:
        """Answer one request with a status and headers; None when the connection is dropped."""
        story = self.scenario
        if self._happens(story.drop_before):
            return None
        if not self.admit() or self._happens(story.refuse_at_random):
            self.refusals += 1
            call.refusals += 1
            return 429, self._headers(refused=True)
        if self._happens(story.fail_before):
            return self.random.choice((408, 500, 502, 503)), self._headers()
        self.acted[call.number] += 1
        if self._happens(story.drop_after):
            return None
        if self._happens(story.fail_after):
            return self.random.choice((500, 503, 504)), self._headers()
        return 201, self._headers()

    def _time(self) -> float:
        return self._clock.now + self._offset

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def _headers(self, *, refused: bool = False) -> list[tuple[bytes, bytes]]:
        story, now = self.scenario, self._time()
        given: list[tuple[str, str]] = []
        if story.tells_window:
            given.append(("X-RateLimit-Limit", str(story.limit)))
            given.append(("X-RateLimit-Remaining", str(story.limit - self._used)))
            given.append(("X-RateLimit-Reset", str(self._reset)))
        if story.tells_date:
            given.append(("Date", formatdate(now - self.random.uniform(*story.date_lag), usegmt=True)))
        if refused and story.tells_retry_after:
            given.append(("Retry-After", str(max(1, math.ceil(self._reset - now)))))
        return [(name.encode(), value.encode()) for name, value in given]


class Simulation:
    """One story: the workers share one key's budget and take calls from one pile."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.random = seeded(scenario.seed)
        self.clock = Clock()
        self.server = Server(scenario, self.clock, self.random)
        self.calls: list[CallRecord] = []
        now, wall = self._now, lambda: self.clock.now + EPOCH + scenario.local_skew - BEGINNING
        self.budget = Budget(now=now, wall=wall)
        options = ClientOptions(
            api_key="pk_test_simulated",
            base_url="https://api.example/api/v1",
            timeout=scenario.timeout,
            deadline=scenario.deadline,
            max_retries=scenario.max_retries,
            rate_limit=scenario.policy,
            backoff=wait_exponential(multiplier=0.5, max=8),
        )
        budget = None if scenario.policy.mode == "off" else self.budget
        self._terms = Terms(options, budget, now, wall, Redactor(options.api_key))

    def run(self) -> "Simulation":
        story, clock = self.scenario, self.clock
        for _ in range(story.workers):
            clock.at(clock.now + self.random.random() * 0.05, self.next_call)
        for after, by in story.server_jumps:
            clock.at(clock.now + after, self._jumping(by))
        if story.others_every < math.inf:
            clock.at(clock.now + self.random.random(), self._somebody_else)
        clock.run()
        return self

    @property
    def elapsed(self) -> float:
        return max(call.ended for call in self.calls) - BEGINNING

    def next_call(self) -> None:
        number = len(self.calls)
        if number >= self.scenario.calls:
            return
        record = CallRecord(number, self.random.random() < self.scenario.writes, self.clock.now)
        self.calls.append(record)
        method = "POST" if record.writes else "GET"
        operation = Operation("simulated", method, f"/calls/{number}", lambda answer: answer.status)
        Worker(self, record, call(self._terms, operation)).begin()

    def _now(self) -> float:
        return self.clock.now

    def _jumping(self, by: float) -> Callable[[], None]:
        return lambda: self.server.jump(by)

    def _somebody_else(self) -> None:
        """Send a request with the same key, as another process does; it stops when the calls are over."""
        self.server.admit()
        if len(self.calls) < self.scenario.calls or any(math.isnan(call.ended) for call in self.calls):
            pause = self.random.expovariate(1 / self.scenario.others_every)
            self.clock.at(self.clock.now + pause, self._somebody_else)


class Worker:
    """Carries one call out: does what its plan yields."""

    def __init__(self, simulation: Simulation, call: CallRecord, life: Life[int]) -> None:
        self._simulation = simulation
        self._story = simulation.scenario
        self._random = simulation.random
        self._clock = simulation.clock
        self._call = call
        self._life = life
        self._turn = 0

    def begin(self) -> None:
        if self._random.random() < self._story.cancel:
            self._clock.at(self._clock.now + self._random.expovariate(0.1), self._cancel)
        self._go_on(None)

    def _cancel(self) -> None:
        if math.isnan(self._call.ended):
            self._call.cancelled = True
            self._life.close()
            self._end()

    def _end(self) -> None:
        self._turn += 1
        self._call.ended = self._clock.now
        self._clock.at(self._clock.now, self._simulation.next_call)

    def _go_on(self, outcome: Outcome) -> None:
        self._turn += 1
        self._call.steps[int(self._clock.now)] += 1
        try:
            step = self._life.send(outcome)
        except StopIteration:
            self._call.succeeded = True
            self._end()
        except PandocastError as error:
            self._call.error = error
            self._end()
        else:
            if isinstance(step, Send):
                self._send(step)
            else:
                assert isinstance(step, Sleep), "nothing to consult"
                self._sleep(step)

    def _later(self, moment: float, outcome: Callable[[], Outcome]) -> None:
        """Go on at a time, unless something else has made the call go on before."""
        turn = self._turn
        self._clock.at(moment, lambda: self._go_on(outcome()) if self._turn == turn else None)

    def _sleep(self, step: Sleep) -> None:
        assert step.seconds >= 0
        self._later(self._clock.now + step.seconds, lambda: None)
        if step.until is not None:
            turn = self._turn

            def wake() -> None:
                if self._turn == turn:
                    self._later(self._clock.now, lambda: None)

            if not step.until.on_wake(wake):
                wake()

    def _send(self, step: Send) -> None:
        call, sent = self._call, self._clock.now
        call.sends += 1
        if call.sends == 1:
            call.first_sent = sent
        assert step.expires > sent, "sent when it was too late"
        there, back = (
            self._random.uniform(*self._story.latency) / 2,
            self._random.uniform(*self._story.latency) / 2,
        )
        if self._random.random() < self._story.refuse_connection:
            self._later(sent + there, lambda: Failure(Trouble.NOT_CONNECTED, OSError("refused")))
            self._later(step.expires, lambda: Failure(Trouble.CONNECT_TIMEOUT, OSError("timed out")))
            return
        self._later(step.expires, lambda: Failure(Trouble.TIMEOUT, OSError("timed out")))
        turn = self._turn

        def arrive() -> None:
            if self._turn != turn:
                return  # nobody waits any more: the connection was closed before the server had read
            given = self._simulation.server.respond(call)

            def land() -> Outcome:
                if given is None:
                    return Failure(Trouble.BROKEN, OSError("dropped"))
                return Answer(given[0], given[1], b"{}", sent, self._clock.now)

            self._later(self._clock.now + self._random.uniform(*self._story.thinking) + back, land)

        self._clock.at(sent + there, arrive)
