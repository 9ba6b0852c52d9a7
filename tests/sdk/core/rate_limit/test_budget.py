"""The budget of one key: who may send, how long the others wait, and that no place is ever lost."""

from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.wire import NO_RESPONSE, answer, date, failure, window

from pandocast_sdk._core.protocol import FailureKind
from pandocast_sdk._core.rate_limit.budget import LEARNING_SECONDS, Budget
from pandocast_sdk._core.rate_limit.headers import seconds_until_allowed
from pandocast_sdk._core.rate_limit.tickets import Delay, Ticket

EPOCH = 1_774_000_000  # the server's time at the clock's zero, in seconds since 1970
RESET = EPOCH + 60
LATENCY = 0.1

UNSENT = [FailureKind.NOT_CONNECTED, FailureKind.CONNECT_TIMEOUT, FailureKind.POOL_TIMEOUT]


class Office:
    """A budget, with a clock that the test sets and a server whose clock shows `EPOCH` more."""

    def __init__(self, wall: float = EPOCH) -> None:
        self.now = 0.0
        self.budget = Budget(now=lambda: self.now, wall=lambda: wall + self.now)

    def join(self, count: int = 1) -> list[Ticket]:
        """Join the line as `count` callers, each of whom asks whether it is granted."""
        tickets = [self.budget.join() for _ in range(count)]
        for ticket in tickets:
            self.budget.delay(ticket)
        return tickets

    def delay(self, ticket: Ticket) -> Delay:
        delay = self.budget.delay(ticket)
        assert isinstance(delay, Delay)
        return delay

    def answered(
        self,
        headers: Mapping[str, object],
        *,
        status: int = 200,
        sent: float | None = None,
        server: float | None = None,
    ) -> None:
        """A granted request is over: its answer arrives now, dated by the server's clock."""
        began = self.now - LATENCY if sent is None else sent
        dated = {**date(EPOCH + self.now if server is None else server), **headers}
        self.budget.settle(answer(status, headers=dated, sent=began, received=self.now))

    def learn(self, remaining: int = 99, reset: int = RESET, *, limit: int = 100) -> None:
        """One call makes the window known."""
        (ticket,) = self.join()
        assert ticket.granted
        self.now += LATENCY
        self.answered(window(remaining, reset, limit=limit))

    @property
    def remaining(self) -> int | None:
        return self.budget.state.remaining

    def at_rest(self) -> bool:
        return self.budget._in_flight == 0 and not self.budget._line


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def granted(tickets: list[Ticket]) -> int:
    return sum(ticket.granted for ticket in tickets)


def test_a_fresh_budget_lets_one_through_and_the_rest_wait_for_its_answer() -> None:
    office = Office()
    tickets = office.join(5)
    assert [ticket.granted for ticket in tickets] == [True, False, False, False, False]
    assert office.delay(tickets[1]).reason == "learning"
    office.now += LATENCY
    office.answered(window(99, RESET))
    assert granted(tickets) == 5
    assert office.remaining == 95


@pytest.mark.parametrize("trouble", NO_RESPONSE)
def test_when_the_first_fails_the_next_one_asks(trouble: FailureKind) -> None:
    office = Office()
    tickets = office.join(3)
    office.budget.settle(failure(trouble))
    assert granted(tickets) == 2


def test_when_the_first_is_cancelled_the_next_one_asks() -> None:
    office = Office()
    tickets = office.join(3)
    office.budget.settle(None)
    assert granted(tickets) == 2


def test_while_the_first_response_is_awaited_one_more_goes_each_second() -> None:
    office = Office()
    tickets = office.join(4)
    assert LEARNING_SECONDS == 1
    for sent in (1, 2, 3):
        assert granted(tickets) == sent
        assert 1 <= office.delay(tickets[3]).seconds < 1.1
        office.now += 1.0
        for ticket in tickets:
            office.budget.delay(ticket)
    assert granted(tickets) == 4


def test_a_slow_first_response_has_nobody_refused() -> None:
    office = Office()
    tickets = office.join(100)
    office.now = 1.5
    for ticket in tickets:
        office.budget.delay(ticket)
    office.now = 1.9
    office.answered(window(9, RESET, limit=10), sent=0.0)
    assert granted(tickets) == 10


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_gateways_page_does_not_say_that_the_service_counts_nothing(status: int) -> None:
    office = Office()
    tickets = office.join(3)
    office.answered({}, status=status)
    assert granted(tickets) == 2


@pytest.mark.parametrize("status", [200, 201, 401, 404])
def test_a_server_without_the_headers_is_not_paced(status: int) -> None:
    office = Office()
    tickets = office.join(500)
    office.answered({}, status=status)
    assert granted(tickets) == 500
    assert granted(office.join(500)) == 500
    assert office.budget.state == (None, None, None)


