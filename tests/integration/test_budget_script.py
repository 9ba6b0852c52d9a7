"""The script decides as the budget in memory does: the same stories, played to both, on a real Valkey."""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from random import Random
from typing import Any

import pytest
from redis import Redis
from support.valkey_store import running_valkey
from support.wire import NO_RESPONSE, date, failure, response, window

from pandocast_sdk._core.protocol import UNSENT, Failure, Outcome, WireResponse
from pandocast_sdk._core.rate_limit.budget import LEARNING_SECONDS, Budget
from pandocast_sdk._core.rate_limit.budget_store import (
    BlockReport,
    Report,
    ResponseReport,
    StoreQuery,
    StoreReply,
    parse_reply,
    script,
)
from pandocast_sdk._core.rate_limit.headers import rate_headers
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket

STORES_CLOCK = "local clock = redis.call('TIME')\nlocal now = clock[1] + clock[2] / 1000000\n"
SEEDS, LENGTH = 30, 200
ACTS = ("enqueue", "enqueue", "pass", "answer", "answer", "answer", "fail", "block", "poll", "poll", "wait")
POLLING = "a"
EPOCH = 1_774_000_000.0
KEY = "budget"


@pytest.fixture(scope="module")
def valkey() -> "Iterator[Redis]":
    with running_valkey() as store, store.redis() as redis:
        yield redis


def ask(
    valkey: "Redis", query: StoreQuery, now: float, *, transit: float = 0.0, travelled: float = 0.0
) -> StoreReply:
    """Ask as the driver does, at a time that the test sets; it may have travelled for up to `transit`."""
    decisions = script()
    assert decisions.count(STORES_CLOCK) == 1
    timed = decisions.replace(STORES_CLOCK, "local now = tonumber(ARGV[2])\n")
    reply: Any = valkey.eval(timed, 1, KEY, query.to_json(now, transit=transit), repr(now + travelled))
    return parse_reply(reply)


