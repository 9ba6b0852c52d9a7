"""One budget without a server: the test sets its clock and its responses."""

from collections.abc import Mapping
from datetime import UTC, datetime

from support.wire import date, response, window

from pandocast_sdk._core.protocol import FailureKind
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket

EPOCH = 1_774_000_000  # the server's time at the clock's zero, in seconds since 1970
RESET = EPOCH + 60
LATENCY = 0.1

UNSENT = [FailureKind.NOT_CONNECTED, FailureKind.CONNECT_TIMEOUT, FailureKind.POOL_TIMEOUT]


class BudgetDriver:
    """A budget, with a clock that the test sets and a server whose clock shows `EPOCH` more."""

    def __init__(self, wall: float = EPOCH) -> None:
        self.now = 0.0
        self.budget = Budget(now=lambda: self.now, wall=lambda: wall + self.now)

    def enqueue(self, count: int = 1) -> list[Ticket]:
        """Queue `count` calls, each of which polls once."""
        tickets = [self.budget.enqueue() for _ in range(count)]
        for ticket in tickets:
            self.budget.poll(ticket)
        return tickets

    def delay(self, ticket: Ticket) -> Delay:
        delay = self.budget.poll(ticket)
        assert isinstance(delay, Delay)
        return delay

    def respond(
        self,
        headers: Mapping[str, object],
        *,
        status: int = 200,
        sent: float | None = None,
        server: float | None = None,
    ) -> None:
        """End a granted request: its response arrives now, dated by the server's clock."""
        began = self.now - LATENCY if sent is None else sent
        dated = {**date(EPOCH + self.now if server is None else server), **headers}
        self.budget.on_outcome(response(status, headers=dated, sent=began, received=self.now))

    def learn(self, remaining: int = 99, reset: int = RESET, *, limit: int = 100) -> None:
        """One call makes the window known."""
        (ticket,) = self.enqueue()
        assert ticket.granted
        self.now += LATENCY
        self.respond(window(remaining, reset, limit=limit))

    @property
    def remaining(self) -> int | None:
        return self.budget.state.remaining

    def at_rest(self) -> bool:
        return self.budget._in_flight == 0 and not self.budget._queue


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def granted(tickets: list[Ticket]) -> int:
    return sum(ticket.granted for ticket in tickets)