def test_a_server_that_begins_to_send_the_headers_is_paced_from_then_on() -> None:
    office = Office()
    office.join(3)
    office.answered({})
    office.answered(window(10, RESET))
    assert granted(office.join(20)) == 9, "one is under way, and may not have been counted yet"


def test_a_first_date_of_another_age_does_not_close_the_window_for_ever() -> None:
    """As long as no answer was dated, our own clock counts; then a host without a battery says 1970."""
    office = Office()
    office.join(1)
    office.budget.settle(answer(headers=window(1, RESET, limit=2)))
    office.join(1)
    office.now = 1.0
    office.answered(window(0, RESET, limit=2), server=0.0)
    assert granted(office.join(1)) == 1


@pytest.mark.parametrize("trouble", UNSENT)
def test_a_place_that_comes_back_is_not_added_to_what_the_server_has_told(trouble: FailureKind) -> None:
    office = Office()
    office.learn(remaining=9, limit=10)
    tickets = office.join(9)
    office.answered(window(0, RESET, limit=10))  # others have used the rest
    office.budget.settle(failure(trouble))
    waiting = office.join(1)
    assert granted(tickets) == 9
    assert granted(waiting) == 0


def test_an_answer_of_the_last_window_adds_nothing_to_what_the_server_has_told_of_this_one() -> None:
    office = Office()
    office.learn(remaining=9, limit=10)
    office.join(3)
    office.now = 61.5
    office.join(1)
    office.answered(window(0, RESET + 60, limit=10))  # others have used the rest
    office.answered(window(6, RESET, limit=10), sent=LATENCY)
    assert granted(office.join(5)) == 0


def test_places_that_come_back_are_used_once_nothing_is_under_way_that_may_need_them() -> None:
    office = Office()
    office.learn(remaining=9, limit=10)
    office.join(9)
    office.answered(window(6, RESET, limit=10))  # 3 of the 9 were counted before it
    waiting = office.join(8)
    assert granted(waiting) == 0
    for _ in range(6):
        office.budget.settle(failure(FailureKind.NOT_CONNECTED))
    assert granted(waiting) == 4, "2 of the 8 under way may not have been counted yet"
    for _ in range(2):
        office.answered(window(8, RESET, limit=10))
    assert granted(waiting) == 6


def test_a_server_that_no_longer_sends_the_headers_is_not_paced_for_ever() -> None:
    office = Office()
    office.learn(remaining=1, reset=EPOCH + 5, limit=2)
    office.now = 6.5
    for _ in range(10):
        (ticket,) = office.join()
        assert ticket.granted
        office.answered({})
    assert granted(office.join(50)) == 50


def test_a_spent_window_makes_callers_wait_until_it_resets_and_then_serves_them_in_order() -> None:
    office = Office()
    office.learn(remaining=2, limit=3)
    tickets = office.join(6)
    assert [ticket.granted for ticket in tickets] == [True, True, False, False, False, False]
    for left in (1, 0):
        office.answered(window(left, RESET, limit=3))
    delay = office.delay(tickets[5])
    assert (delay.reason, delay.reset) == ("window", RESET)
    assert 59.9 < delay.seconds < 60.2
    office.now += delay.seconds
    office.budget.delay(tickets[5])
    assert [ticket.granted for ticket in tickets[2:]] == [True, True, True, False]


def test_the_window_never_opens_before_the_server_can_have_opened_it() -> None:
    """The answer was dated within a whole second: the server may be almost that much behind."""
    office = Office()
    office.learn(remaining=0)
    (ticket,) = office.join()
    office.now = 59.99
    assert office.budget.delay(ticket) is not None
    office.now = 60.2
    assert office.budget.delay(ticket) is None


def test_a_granted_ticket_wakes_its_waiter() -> None:
    office = Office()
    _, second, third = office.join(3)
    woken: list[str] = []
    assert second.on_wake(lambda: woken.append("second"))
    assert third.on_wake(lambda: woken.append("third"))
    office.answered(window(1, RESET))
    assert woken == ["second"]


def test_whoever_is_granted_already_is_not_put_to_sleep() -> None:
    office = Office()
    (ticket,) = office.join()
    assert ticket.on_wake(lambda: pytest.fail("nobody sleeps")) is False


def test_a_cancelled_waiter_leaves_the_line() -> None:
    office = Office()
    first, second, third = office.join(3)
    office.budget.leave(second)
    office.answered(window(1, RESET))
    assert first.granted
    assert third.granted
    office.answered(window(0, RESET))
    assert office.at_rest()


