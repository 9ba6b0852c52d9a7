"""Random calls and polls at one budget: no slot is ever lost or made up, and no poll starves."""

from contextlib import ExitStack

from hypothesis import given
from hypothesis import strategies as st
from support.budget_driver import EPOCH, BudgetDriver
from support.wire import NO_RESPONSE, failure, window

from pandocast_sdk._core.rate_limit.tickets import Ticket


class Story:
    """Random lives of callers at one budget, played against a window that a server keeps."""

    def __init__(self, limit: int) -> None:
        self.driver = BudgetDriver()
        self.limit = limit
        self.waiting: list[Ticket] = []
        self.waits = ExitStack()
        self.polls_ahead = 0  # those that passed by calls in this window
        self.under_way: list[Ticket] = []

    def grants(self) -> None:
        for ticket in self.waiting:
            self.driver.budget.poll(ticket)
        granted = [ticket for ticket in self.waiting if ticket.granted]
        self.under_way += granted
        self.waiting = [ticket for ticket in self.waiting if not ticket.granted]
        if any(not ticket.polls for ticket in self.waiting):
            self.polls_ahead += sum(ticket.polls for ticket in granted)

    def act(self, act: str, amount: int) -> None:
        budget = self.driver.budget
        if act == "join":
            self.waiting.extend(budget.enqueue() for _ in range(amount))
        elif act == "poll":
            self.waiting.extend(budget.enqueue(polls=True) for _ in range(amount % 3))
        elif act == "wait":
            self.waits.enter_context(budget.waiting())
        elif act == "end waits":
            self.waits.close()
        elif act == "pass":
            self.driver.now += amount
        elif act == "leave" and self.waiting:
            budget.cancel(self.waiting.pop(amount % len(self.waiting)))
        elif act == "give up" and self.under_way:
            budget.cancel(self.under_way.pop(amount % len(self.under_way)))
        elif act == "fail" and self.under_way:
            self.under_way.pop()
            budget.on_outcome([*map(failure, NO_RESPONSE), None][amount % 7])
        elif act == "answer" and self.under_way:
            self.under_way.pop()
            reset = EPOCH + (int(self.driver.now) // 60 + 1) * 60
            refused = amount % 5 == 0
            self.driver.respond(
                window(amount % self.limit, reset, limit=self.limit), status=429 if refused else 200
            )
        self.grants()


OF_CALLS = ("join", "pass", "leave", "give up", "fail", "answer")


def acts(*names: str) -> st.SearchStrategy[list[tuple[str, int]]]:
    return st.lists(st.tuples(st.sampled_from(names), st.integers(1, 40)), max_size=60)


@given(acts(*OF_CALLS, "poll", "wait", "end waits"), st.integers(1, 12))
def test_no_slot_is_ever_lost_or_made_up(acts: list[tuple[str, int]], limit: int) -> None:
    story = Story(limit)
    budget = story.driver.budget
    for act, amount in acts:
        story.act(act, amount)
        assert budget._in_flight == len(story.under_way)
        assert sorted(budget._queue, key=id) == sorted(story.waiting, key=id)
        assert 0 <= budget._local_remaining <= limit
        assert budget._queue.kept <= (1 if budget._queue.waits and limit > 1 else 0)
    story.act("end waits", 1)
    for _ in range(1000):
        if not story.waiting and not story.under_way:
            break
        story.act("answer" if story.under_way else "pass", 61)
    assert story.driver.at_rest(), "everybody is served in the end"


@given(acts("join", "poll", "leave", "give up", "fail"), st.integers(2, 12), st.integers(1, 5))
def test_while_calls_are_queued_polls_have_one_slot_of_each_window(
    acts: list[tuple[str, int]], limit: int, windows: int
) -> None:
    """Calls and polls come and go, and some free slots in the middle of a window."""
    story = Story(limit)
    driver = story.driver
    driver.learn(limit - 1, limit=limit)
    with driver.budget.waiting():
        story.act("poll", 1)
        for number in range(1, windows + 1):
            story.act("join", 3 * limit + len(acts))
            story.act("poll", 1)
            while story.under_way:
                story.under_way.pop()
                driver.respond(window(0, EPOCH + 60 * number, limit=limit))
            driver.now, story.polls_ahead = 60.0 * number + 2, 0
            story.grants()
            assert story.polls_ahead == 1, "a poll is never behind more than the rest of a window"
            story.under_way.pop()  # the new window is known from one response, which frees no slot
            driver.respond(window(limit - 1, EPOCH + 60 * (number + 1), limit=limit))
            for act, amount in acts:
                story.act(act, amount)
            assert story.polls_ahead == 1, "nor ahead of more than one window's"
