"""What the tests of the SDK's core send to a plan: responses, failures, and the context of a client."""

import json
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from typing import TypeVar

from tenacity.wait import wait_none

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.failure_table import FAILURES
from pandocast_sdk._core.protocol import (
    Failure,
    FailureKind,
    Load,
    Outcome,
    Plan,
    Send,
    Sleep,
    Step,
    WireResponse,
)
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.redaction import Redactor
from pandocast_sdk.errors import APIStatusError
from pandocast_sdk.options import ClientOptions, RateLimitPolicy

T = TypeVar("T")

KEY = "pk_test_s3cret"
BASE_URL = "https://api.example/api/v1"

NO_LIMIT = RateLimitPolicy("off")

NO_RESPONSE = [kind for kind, row in FAILURES.items() if not issubclass(row.error, APIStatusError)]
"""The kinds of failure in which no complete response came: those a driver hands to a plan."""


def response(
    status: int = 200,
    body: object = b"{}",
    headers: Mapping[str, object] | Sequence[tuple[str, object]] = (),
    *,
    sent: float = 0.0,
    received: float = 0.0,
) -> WireResponse:
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    raw = [(name.encode(), str(value).encode("latin-1")) for name, value in pairs]
    return WireResponse(
        status, raw, body if isinstance(body, bytes) else json.dumps(body).encode(), sent, received
    )


def window(remaining: object, reset: object, *, limit: object = 100) -> dict[str, object]:
    """The three headers of the rate limit."""
    return {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}


def date(moment: float) -> dict[str, object]:
    return {"Date": formatdate(moment, usegmt=True)}


def failure(kind: FailureKind) -> Failure:
    return Failure(kind, OSError(kind.name))


def context(
    *,
    now: Callable[[], float] = lambda: 0.0,
    wall: Callable[[], float] = lambda: 0.0,
    budget: Budget | None = None,
    timeout: float = 30.0,
    deadline: float | None = None,
    max_retries: int = 2,
    policy: RateLimitPolicy = NO_LIMIT,
) -> CallContext:
    options = ClientOptions(
        api_key=KEY,
        base_url=BASE_URL,
        timeout=timeout,
        deadline=deadline,
        max_retries=max_retries,
        rate_limit=policy,
        backoff=wait_none(),
    )
    return CallContext(options, budget, now, wall, Redactor(KEY))


class Player:
    """Carries plans out, one at a time, in virtual time: a sleep only moves the clock on."""

    def __init__(self, *, now: float = 1000.0) -> None:
        self.now = now
        self.steps: list[Step] = []

    @property
    def sends(self) -> list[Send]:
        return [step for step in self.steps if isinstance(step, Send)]

    @property
    def slept(self) -> list[float]:
        return [step.seconds for step in self.steps if isinstance(step, Sleep)]

    def play(self, plan: Plan[T], respond: Callable[[Send], Outcome]) -> T:
        """Play one plan to its end, with the outcomes of `respond`."""
        outcome: Outcome = None
        while True:
            try:
                step = plan.send(outcome)
            except StopIteration as stop:
                result: T = stop.value
                return result
            outcome = None
            if isinstance(step, Load):
                step.load()
                continue
            self.steps.append(step)
            assert len(self.steps) < 10_000, "a busy loop"
            if isinstance(step, Send):
                outcome = respond(step)
            else:
                assert isinstance(step, Sleep), "nothing to consult"
                self.now += step.seconds
                outcome = None


def one_after_the_other(outcomes: Sequence[Outcome]) -> Callable[[Send], Outcome]:
    """Respond with these, in this order, and with no more than these."""
    left = iter(outcomes)
    return lambda _send: next(left)
