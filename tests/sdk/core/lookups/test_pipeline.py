"""Waiting for the pipeline by reading its runs, in virtual time."""

from urllib.parse import urlsplit

import pytest
from support.budget_driver import BudgetDriver
from support.wire import Player, context, failure, response

from pandocast_sdk._core.lookups.pipeline import wait_for_run
from pandocast_sdk._core.protocol import FailureKind, Load, Outcome, Send, Sleep
from pandocast_sdk._core.rate_limit.tickets import Ticket
from pandocast_sdk.errors import (
    AuthenticationError,
    DeadlineExceededError,
    InternalServerError,
    WaitTimeoutError,
)
from pandocast_sdk.models.pipeline import PipelineRun
from pandocast_sdk.options import RateLimitPolicy

Runs = list[tuple[str, str]]


class Service(Player):
    """A service whose runs, newest first and each an id and a status, change as time goes by."""

    def __init__(self, *stories: tuple[float, Runs]) -> None:
        super().__init__(now=0.0)
        self.stories = stories
        self.takes = 0.0

    def respond(self, send: Send) -> Outcome:
        assert urlsplit(send.request.url).path.endswith("/pipeline/runs")
        if self.now + self.takes > send.expires:
            self.now = send.expires
            return failure(FailureKind.TIMEOUT)
        self.now += self.takes
        runs = [runs for since, runs in self.stories if self.now >= since][-1]
        return response(200, {"runs": [as_json(*run) for run in runs], "nextCursor": None})

    def wait(self, *, timeout: float = 60, deadline: float | None = None) -> PipelineRun:
        own = context(now=lambda: self.now, deadline=deadline, max_retries=0)
        return self.play(wait_for_run(own, timeout), self.respond)


def as_json(name: str, status: str) -> dict[str, object]:
    return {
        "id": name,
        "status": status,
        "startedAt": None,
        "finishedAt": None,
        "duration": None,
        "itemsFetched": 0,
        "draftsGenerated": 0,
        "error": None,
    }


def test_the_newest_run_is_returned_once_it_has_ended() -> None:
    service = Service((0, [("r1", "queued")]), (3, [("r1", "running")]), (9, [("r1", "completed")]))
    run = service.wait()
    assert (run.id, run.status) == ("r1", "completed")
    assert 9 <= service.now < 14


def test_polling_slows_down() -> None:
    service = Service((0, [("r1", "running")]), (60, [("r1", "completed")]))
    service.wait(timeout=100)
    assert service.slept[0] == 0.1
    assert service.slept == sorted(service.slept)
    assert service.slept[-1] == 5.0


@pytest.mark.parametrize("status", ["completed", "failed", "whatever comes next"])
def test_a_run_is_returned_however_it_has_ended(status: str) -> None:
    service = Service((0, [("r1", status)]))
    assert service.wait().status == status
    assert len(service.sends) == 1


def test_a_run_queued_behind_another_is_waited_for() -> None:
    service = Service(
        (0, [("r2", "queued"), ("r1", "running")]),
        (3, [("r2", "queued"), ("r1", "completed")]),
        (5, [("r2", "running"), ("r1", "completed")]),
        (9, [("r2", "completed"), ("r1", "completed")]),
    )
    assert service.wait().id == "r2"
    assert service.now >= 9


def test_an_older_run_that_is_still_running_is_waited_for() -> None:
    service = Service(
        (0, [("r2", "failed"), ("r1", "running")]), (4, [("r2", "failed"), ("r1", "completed")])
    )
    assert service.wait().id == "r2"
    assert service.now >= 4


def test_the_first_run_is_waited_for() -> None:
    service = Service((0, []), (6, [("r1", "queued")]), (8, [("r1", "completed")]))
    assert service.wait().id == "r1"
    assert service.now >= 8


@pytest.mark.parametrize(
    ("runs", "status"),
    [
        ([], None),
        ([("r1", "queued")], "queued"),
        ([("r2", "queued"), ("r1", "running")], "running"),
    ],
)
def test_a_wait_times_out_with_the_last_status(runs: Runs, status: str | None) -> None:
    service = Service((0, runs))
    with pytest.raises(WaitTimeoutError, match="the wait for the pipeline ended after 10 s") as caught:
        service.wait(timeout=10)
    assert service.now == pytest.approx(10)
    error = caught.value
    assert (error.status, error.timeout, error.content_id) == (status, 10, None)
    assert error.status_age == service.slept[-1]


def test_a_wait_without_any_response_times_out_without_a_status() -> None:
    service = Service((0, [("r1", "completed")]))
    service.takes = 100
    with pytest.raises(WaitTimeoutError, match="its status was not seen"):
        service.wait(timeout=10)
    assert service.now == 10


def test_a_deadline_counts_from_the_start_of_the_wait() -> None:
    service = Service((0, [("r1", "running")]))
    with pytest.raises(DeadlineExceededError):
        service.wait(timeout=60, deadline=7)
    assert service.now == pytest.approx(7)


def test_an_error_that_no_retry_helps_ends_the_wait() -> None:
    with pytest.raises(AuthenticationError):
        Player().play(wait_for_run(context(max_retries=0), 10), lambda _send: response(401))


def test_a_server_that_recovers_is_waited_for() -> None:
    service = Service((0, [("r1", "completed")]))
    own = context(now=lambda: service.now, max_retries=0)

    def respond(send: Send) -> Outcome:
        return response(503) if service.now < 40 else service.respond(send)

    assert service.play(wait_for_run(own, 60), respond).id == "r1"


def test_a_server_that_does_not_recover_times_out() -> None:
    service = Service()
    own = context(now=lambda: service.now, max_retries=0)
    with pytest.raises(WaitTimeoutError) as caught:
        service.play(wait_for_run(own, 10), lambda _send: response(503))
    assert isinstance(caught.value.__cause__, InternalServerError)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_an_invalid_timeout_is_rejected(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        next(wait_for_run(context(), timeout))


def test_a_wait_has_a_slot_of_the_window_beside_calls_that_are_queued() -> None:
    driver = BudgetDriver()
    driver.learn(remaining=0, limit=2)
    calls = driver.enqueue(5)
    own = context(now=lambda: driver.now, budget=driver.budget, policy=RateLimitPolicy())
    plan = wait_for_run(own, 10)
    step = next(plan)
    while isinstance(step, Load):
        step.load()
        step = plan.send(None)
    assert isinstance(step, Sleep)
    assert isinstance(step.until, Ticket)
    driver.now += step.seconds
    assert isinstance(plan.send(None), Send)
    assert [ticket.granted for ticket in calls] == [True, False, False, False, False]
    plan.close()
    assert not driver.budget._queue.waits