class Play:
    """One story, played to a budget in memory and, by two processes in turns, to the script."""

    def __init__(self, valkey: "Redis", limit: int) -> None:
        valkey.flushall()
        self.valkey = valkey
        self.limit = limit
        self.now = EPOCH
        self.budget = Budget(now=lambda: self.now, wall=lambda: self.now)
        self.queue: list[Ticket] = []
        self.in_flight = {"a": 0, "b": 0}
        self.waits = ExitStack()

    def wait(self, *, begins: bool) -> None:
        """Begin a wait, or end all of them."""
        if begins:
            self.waits.enter_context(self.budget.waiting())
        else:
            self.waits.close()

    def act(self, process: str, act: str, amount: int) -> None:
        reports: list[Report] = []
        if act == "enqueue":
            self.queue += [self.budget.enqueue() for _ in range(amount % 8)]
        elif act == "poll":
            self.queue += [self.budget.enqueue(polls=True) for _ in range(amount % 3)]
        elif act == "wait":
            self.wait(begins=amount % 3 > 0)
        elif act == "pass":
            self.now += amount / 8
        elif act == "block":
            self.budget.block(self.now + amount / 8)
            reports.append(BlockReport(self.now + amount / 8))
        elif self.in_flight[process]:
            self.in_flight[process] -= 1
            outcome = self.outcome(act, amount)
            self.budget.on_outcome(outcome)
            reports.append(as_report(outcome))
        self.compare(process, reports)

    def outcome(self, act: str, amount: int) -> Outcome:
        if act == "fail":
            return [*map(failure, NO_RESPONSE), None][amount % 7]
        headers = window(amount % self.limit, self.reset(amount), limit=self.limit)
        skew = 7200 * (amount % 23 == 0) - 200_000 * (amount % 29 == 0)
        dated = {} if amount % 11 == 0 else date(self.now + (amount % 4) - 1 + skew)
        if amount % 13 == 0:
            dated["Retry-After"] = 3
        sent = {} if amount % 17 == 0 else headers
        status = 429 if amount % 5 == 0 else 500 if amount % 7 == 0 else 200
        latency = (amount % 9) / 8
        return response(status, headers={**sent, **dated}, sent=self.now - latency - 0.125, received=self.now)

    def reset(self, amount: int) -> int:
        if amount % 19 == 0:
            return int(self.now) + 200_000
        return (int(self.now) // 10 + 1 - (amount % 6 == 0)) * 10

    def compare(self, process: str, reports: list[Report]) -> None:
        calls, polls = self.lanes()
        # Each process has a slot for polls: only one of them polls here, as there is one budget in memory.
        waits = process == POLLING and self.budget._queue.waits > 0
        assert (
            self.budget.state is not None
        )  # which opens the next window when it is time, as the script does
        for ticket in self.queue:
            self.budget.poll(ticket)
        query = StoreQuery(process, reports, self.in_flight[process], 1e6, calls, calls, polls, waits)
        reply = ask(self.valkey, query, self.now)
        self.in_flight[process] += reply.granted + reply.granted_polls
        self.queue = [ticket for ticket in self.queue if not ticket.granted]
        left = self.lanes()
        assert (reply.granted, reply.granted_polls) == (calls - left[0], polls - left[1])
        assert self.budget._in_flight == sum(self.in_flight.values())
        assert (reply.limit, reply.remaining, reply.reset) == (
            self.budget._limit,
            max(0, self.budget._slots()),
            self.budget._reset,
        )
        assert math.isclose(reply.server_time, self.budget.server_time(), abs_tol=1e-5)
        delay = self.budget.poll(self.queue[0]) if self.queue else None
        if isinstance(delay, Delay):
            assert reply.delay is not None
            assert (reply.delay.reason, reply.delay.reset) == (delay.reason, delay.reset)
            assert math.isclose(reply.delay.seconds, delay.seconds, abs_tol=1e-5)
        else:
            assert reply.delay is None

    def lanes(self) -> tuple[int, int]:
        """How many calls wait, and how many polls."""
        polls = sum(ticket.polls for ticket in self.queue)
        return len(self.queue) - polls, polls


def as_report(outcome: Outcome) -> Report:
    if isinstance(outcome, WireResponse):
        reading = rate_headers(outcome)
        return ResponseReport(outcome.status, reading, outcome.sent, outcome.received)
    return "unsent" if isinstance(outcome, Failure) and outcome.kind in UNSENT else "lost"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_script_decides_as_the_budget_in_memory_does(valkey: "Redis", seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a story has to come again
    play = Play(valkey, limit=random.choice((1, 2, 5, 30)))
    for _ in range(LENGTH):
        act = random.choice(ACTS)
        process = POLLING if act in {"poll", "wait"} or play.lanes()[1] else random.choice("ab")
        play.act(process, act, random.randrange(40 if act == "block" else 1000))
        play.now += 0.125


def query(
    process: str,
    reports: Sequence[Report],
    in_flight: int,
    *,
    wanted: int = 0,
    polls: int = 0,
    waits: bool = False,
) -> StoreQuery:
    return StoreQuery(process, reports, in_flight, 30, wanted, wanted, polls, waits)


def learned(valkey: "Redis", *, limit: int = 10, reset: float = EPOCH + 20) -> None:
    """One call of a process makes the window known, and nothing is in flight."""
    valkey.flushall()
    assert ask(valkey, query("first", [], 0, wanted=1), EPOCH).granted == 1
    first = response(headers={**window(limit - 1, int(reset), limit=limit), **date(EPOCH)})
    report = ResponseReport(200, rate_headers(first), EPOCH, EPOCH + 0.125)
    ask(valkey, query("first", [report], 0, wanted=0), EPOCH + 0.125)


def test_what_a_dead_process_had_in_flight_counts_for_its_lease_and_no_longer(valkey: "Redis") -> None:
    learned(valkey)
    assert ask(valkey, query("dead", [], 0, wanted=4), EPOCH + 1).granted == 4
    edge = EPOCH + 21.5
    assert ask(valkey, query("living", [], 0, wanted=10), edge).granted == 6
    # Nobody has response of the next reset, and of those in flight none is heard of any more.
    late = EPOCH + 31.5
    assert ask(valkey, query("living", ["lost"] * 6, 0, wanted=10), late).granted == 1


def test_when_the_first_process_dies_another_asks_after_a_second(valkey: "Redis") -> None:
    valkey.flushall()
    assert ask(valkey, query("dead", [], 0, wanted=1), EPOCH).granted == 1
    waits = ask(valkey, query("living", [], 0, wanted=5), EPOCH + 0.5)
    assert waits.granted == 0
    assert waits.delay is not None
    assert waits.delay.reason == "learning"
    assert waits.delay.seconds < LEARNING_SECONDS
    assert ask(valkey, query("living", [], 0, wanted=5), EPOCH + 1).granted == 1
    assert ask(valkey, query("living", [], 1, wanted=5), EPOCH + 1.5).granted == 0
    assert ask(valkey, query("living", [], 1, wanted=5), EPOCH + 2).granted == 1


def test_a_stores_clock_that_is_set_back_does_not_make_the_first_answer_be_waited_for_long(
    valkey: "Redis",
) -> None:
    valkey.flushall()
    ask(valkey, query("first", [], 0, wanted=1), EPOCH)
    waits = ask(valkey, query("second", [], 0, wanted=1), EPOCH - 7200)
    assert waits.delay is not None
    assert waits.delay.seconds < 2 * LEARNING_SECONDS


def test_a_question_that_was_long_on_its_way_does_not_contradict_what_is_known(valkey: "Redis") -> None:
    learned(valkey)
    first = response(headers={**window(8, int(EPOCH + 20), limit=10), **date(EPOCH + 9)})
    report = ResponseReport(200, rate_headers(first), EPOCH + 9.75, EPOCH + 9.875)
    late = ask(valkey, query("late", [report], 0, wanted=0), EPOCH + 9.875, transit=1.0, travelled=0.95)
    assert late.server_time > EPOCH + 9.875 + 0.95 - 0.2


def test_each_process_that_waits_has_a_slot_of_the_window_for_its_polls(valkey: "Redis") -> None:
    learned(valkey)
    for name in ("one", "other"):
        assert ask(valkey, query(name, [], 0, waits=True), EPOCH + 1).granted == 0
    assert ask(valkey, query("third", [], 0, wanted=9), EPOCH + 1).granted == 7
    for name in ("one", "other"):
        crowd = query(name, [], 0, wanted=3, polls=2, waits=True)
        reply = ask(valkey, crowd, EPOCH + 2)
        assert (reply.granted, reply.granted_polls) == (0, 1)


def test_a_kept_slot_is_free_once_the_process_waits_no_more(valkey: "Redis") -> None:
    learned(valkey)
    ask(valkey, query("waiting", [], 0, waits=True), EPOCH + 1)
    assert ask(valkey, query("calling", [], 0, wanted=9), EPOCH + 2).granted == 8
    ask(valkey, query("waiting", [], 0), EPOCH + 3)
    assert ask(valkey, query("calling", [], 8, wanted=1), EPOCH + 4).granted == 1


def test_a_process_that_dies_while_it_waits_keeps_its_slot_for_its_lease(valkey: "Redis") -> None:
    learned(valkey, reset=EPOCH + 100)
    ask(valkey, query("dead", [], 0, waits=True), EPOCH + 1)
    assert ask(valkey, query("calling", [], 0, wanted=9), EPOCH + 30).granted == 8
    assert ask(valkey, query("calling", [], 8, wanted=1), EPOCH + 31.5).granted == 1


def test_a_process_whose_poll_has_gone_has_no_other_slot_in_that_window_if_it_waits_anew(
    valkey: "Redis",
) -> None:
    learned(valkey)
    assert ask(valkey, query("one", [], 0, polls=1, waits=True), EPOCH + 1).granted_polls == 1
    ask(valkey, query("one", ["lost"], 0), EPOCH + 2)
    again = ask(valkey, query("one", [], 0, wanted=9, polls=1, waits=True), EPOCH + 3)
    assert (again.granted, again.granted_polls) == (8, 0)


def test_however_many_processes_wait_calls_have_half_of_the_window(valkey: "Redis") -> None:
    learned(valkey)
    ask(valkey, query("first", [], 0), EPOCH + 21.5)
    names = [f"p{number}" for number in range(12)]
    for name in names:
        ask(valkey, query(name, [], 0, waits=True), EPOCH + 22)
    assert ask(valkey, query("calling", [], 0, wanted=2), EPOCH + 23).granted == 2
    crowds = [StoreQuery(name, [], 0, 30, 0, queued=1, wanted_polls=1, waits=True) for name in names]
    granted = [ask(valkey, crowd, EPOCH + 24).granted_polls for crowd in crowds]
    assert granted == [1] * 5 + [0] * 7
    assert ask(valkey, query("calling", [], 2, wanted=9), EPOCH + 25).granted == 3


def test_polls_that_have_had_their_slot_wait_until_no_more_calls_are_queued(valkey: "Redis") -> None:
    learned(valkey)
    few = StoreQuery("one", [], 0, 30, wanted=2, queued=5, wanted_polls=3, waits=True)
    reply = ask(valkey, few, EPOCH + 1)
    assert (reply.granted, reply.granted_polls, reply.delay) == (2, 1, None)
    few = StoreQuery("one", [], 3, 30, wanted=3, queued=3, wanted_polls=2, waits=True)
    reply = ask(valkey, few, EPOCH + 1)
    assert (reply.granted, reply.granted_polls, reply.delay) == (3, 2, None)


def test_everything_that_is_kept_has_an_end(valkey: "Redis") -> None:
    learned(valkey, reset=EPOCH + 5000)
    ask(valkey, query("a", [BlockReport(EPOCH + 9000)], 0, wanted=3), EPOCH + 1)
    assert [valkey.type(key) for key in valkey.scan_iter()] == [b"hash"]
    assert 9000 < float(str(valkey.ttl(KEY))) < 9000 + 2 * 3600
