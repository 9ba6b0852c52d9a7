"""One story: the clients of one key take calls from one pile, and share the key's budget."""

import math
from collections import defaultdict
from functools import partial

from simulation.clock import BEGINNING, EPOCH, Clock
from simulation.scenario import CallRecord, Scenario, Traits, WaitRecord, seeded
from simulation.server import Server, ServerResponse
from simulation.waits import wait_for_row
from simulation.worker import Worker

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.call.shared import Shared
from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.rate_limit.tickets import Ticket
from pandocast_sdk._core.redaction import Redactor
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.options import ClientOptions

_KEY = "pk_test_simulated"
_REDACT = Redactor(_KEY)
_MOST_STEPS_A_CALL = 4000
_OTHERS_STAY = 60.0  # seconds: whoever takes every window for ever lets nobody through


class Story:
    """A scenario, played to its end; then its attributes say what has happened.

    Attributes:
        calls: Every call, in the order in which they began.
        waits: Every wait, likewise.
        tickets: The last ticket that each of them has slept on, by its number.
        avoidable: Requests that met a spent window although the budget knew so before they left.
        log: What happened, line by line; empty unless `narrating`.
    """

    def __init__(self, scenario: Scenario, *, narrating: bool = False) -> None:
        self.scenario = scenario
        self.narrating = narrating
        self.log: list[str] = []
        self.random = seeded(scenario.seed)
        self.clock = Clock()
        self.server = Server(scenario, self._now, self.random)
        self.calls: list[CallRecord] = []
        self.waits: list[WaitRecord] = []
        self.tickets: dict[int, Ticket] = {}
        self._shared = Shared(lambda: None)
        self.avoidable: list[int] = []
        self.epoch = 0  # counts how often the server's clock was set
        self._wall = EPOCH + scenario.local_skew - BEGINNING
        self._server_remaining: dict[
            int, tuple[float, int]
        ] = {}  # by reset: when the least rest was received, and that
        self._sent_at: dict[int, list[float]] = defaultdict(list)  # by reset: when our counted requests left
        self.budget = Budget(now=self._now, wall=self._wall_time)
        self._clients = [(traits, self._context(traits)) for traits in scenario.clients]

    def run(self) -> "Story":
        facts, clock = self.scenario, self.clock
        for _ in range(min(facts.workers, facts.calls)):
            clock.at(clock.now + self.random.random() * 0.05, self.next_call)
        for _ in range(min(facts.waiters, facts.waits)):
            clock.at(clock.now + self.random.random() * 5, self.next_wait)
        for after, by in facts.server_jumps:
            clock.at(BEGINNING + after, partial(self._jump, by))
        for after, by in facts.wall_jumps:
            clock.at(BEGINNING + after, partial(self._jump_here, by))
        for after, limit in facts.limits:
            clock.at(BEGINNING + after, partial(self._change_limit, limit))
        for after, seconds in facts.storms:
            clock.at(BEGINNING + after, partial(self._storm, seconds))
        if facts.others_every < math.inf:
            clock.at(clock.now + self.random.random(), self._somebody_else)
        clock.run(most=10_000 + _MOST_STEPS_A_CALL * (facts.calls + facts.waits))
        return self

    @property
    def elapsed(self) -> float:
        return max(call.ended for call in self.calls) - BEGINNING

    def next_call(self) -> None:
        number = len(self.calls)
        if number >= self.scenario.calls:
            return
        traits, context = self._clients[number % len(self._clients)]
        writes = self.random.random() < self.scenario.writes
        record = CallRecord(number, writes, traits, self.clock.now)
        self.calls.append(record)
        self.note(record, f"begins: a {'write' if writes else 'read'}")
        operation = Operation("simulated", "POST" if writes else "GET", f"/calls/{number}", _read)
        Worker(self, record, call(context, operation), self.next_call).begin()

    def next_wait(self) -> None:
        number = len(self.waits)
        if number >= self.scenario.waits:
            return
        traits, context = self._clients[number % len(self._clients)]
        ready_at = self.clock.now + self.random.uniform(*self.scenario.ready_after)
        record = WaitRecord(-1 - number, writes=False, client=traits, began=self.clock.now, ready_at=ready_at)
        self.waits.append(record)
        self.note(record, f"begins: a wait, until +{ready_at - BEGINNING:.1f} s")
        Worker(self, record, wait_for_row(self, context, record), self.next_wait).begin()

    def calls_queued(self) -> int:
        """How many calls are in the queue."""
        return sum(
            not self.tickets[call.number].granted
            for call in self.calls
            if math.isnan(call.ended) and call.number in self.tickets
        )

    def receive(self, call: CallRecord, left: float) -> ServerResponse | None:
        """Let a request arrive at the server, and judge whether it should have been sent."""
        server = self.server
        counted, spent = server.counted, server.spent
        response = server.respond(call.number)
        if call.client.paced and server.counted > counted:
            self._sent_at[server.reset].append(left)
        if self.narrating:
            self.note(call, f"{'arrives' if response else 'is dropped'}, slot {server.used}/{server.limit}")
        if call.client.paced and server.spent > spent and self._was_known(left):
            self.avoidable.append(call.number)
        return response

    def on_window(self, reset: int, rest: int, epoch: int) -> None:
        """Note what the budget has last learned of a window; a response of another time takes it back."""
        if epoch != self.epoch:
            self._server_remaining.clear()
        elif reset not in self._server_remaining or rest < self._server_remaining[reset][1]:
            self._server_remaining[reset] = (self.clock.now, rest)

    def note(self, call: CallRecord | None, what: str) -> None:
        if self.narrating:
            who = "" if call is None else f"call {call.number} "
            self.log.append(f"+{self.clock.now - BEGINNING:9.3f} s  {who}{what}")

    def _was_known(self, left: float) -> bool:
        """Whether what was learned last, less what was sent since, left no slot of this window."""
        reset = self.server.reset
        received, rest = self._server_remaining.get(reset, (math.inf, 0))
        return received <= left and rest <= sum(
            received <= departure <= left for departure in self._sent_at[reset]
        )

    def _context(self, traits: Traits) -> CallContext:
        options = ClientOptions(
            api_key=_KEY,
            base_url="https://api.example/api/v1",
            timeout=traits.timeout,
            deadline=traits.deadline,
            max_retries=traits.max_retries,
            rate_limit=traits.policy,
            backoff=traits.backoff,
        )
        return CallContext(
            options, self.budget if traits.paced else None, self._now, self._wall_time, _REDACT, self._shared
        )

    def _now(self) -> float:
        return self.clock.now

    def _wall_time(self) -> float:
        return self.clock.now + self._wall

    def _jump(self, by: float) -> None:
        self.note(None, f"the server's clock jumps by {by} s")
        self.server.jump(by)
        self.epoch += 1
        self._server_remaining.clear()  # of another time

    def _jump_here(self, by: float) -> None:
        self.note(None, f"the local wall clock jumps by {by} s")
        self._wall += by

    def _change_limit(self, limit: int) -> None:
        self.note(None, f"the limit becomes {limit}")
        self.server.limit = limit

    def _storm(self, seconds: float) -> None:
        self.note(None, f"for {seconds} s everything is refused")
        self.server.storms_until = self.clock.now + seconds

    def _somebody_else(self) -> None:
        """Send a request with the same key, as another process does, until the story is well under way."""
        self.server.admit()
        if self.clock.now < BEGINNING + _OTHERS_STAY:
            pause = self.random.expovariate(1 / self.scenario.others_every)
            self.clock.at(self.clock.now + pause, self._somebody_else)


def _read(answer: WireResponse) -> int:
    return int(answer.body)


def play(scenario: Scenario, *, narrating: bool = False) -> Story:
    return Story(scenario, narrating=narrating).run()
