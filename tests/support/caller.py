"""One client of the core in virtual time, to try calls on."""

import json
from collections.abc import Callable
from math import inf

import pytest
from support.wire import Player, context, date, one_after_the_other, response, window

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.protocol import Outcome, Send, WireResponse
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.options import RateLimitPolicy

EPOCH = 1_774_000_000


def read_json(response: WireResponse) -> object:
    return json.loads(response.body)


READ = Operation("read_thing", "GET", "/things/1", read_json, "limit=1")
WRITE = Operation("make_thing", "POST", "/things", read_json, body=b'{"a":1}')
BOTH = pytest.mark.parametrize("operation", [READ, WRITE], ids=["read", "write"])
OK = response(200, {"done": True})


class Caller(Player):
    """One client: a player with context, and a budget unless the policy is off."""

    def __init__(
        self,
        policy: RateLimitPolicy | None = None,
        *,
        max_retries: int = 2,
        deadline: float | None = None,
        timeout: float = 30.0,
    ) -> None:
        super().__init__()
        policy = policy or RateLimitPolicy()
        self.budget = Budget(now=lambda: self.now, wall=lambda: EPOCH - 1000 + self.now)
        self.context: CallContext = context(
            now=lambda: self.now,
            wall=lambda: EPOCH - 1000 + self.now,
            budget=None if policy.mode == "off" else self.budget,
            policy=policy,
            max_retries=max_retries,
            deadline=deadline,
            timeout=timeout,
        )

    def call(
        self,
        operation: Operation[object],
        outcomes: list[Outcome] | Callable[[Send], Outcome],
        *,
        expires: float = inf,
    ) -> object:
        respond = one_after_the_other(outcomes) if isinstance(outcomes, list) else outcomes
        try:
            return self.play(call(self.context, operation, expires=expires), respond)
        finally:
            self.assert_idle()

    def assert_idle(self) -> None:
        assert self.budget._in_flight == 0, "a slot leaked"
        assert not self.budget._queue, "a ticket stayed in the queue"

    def response(self, status: int, headers: dict[str, object], *, takes: float = 0.1) -> WireResponse:
        """A response that arrives now, dated by the server's clock."""
        self.now += takes
        dated = {**date(EPOCH - 1000 + self.now), **headers}
        return response(
            status, {"error": "no", "code": "no"}, dated, sent=self.now - takes, received=self.now
        )

    def later(self, seconds: float, outcome: Outcome) -> Callable[[Send], Outcome]:
        """An outcome after some time."""

        def respond(_send: Send) -> Outcome:
            self.now += seconds
            return outcome

        return respond


def spend(caller: Caller, *, reset: int = EPOCH + 30) -> None:
    """Make the caller know that its window is spent."""
    caller.call(READ, lambda _send: caller.response(200, window(0, reset)))
    caller.steps.clear()