def test_a_granted_place_that_is_not_used_goes_to_the_next_in_line() -> None:
    office = Office()
    office.learn(remaining=1, limit=2)
    used, waiting = office.join(2)
    assert (used.granted, waiting.granted) == (True, False)
    office.budget.leave(used)
    assert waiting.granted


@pytest.mark.parametrize("trouble", UNSENT)
def test_a_request_that_never_left_gives_its_place_back(trouble: FailureKind) -> None:
    office = Office()
    office.learn(remaining=5)
    office.join()
    office.budget.settle(failure(trouble))
    assert office.remaining == 5


@pytest.mark.parametrize("trouble", [FailureKind.TIMEOUT, FailureKind.BROKEN, FailureKind.TOO_LARGE])
def test_a_request_that_may_have_arrived_keeps_its_place(trouble: FailureKind) -> None:
    office = Office()
    office.learn(remaining=5)
    office.join()
    office.budget.settle(failure(trouble))
    assert office.remaining == 4


def test_what_is_in_flight_at_the_edge_may_be_counted_in_the_new_window() -> None:
    office = Office()
    office.learn(remaining=9, limit=10)
    office.join(4)
    office.now = 61.2
    assert granted(office.join(10)) == 6


def test_a_late_answer_of_the_old_window_gives_back_what_it_was_charged_to_the_new_one() -> None:
    office = Office()
    office.learn(remaining=9, limit=10)
    office.join(4)
    office.now = 61.2
    tickets = office.join(10)
    office.answered(window(5, RESET, limit=10), server=RESET - 1, sent=59.0)
    assert granted(tickets) == 7
    assert office.budget.state.reset is None, "the old window was not taken for the new one"


def test_an_answer_can_tell_of_the_new_window_before_the_clock_does() -> None:
    office = Office()
    office.learn(remaining=0)
    waiting = office.join()
    assert granted(waiting) == 0
    office.budget._in_flight += 1  # a call of the old window that the server counted in the new one
    office.now = 60.0
    office.answered(window(99, RESET + 60))
    assert granted(waiting) == 1
    assert office.budget.state == (100, 98, moment(RESET + 60))


def test_other_users_of_the_key_are_believed() -> None:
    office = Office()
    office.learn(remaining=90)
    office.join()
    office.answered(window(3, RESET))
    assert office.remaining == 3
    assert granted(office.join(10)) == 3


def test_an_answer_that_overtook_another_gives_nothing_back() -> None:
    office = Office()
    office.learn(remaining=50)
    office.join(2)
    office.answered(window(48, RESET))
    office.answered(window(49, RESET))
    assert office.remaining == 48


def test_when_all_who_could_tell_of_the_new_window_have_failed_one_goes_and_asks() -> None:
    """What that one hears is believed: the failed ones were not counted, as far as the server knows."""
    office = Office()
    office.learn(remaining=1, limit=2)
    office.join()
    office.budget._in_flight += 1  # as many in flight at the edge as the window has places
    office.now = 61.2
    waiting = office.join(4)
    assert granted(waiting) == 0
    assert office.delay(waiting[0]).seconds <= LEARNING_SECONDS
    office.budget.settle(failure(FailureKind.TIMEOUT))
    office.budget.settle(failure(FailureKind.TIMEOUT))
    assert granted(waiting) == 1
    office.answered(window(1, RESET + 60, limit=2))
    assert granted(waiting) == 2


def test_a_clock_set_forward_ends_the_window_at_once() -> None:
    office = Office()
    office.learn(remaining=1)
    tickets = office.join(3)
    assert granted(tickets) == 1
    office.now = 5.0
    office.answered(window(99, RESET + 7200), server=EPOCH + 7205)
    assert granted(tickets) == 3


def test_a_clock_set_back_does_not_make_the_old_window_last_for_hours() -> None:
    office = Office()
    office.learn(remaining=50)
    office.join()
    office.now = 5.0
    office.answered(window(99, RESET - 7200), server=EPOCH - 7195)
    assert office.budget.state == (100, 99, moment(RESET - 7200))
    assert granted(office.join(200)) == 99


def test_without_a_date_both_clocks_are_taken_to_agree() -> None:
    office = Office()
    office.join()
    office.budget.settle(answer(headers=window(0, RESET), received=0.1))
    (ticket,) = office.join()
    office.now = 59.9
    assert office.budget.delay(ticket) is not None
    office.now = 60.0
    assert office.budget.delay(ticket) is None


