"""Random calls at one budget: no slot is ever lost or made up."""

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
        self.under_way: list[Ticket] = []

    def grants(self) -> None:
        for ticket in self.waiting:
            if self.driver.budget.poll(ticket) is None:
                self.under_way.append(ticket)
        self.waiting = [ticket for ticket in self.waiting if not ticket.granted]

    def act(self, act: str, amount: int) -> None:
        budget = self.driver.budget
        if act == "join":
            self.waiting.extend(budget.enqueue() for _ in range(amount))
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


ACTS = st.lists(
    st.tuples(st.sampled_from(["join", "pass", "leave", "give up", "fail", "answer"]), st.integers(1, 40)),
    max_size=60,
)


@given(ACTS, st.integers(1, 12))
def test_no_slot_is_ever_lost_or_made_up(acts: list[tuple[str, int]], limit: int) -> None:
    story = Story(limit)
    budget = story.driver.budget
    for act, amount in acts:
        story.act(act, amount)
        assert budget._in_flight == len(story.under_way)
        assert list(budget._queue) == story.waiting
        assert 0 <= budget._local_remaining <= limit
    for _ in range(1000):
        if not story.waiting and not story.under_way:
            break
        story.act("answer" if story.under_way else "pass", 61)
    assert story.driver.at_rest(), "everybody is served in the end"
