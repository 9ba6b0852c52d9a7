"""What one story is about: the key's clients, the server, the network, and everything that goes wrong."""

import math
from dataclasses import dataclass, field
from random import Random

from tenacity.wait import wait_base, wait_exponential

from pandocast_sdk.options import RateLimitPolicy

WAIT = RateLimitPolicy()
BACKOFF = wait_exponential(multiplier=0.5, max=8)  # without jitter: a story has to come again


def seeded(seed: int | str) -> Random:
    return Random(seed)  # noqa: S311 - stories have to come again, and guard nothing


@dataclass(frozen=True, kw_only=True)
class Traits:
    """One client of the key."""

    timeout: float = 30.0
    deadline: float | None = None
    max_retries: int = 2
    policy: RateLimitPolicy = WAIT
    backoff: wait_base = BACKOFF

    @property
    def paced(self) -> bool:
        return self.policy.mode != "off"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The facts of one story; times are in seconds, chances from 0 to 1.

    A request can meet, in this order: a busy pool, no connection, a drop before the server counts it, the
    window, a storm of refusals, a failure before it is carried out, a drop or a failure after.
    """

    seed: int | str = 0
    # who calls
    workers: int = 10
    calls: int = 200
    writes: float = 0.5
    clients: tuple[Traits, ...] = (Traits(),)
    cancel: float = 0.0
    cancel_after: float = 10.0  # on average
    others_every: float = math.inf
    # who waits: each polls until its row is ready, after some seconds
    waiters: int = 0
    waits: int = 0
    ready_after: tuple[float, float] = (0.0, 30.0)
    # the server's window, and what becomes of it: (after, new value)
    limit: int = 100
    window: int = 60
    limits: tuple[tuple[float, int], ...] = ()
    storms: tuple[tuple[float, float], ...] = ()  # (after, how long): every request is refused
    # the clocks
    server_skew: float = 0.0
    local_skew: float = 0.0
    server_jumps: tuple[tuple[float, float], ...] = ()
    wall_jumps: tuple[tuple[float, float], ...] = ()
    # the network
    latency: tuple[float, float] = (0.02, 0.2)
    thinking: tuple[float, float] = (0.0, 0.0)
    pool_busy: float = 0.0
    refuse_connection: float = 0.0
    drop_before: float = 0.0
    drop_after: float = 0.0
    too_large: float = 0.0
    # what the server answers
    tells_window: bool = True
    tells_date: bool = True
    date_lag: tuple[float, float] = (0.0, 0.0)
    retry_after: tuple[str, ...] = ()  # of `seconds`, `date`: the ways in which a refusal names its time
    refuse_at_random: float = 0.0
    reject: float = 0.0  # a 4xx that is final
    fail_before: float = 0.0
    fail_after: float = 0.0
    gateway: float = 0.0  # how many failures are pages of a gateway, without the server's headers
    portal: float = 0.0  # a page of somebody else, with a 200
    lies: float = 0.0  # answers whose headers are twisted

    @property
    def timely(self) -> bool:
        """Whether a client can know what the server's moments mean."""
        clocks_agree = self.server_skew == self.local_skew == 0 and not self.server_jumps
        return self.tells_date or clocks_agree

    @property
    def sharp(self) -> bool:
        """Whether one response shows the server's time to a second."""
        return self.timely and self.thinking[1] == 0 and self.date_lag[1] == 0

    @property
    def truthful(self) -> bool:
        """Whether a client that listens can know of every window that the server has said to be spent."""
        # A small jump looks like hosts that differ, and so does any within what one slow response shows.
        jumps_show = not self.server_jumps or (self.sharp and min(abs(by) for _, by in self.server_jumps) > 3)
        return self.tells_window and self.timely and jumps_show and not self.lies and self.date_lag[1] < 2

    @property
    def alone(self) -> bool:
        """Whether nobody else moves the window, so that its state follows from the answers that come."""
        unmoved = not self.limits and not self.storms and not self.server_jumps and not self.refuse_at_random
        return unmoved and self.others_every == math.inf and all(client.paced for client in self.clients)

    @property
    def lossless(self) -> bool:
        """Whether the answer to every request that the server has counted comes back, with its headers."""
        patient = all(client.timeout >= 30 and client.deadline is None for client in self.clients)
        lost = self.drop_after or self.too_large or self.gateway or self.portal or self.cancel
        return patient and not lost and self._longest < 30

    @property
    def learnable(self) -> bool:
        """Whether an answer comes before those that ask for the limit, one a second, have spent a window."""
        return self._longest < self.limit

    @property
    def _longest(self) -> float:
        """The most seconds that an answer takes."""
        return self.latency[1] + self.thinking[1]


@dataclass
class Sent:
    """One attempt of a call: when it was sent, and what came of it (a status, or the kind of failure)."""

    at: float
    outcome: int | str | None = None
    received: float = math.nan
    wait: float | None = None  # the seconds of an honest `Retry-After`
    wait_at_most: float | None = None  # the same, by the whole seconds of a `Date`
    names_no_time: bool = False  # a 429 that says in no way when to come back
    until_reset: float = math.nan  # the true seconds, when it came, to the reset that it names
    came_late: bool = False  # the window that it names was over by then, or the clock was set
    twisted: bool = False
    then_paused: bool = False  # afterwards the call paused by itself, outside the queue
    passed_by: int = 0  # calls that were in the queue when it was sent


@dataclass
class CallRecord:
    """What became of one call."""

    number: int
    writes: bool
    client: Traits
    began: float
    ended: float = math.nan
    attempts: list[Sent] = field(default_factory=list)
    steps: int = 0  # in the second that the call is in
    second: int = -1
    most_steps: int = 0  # in any second
    longest_wait: float = 0.0  # for a window
    result: int | None = None
    cancelled: bool = False
    error: Exception | None = None

    @property
    def first_sent(self) -> float:
        return self.attempts[0].at if self.attempts else math.nan


@dataclass
class WaitRecord(CallRecord):
    """What became of one wait; its attempts are the polls that it led."""

    ready_at: float = math.inf