@pytest.mark.parametrize("reset", [0, 1, EPOCH - 86_400])
def test_a_reset_in_the_past_holds_nobody_back(reset: int) -> None:
    office = Office()
    for _ in range(300):
        (ticket,) = office.join()
        assert ticket.granted
        office.answered(window(50, reset))
    assert office.at_rest()


@pytest.mark.parametrize("reset", [EPOCH + 86_500, EPOCH + 10**9, 10**11])
def test_a_reset_years_ahead_is_not_believed(reset: int) -> None:
    office = Office()
    office.join()
    office.answered(window(0, reset))
    assert granted(office.join(300)) == 300


def test_a_window_that_was_told_wrong_once_is_corrected_by_the_next_answer() -> None:
    office = Office()
    office.learn(remaining=98, reset=EPOCH + 80_000)
    office.join()
    office.answered(window(97, RESET))
    assert office.budget.state == (100, 97, moment(RESET))


@pytest.mark.parametrize("number", ["-1", "NaN", "", "1e3", "1, 1"])
def test_headers_that_are_no_numbers_hold_nobody_back(number: str) -> None:
    office = Office()
    office.join()
    office.answered(window(number, number, limit=number))
    assert granted(office.join(300)) == 300


def test_headers_that_stand_there_twice_hold_nobody_back() -> None:
    office = Office()
    office.join()
    doubled = [*window(0, RESET).items(), *window(50, RESET).items()]
    office.budget.settle(answer(headers=doubled, received=0.1))
    assert granted(office.join(300)) == 300


def test_a_refusal_spends_the_window_whatever_it_says_remains() -> None:
    office = Office()
    office.learn(remaining=50)
    office.join()
    office.answered(window(49, RESET), status=429)
    (ticket,) = office.join()
    assert office.delay(ticket).reason == "window"


def test_a_refusal_with_retry_after_has_its_own_reason() -> None:
    office = Office()
    office.learn(remaining=50)
    office.join()
    office.answered({**window(49, RESET), "Retry-After": 5}, status=429)
    assert office.remaining == 49


@pytest.mark.parametrize("known", [False, True])
def test_a_refusal_that_names_only_its_reset_holds_everybody_back_until_then(known: bool) -> None:  # noqa: FBT001
    office = Office()
    if known:
        office.learn(remaining=50)
    office.join()
    office.answered({"X-RateLimit-Reset": EPOCH + 7}, status=429)
    (ticket,) = office.join()
    assert 6.5 < office.delay(ticket).seconds < 8
    office.now = 8.2
    assert office.budget.delay(ticket) is None


def test_a_refusal_of_a_window_that_seemed_over_holds_everybody_back_until_its_reset() -> None:
    """Two hosts that count apart: what one says must not be taken for an old answer of the other."""
    office = Office()
    office.learn(remaining=50, reset=EPOCH + 30)
    office.join(2)
    office.answered(window(50, EPOCH + 31))
    office.answered(window(0, EPOCH + 30), status=429)
    (ticket,) = office.join()
    assert 29 < office.delay(ticket).seconds < 31


def test_a_block_holds_everybody_back_until_it_ends() -> None:
    office = Office()
    office.learn(remaining=50)
    office.budget.block(office.now + 10)
    office.budget.block(office.now + 3)  # a shorter one does not shorten it
    first, second = office.join(2)
    assert office.delay(first) == Delay(10.0, "retry_after")
    office.now += 10
    assert office.budget.delay(first) is None
    assert second.granted


def test_a_refused_call_keeps_its_place_in_line() -> None:
    office = Office()
    office.learn(remaining=2, limit=3)
    first, second, third, fourth = office.join(4)
    for _ in (first, second):
        office.answered(window(0, RESET, limit=3), status=429)
    again = [office.budget.join(ticket.number) for ticket in (second, first)]
    assert list(office.budget._line) == [again[1], again[0], third, fourth]
    late = office.budget.join(fourth.number + 1)
    assert office.budget._line[-1] is late
    office.now = 61.2
    office.budget.delay(fourth)
    assert [ticket.granted for ticket in (again[1], again[0], third, fourth)] == [True, True, True, False]


def test_refused_calls_that_come_back_in_any_order_stand_in_their_own() -> None:
    office = Office()
    office.learn(remaining=3, limit=4)
    tickets = office.join(4)
    for ticket in (tickets[1], tickets[0], tickets[2]):
        office.answered(window(0, RESET, limit=4), status=429)
        office.budget.join(ticket.number)
    assert [ticket.number for ticket in office.budget._line] == [ticket.number for ticket in tickets]


