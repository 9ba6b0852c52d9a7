"""A made-up server: one fixed window a key, and all the ways to answer, or not to."""

import math
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from random import Random
from typing import NamedTuple

from simulation.clock import BEGINNING, EPOCH
from simulation.lies import RawHeaders, twist
from simulation.scenario import Scenario

GATEWAY_PAGE = b"<html><h1>Bad Gateway</h1></html>"


class ServerResponse(NamedTuple):
    """One answer, and what is true of it.

    Attributes:
        status: Its status.
        headers: Its headers, perhaps twisted.
        body: Its body.
        window: The reset and the rest of the window that it names; None where it names none, or not truly.
        wait: The seconds of its honest `Retry-After`.
        wait_at_most: The same, as a client reads it that has only whole seconds of a `Date` to go by.
        names_no_time: Whether it is a 429 without any time to come back.
        twisted: Whether its headers lie, or cannot be understood.
    """

    status: int
    headers: RawHeaders
    body: bytes
    window: tuple[int, int] | None = None
    wait: float | None = None
    wait_at_most: float | None = None
    names_no_time: bool = False
    twisted: bool = False


class Server:
    """Counts requests in windows that open with a request and end on a whole second.

    Attributes:
        acted: How often each call was carried out.
        counted: Requests that had a slot of a window.
        windows: Windows that were opened.
        refusals: Answers of 429, whatever the reason.
        spent: Those for which the window was the reason.
    """

    def __init__(self, scenario: Scenario, now: Callable[[], float], random: Random) -> None:
        self.acted: Counter[int] = Counter()
        self.counted = self.windows = self.refusals = self.spent = 0
        self.reset, self.used = -1, 0
        self.limit = scenario.limit
        self.storms_until = 0.0
        self._story = scenario
        self._now = now
        self._offset = EPOCH + scenario.server_skew - BEGINNING
        self._random = random

    def time(self) -> float:
        return self._now() + self._offset

    def jump(self, by: float) -> None:
        self._offset += by

    def admit(self) -> bool:
        """Count one request; False when the window is spent."""
        now = self.time()
        if now >= self.reset:
            self.reset, self.used = math.floor(now) + self._story.window, 0
            self.windows += 1
        if self.used >= self.limit:
            return False
        self.used += 1
        self.counted += 1
        return True

    def respond(self, call: int) -> ServerResponse | None:
        """Answer one request; None when the connection is dropped."""
        if self._happens(self._story.drop_before):
            return None
        if not self.admit():
            self.spent += 1
            return self._refuse()
        return self._reject() or self._act(call)

    def _reject(self) -> ServerResponse | None:
        """Answer a request that has its slot and is not carried out all the same."""
        story = self._story
        if self._now() < self.storms_until or self._happens(story.refuse_at_random):
            return self._refuse()
        if self._happens(story.reject):
            return self._respond_with(self._random.choice((400, 401, 403, 404, 409, 422, 302)))
        if self._happens(story.portal):
            return ServerResponse(200, [], GATEWAY_PAGE)
        return self._fail((408, 500, 502, 503)) if self._happens(story.fail_before) else None

    def _act(self, call: int) -> ServerResponse | None:
        self.acted[call] += 1
        if self._happens(self._story.drop_after):
            return None
        if self._happens(self._story.fail_after):
            return self._fail((500, 503, 504))
        return self._respond_with(self._random.choice((200, 201, 202)), b"%d" % call)

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._random.random() < chance

    def _refuse(self) -> ServerResponse:
        self.refusals += 1
        way = self._random.choice(self._story.retry_after) if self._story.retry_after else ""
        return self._respond_with(429, retry_after=way)

    def _fail(self, statuses: tuple[int, ...]) -> ServerResponse:
        status = self._random.choice(statuses)
        if status != 408 and self._happens(self._story.gateway):
            return ServerResponse(status, [], GATEWAY_PAGE)
        way = self._random.choice((*self._story.retry_after, "")) if status == 503 else ""
        return self._respond_with(status, retry_after=way)

    def _respond_with(self, status: int, body: bytes = b"{}", *, retry_after: str = "") -> ServerResponse:
        story, now = self._story, self.time()
        given: RawHeaders = []
        window = None
        if story.tells_window:
            rest = max(0, self.limit - self.used)
            window = (self.reset, rest)
            given.append((b"X-RateLimit-Limit", b"%d" % self.limit))
            given.append((b"X-RateLimit-Remaining", b"%d" % rest))
            given.append((b"X-RateLimit-Reset", b"%d" % self.reset))
        dated = int(now - self._random.uniform(*story.date_lag)) if story.tells_date else None
        if dated is not None:
            given.append((b"Date", http_date(dated)))
        wait, at_most = None, None
        if retry_after:
            wait = max(1, math.ceil(self.reset - now))
            value, at_most = b"%d" % wait, wait
            if retry_after == "date":
                moment = math.ceil(now) + wait
                value, at_most = http_date(moment), None if dated is None else moment - dated
            given.append((b"Retry-After", value))
        if self._happens(story.lies):
            return ServerResponse(status, twist(given, self._random, now), body, twisted=True)
        in_seconds = wait if retry_after == "seconds" or dated is not None else None
        names_no_time = status == 429 and not (window or wait)
        # A moment is read against a `Date`, and is as vague as that.
        vague = not story.timely or (retry_after == "date" and story.date_lag[1] > 0)
        return ServerResponse(status, given, body, window, in_seconds, at_most, names_no_time, vague)


@lru_cache(maxsize=4096)
def http_date(moment: int) -> bytes:
    return formatdate(moment, usegmt=True).encode()