def test_the_collector_may_end_a_call_in_a_thread_that_holds_the_lock() -> None:
    office = Office()
    first, second = office.join(2)

    def leave_while_locked() -> None:
        with office.budget._lock:
            office.budget.leave(second)

    thread = Thread(target=leave_while_locked, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive(), "deadlock"
    assert first.granted
    assert not office.budget._line


class Story:
    """Random lives of callers at one budget, played against a window that a server keeps."""

    def __init__(self, limit: int) -> None:
        self.office = Office()
        self.limit = limit
        self.waiting: list[Ticket] = []
        self.under_way: list[Ticket] = []

    def grants(self) -> None:
        for ticket in self.waiting:
            if self.office.budget.delay(ticket) is None:
                self.under_way.append(ticket)
        self.waiting = [ticket for ticket in self.waiting if not ticket.granted]

    def act(self, act: str, amount: int) -> None:
        budget = self.office.budget
        if act == "join":
            self.waiting.extend(budget.join() for _ in range(amount))
        elif act == "pass":
            self.office.now += amount
        elif act == "leave" and self.waiting:
            budget.leave(self.waiting.pop(amount % len(self.waiting)))
        elif act == "give up" and self.under_way:
            budget.leave(self.under_way.pop(amount % len(self.under_way)))
        elif act == "fail" and self.under_way:
            self.under_way.pop()
            budget.settle([*map(failure, NO_RESPONSE), None][amount % 7])
        elif act == "answer" and self.under_way:
            self.under_way.pop()
            reset = EPOCH + (int(self.office.now) // 60 + 1) * 60
            refused = amount % 5 == 0
            self.office.answered(
                window(amount % self.limit, reset, limit=self.limit), status=429 if refused else 200
            )
        self.grants()


ACTS = st.lists(
    st.tuples(st.sampled_from(["join", "pass", "leave", "give up", "fail", "answer"]), st.integers(1, 40)),
    max_size=60,
)


@given(ACTS, st.integers(1, 12))
def test_no_place_is_ever_lost_or_made_up(acts: list[tuple[str, int]], limit: int) -> None:
    story = Story(limit)
    budget = story.office.budget
    for act, amount in acts:
        story.act(act, amount)
        assert budget._in_flight == len(story.under_way)
        assert list(budget._line) == story.waiting
        assert 0 <= budget._left <= limit
    for _ in range(1000):
        if not story.waiting and not story.under_way:
            break
        story.act("answer" if story.under_way else "pass", 61)
    assert story.office.at_rest(), "everybody is served in the end"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": 7}, 7.0),
        ({"Retry-After": 0}, 0.0),
        ({**window(0, RESET), "Retry-After": 7}, 7.0),
        (window(0, RESET), 60.0),
        ({"X-RateLimit-Reset": RESET}, 60.0),
        ({"Retry-After": "soon", "X-RateLimit-Reset": RESET}, 60.0),
        ({"X-RateLimit-Reset": EPOCH - 60}, 0.0),
        ({"X-RateLimit-Reset": EPOCH + 86_401}, None),
        ({"X-RateLimit-Reset": -5}, None),
        ({"Retry-After": "Fri, 20 Mar 2026 09:46:50 GMT"}, 10.0),
        ({"Retry-After": "Fri, 20 Mar 2026 09:46:50 GMT", **date(EPOCH + 4)}, 6.0),
    ],
)
def test_how_long_a_refusal_asks_to_wait(headers: Mapping[str, object], seconds: float | None) -> None:
    assert seconds_until_allowed(answer(429, headers=headers), EPOCH) == seconds


def test_a_place_is_taken_at_once_only_where_nobody_waits() -> None:
    office = Office()
    first = office.budget.take(office.now)
    assert first == 1, "a fresh key lets one call learn the window"
    assert office.budget.take(office.now) is None
    office.now += LATENCY
    office.answered(window(1, RESET))
    assert (office.budget.take(office.now), office.remaining) == (2, 0)
    assert office.budget.take(office.now) is None
    (waiting,) = office.join()
    assert not waiting.granted
    office.now = RESET - EPOCH + 2.0
    assert office.budget.take(office.now) is None, "somebody was here before"
    assert office.budget.delay(waiting) is None
    assert office.budget.take(office.now) == 4
    office.budget.block(office.now + 5)
    assert office.budget.take(office.now) is None


def test_a_place_taken_at_once_is_counted_like_any_other() -> None:
    office = Office()
    office.learn(3)
    for _ in range(3):
        assert office.budget.take(office.now) is not None
    assert office.budget.take(office.now) is None
    office.budget.settle(failure(FailureKind.NOT_CONNECTED))
    assert office.remaining == 1, "what was not sent is given back"
    for _ in range(2):
        office.budget.settle(None)
    assert office.at_rest()
