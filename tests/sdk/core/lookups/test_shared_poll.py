"""One poll for all who wait: what it costs, who leads it, and what ends it for whom."""

import pytest
from support.stage import LATENCY, Player, Uploads, names, requested
from support.wire import failure, response

from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.content import find_content, wait_until_analyzed
from pandocast_sdk._core.lookups.rounds import GRACE
from pandocast_sdk._core.operations.content import list_outputs
from pandocast_sdk._core.protocol import FailureKind, Outcome, Send
from pandocast_sdk.errors import (
    APIConnectionError,
    AuthenticationError,
    DeadlineExceededError,
    InternalServerError,
    NotFoundError,
    PandocastError,
    RateLimitError,
    WaitTimeoutError,
)
from pandocast_sdk.models.pandocast import Content
from pandocast_sdk.options import RateLimitPolicy


def wait(
    stage: Uploads,
    name: str,
    *,
    after: float = 0.0,
    timeout: float = 120,
    deadline: float | None = None,
    policy: RateLimitPolicy | None = None,
) -> Player[Content]:
    plan = wait_until_analyzed(stage.context(deadline=deadline, policy=policy), name, timeout)
    return stage.play(plan, after=after)


def get(stage: Uploads, name: str, *, after: float = 0.0, timeout: float = 30.0) -> Player[Content]:
    return stage.play(find_content(stage.context(timeout=timeout), name), after=after)


def requests_of_one(analyzed_at: float) -> int:
    stage = Uploads("c0", analyzed_at=analyzed_at)
    lone = wait(stage, "c0")
    stage.run()
    assert lone.result.id == "c0"
    return stage.requests


@pytest.mark.parametrize("count", [2, 30, 100])
def test_many_waits_cost_the_requests_of_one(count: int) -> None:
    stage = Uploads(*names(count), analyzed_at=20)
    waits = [wait(stage, name) for name in names(count)]
    stage.run()
    assert [each.result.id for each in waits] == list(names(count))
    assert stage.requests <= requests_of_one(20) + 1  # the first began alone
    assert stage.at_rest()


def test_nothing_is_left_of_a_poll_that_nobody_waits_for() -> None:
    stage = Uploads(*names(3), analyzed_at=3.0)
    for name in names(3):
        wait(stage, name)
    stage.run()
    assert not stage.shared_polls()


def test_a_hundred_uploads_more_between_those_waited_for_cost_a_page_more() -> None:
    stage = Uploads(*names(350), analyzed_at=20)
    waits = [wait(stage, name) for name in ("c0", "c120", "c349")]
    stage.run()
    assert all(each.result.status == "analyzed" for each in waits)
    assert stage.pages.count(0) <= requests_of_one(20) + 1
    assert len(stage.pages) <= 4 * stage.pages.count(0)


def test_waits_that_join_do_not_reset_the_pace() -> None:
    stage = Uploads(*names(40), analyzed_at=60)
    waits = [wait(stage, name, after=number) for number, name in enumerate(names(40))]
    stage.run()
    assert all(each.result.status == "analyzed" for each in waits)
    assert stage.requests <= requests_of_one(60) + 1


def test_a_lone_wait_begins_with_short_pauses_again() -> None:
    stage = Uploads("c0", analyzed_at=20)
    early = wait(stage, "c0")
    stage.run()
    late = wait(stage, "c0")
    stage.statuses["c0"].append((stage.now, "analyzing"))
    stage.statuses["c0"].append((stage.now + 0.2, "analyzed"))
    stage.run()
    assert early.result.id == "c0"
    assert late.ended is not None
    assert late.ended - late.began < 0.5


@pytest.mark.parametrize("after", [0.01, LATENCY, 0.06, 1.0, 3.33])
def test_whoever_joins_is_never_given_what_was_requested_before(after: float) -> None:
    stage = Uploads(*names(250), analyzed_at=2.0)
    players = [wait(stage, "c240"), *(wait(stage, name, after=after) for name in names(3))]
    players += [get(stage, "c1", after=after), get(stage, "c241", after=after + 0.02)]
    stage.run()
    for player in players:
        assert requested(player.result) >= player.began


def test_lookups_at_the_same_time_share_the_reading() -> None:
    stage = Uploads(*names(30))
    lookups = [get(stage, name) for name in names(30)]
    stage.run()
    assert [each.result.id for each in lookups] == list(names(30))
    assert len(stage.pages) == 2, "the first went alone, before the others were there"
    assert stage.at_rest()


def test_a_lone_lookup_costs_what_it_needs() -> None:
    stage = Uploads(*names(250))
    lookup = get(stage, "c120")
    stage.run()
    assert lookup.result.id == "c120"
    assert stage.pages == [0, 99]
    assert lookup.ended == 2 * LATENCY


def test_a_lookup_does_not_wait_for_the_next_poll() -> None:
    stage = Uploads(*names(250), analyzed_at=60)
    wait(stage, "c240")
    lookup = get(stage, "c1", after=31.0)
    stage.run()
    assert lookup.ended is not None
    assert lookup.ended - lookup.began <= 4 * LATENCY
    assert stage.at_rest()


def test_a_lookup_with_another_timeout_does_not_wait_behind_a_request_that_hangs() -> None:
    stage = Uploads("c0", "c1")
    stage.latency = 20.0
    get(stage, "c0")
    hurried = get(stage, "c1", after=1.0, timeout=2.0)
    stage.run()
    assert hurried.ended == 3.0
    with pytest.raises(PandocastError):
        _ = hurried.result


def test_polls_do_not_starve_behind_lookups() -> None:
    stage = Uploads(*names(3), analyzed_at=5.0)
    waiting = wait(stage, "c0")
    for number in range(3000):
        get(stage, "c1", after=number * 0.01)
    stage.run()
    assert waiting.ended is not None
    assert waiting.ended < 11


@pytest.mark.parametrize("timeout", [0.2, 1, 4])
def test_a_wait_that_cannot_wait_for_the_next_poll_is_polled_for_at_once(timeout: float) -> None:
    stage = Uploads(*names(12), analyzed_at=20.5)
    waits = [wait(stage, name) for name in names(11)]
    stage.statuses["c11"] = [(0.0, "analyzed")]
    hurried = [wait(stage, "c11", after=after, timeout=timeout) for after in (0.3, 8.0, 17.0)]
    stage.run()
    assert [each.result.id for each in hurried] == ["c11"] * 3
    assert all(each.result.status == "analyzed" for each in waits)
    assert stage.requests <= requests_of_one(20.5) + len(hurried) + 1


def test_waits_in_a_hurry_do_not_hurry_a_failing_server() -> None:
    stage = Uploads(*names(12), analyzed_at=1.0)
    refusing(stage, 503, until=30.0)
    waits = [wait(stage, name, timeout=0.4) for name in names(12)]
    stage.run()
    assert all(isinstance(each.error, WaitTimeoutError) for each in waits)
    assert stage.requests <= 3


def test_an_upload_that_is_not_there_ends_its_own_wait_alone() -> None:
    stage = Uploads("c0", analyzed_at=3.0)
    missing, other = wait(stage, "gone"), wait(stage, "c0")
    stage.run()
    with pytest.raises(NotFoundError):
        _ = missing.result
    assert other.result.id == "c0"


# ---- who leads


def test_a_cancelled_leader_hands_over_at_every_step() -> None:
    for step in range(1, 14):
        stage = Uploads(*names(250), analyzed_at=4.0)
        leader, follower = wait(stage, "c240"), wait(stage, "c241")

        def cancel(taken: int, step: int = step, leader: Player[Content] = leader) -> None:
            if taken == step:
                leader.cancel()

        leader.before_step = cancel
        stage.run()
        assert follower.ended is not None
        assert follower.ended < 8, f"cancelled at step {step}"
        assert follower.result.id == "c241"
        assert stage.at_rest()


def test_a_cancelled_follower_changes_nothing() -> None:
    for moment in (0.01, 0.06, 0.12, 1.0):
        stage = Uploads(*names(2), analyzed_at=4.0)
        leader, follower = wait(stage, "c0"), wait(stage, "c1")
        stage.at(moment, follower.cancel)
        stage.run()
        assert leader.result.id == "c0"
        assert stage.requests <= requests_of_one(4.0)
        assert stage.at_rest()


@pytest.mark.parametrize("moment", [0.01, 0.06, 0.3, 2.0])
def test_a_leader_whose_driver_dies_stops_nobody(moment: float) -> None:
    stage = Uploads(*names(3), analyzed_at=4.0)
    leader, *others = [wait(stage, name, timeout=120) for name in names(3)]
    stage.at(moment, leader.die)
    stage.run()
    for other in others:
        assert other.result.status == "analyzed"
        assert other.ended is not None
        assert other.ended < 30 + 2 * GRACE + 5, "as long as the request that hangs may take, and little more"


def test_a_leader_that_times_out_hands_over() -> None:
    stage = Uploads(*names(2), analyzed_at=20.0)
    impatient, other = wait(stage, "c0", timeout=3), wait(stage, "c1")
    stage.run()
    with pytest.raises(WaitTimeoutError):
        _ = impatient.result
    assert impatient.ended == pytest.approx(3)
    assert other.result.id == "c1"


def test_a_timeout_in_the_middle_of_a_round_believes_what_was_read_of_it() -> None:
    stage = Uploads(*names(250), analyzed_at=2.0)
    stage.latency = 1.0
    waits = [wait(stage, "c0", timeout=5.5), wait(stage, "c240", timeout=60)]
    stage.run()
    assert [each.result.id for each in waits] == ["c0", "c240"]


# ---- errors


def refusing(stage: Uploads, status: int, *, until: float) -> None:
    def refuse(_send: Send) -> Outcome:
        return response(status) if stage.now < until else None

    stage.refuse = refuse


def test_a_refused_key_ends_every_wait_with_an_error_of_its_own() -> None:
    stage = Uploads(*names(5), analyzed_at=30.0)
    waits = [wait(stage, name) for name in names(5)]
    stage.at(10.0, lambda: refusing(stage, 401, until=99.0))
    stage.run()
    assert all(isinstance(each.error, AuthenticationError) for each in waits)
    assert len({id(each.error) for each in waits}) == 5
    assert len({each.ended for each in waits}) == 1, "one request was enough"
    assert waits[0].ended is not None
    assert waits[0].ended < 15
    assert stage.at_rest()


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_waits_go_on_after_failures_from_which_the_server_recovers(status: int) -> None:
    stage = Uploads(*names(3), analyzed_at=1.0)
    refusing(stage, status, until=40.0)
    waits = [wait(stage, name) for name in names(3)]
    stage.run()
    assert all(each.result.status == "analyzed" for each in waits)
    assert stage.requests < 30


@pytest.mark.parametrize(
    "kind", [FailureKind.NOT_CONNECTED, FailureKind.BROKEN, FailureKind.POOL_TIMEOUT, FailureKind.TIMEOUT]
)
def test_waits_go_on_after_connection_errors_until_they_time_out(kind: FailureKind) -> None:
    stage = Uploads(*names(3), analyzed_at=1.0)
    stage.refuse = lambda _send: failure(kind)
    waits = [wait(stage, name, timeout=30 + number) for number, name in enumerate(names(3))]
    stage.run()
    for number, each in enumerate(waits):
        assert isinstance(each.error, WaitTimeoutError)
        assert isinstance(each.error.__cause__, APIConnectionError)
        assert each.ended == pytest.approx(30 + number)


def test_lookups_share_the_error_of_a_failing_server() -> None:
    stage = Uploads(*names(30))
    refusing(stage, 503, until=99.0)
    lookups = [get(stage, name) for name in names(30)]
    stage.run()
    assert all(isinstance(each.error, InternalServerError) for each in lookups)
    assert len(stage.pages) == 2


def test_a_deadline_ends_the_wait_of_its_own_client_alone() -> None:
    stage = Uploads(*names(2), analyzed_at=20.0)
    leader, follower = wait(stage, "c0", deadline=4.0), wait(stage, "c1")
    late = wait(stage, "c0", after=1.0, deadline=4.0)
    stage.run()
    for each in (leader, late):
        assert isinstance(each.error, DeadlineExceededError)
        assert each.ended == pytest.approx(each.began + 4.0)
    assert follower.result.id == "c1"


# ---- the rate limit


def test_time_held_back_by_the_rate_limit_does_not_count() -> None:
    stage = Uploads(*names(3), analyzed_at=30.0, limit=4)
    waits = [wait(stage, name, timeout=10) for name in names(3)]
    stage.run()
    assert [each.result.id for each in waits] == list(names(3))
    assert stage.now > 60
    assert stage.at_rest()


def test_a_timeout_says_how_long_the_rate_limit_held_the_wait_back() -> None:
    stage = Uploads(*names(2), analyzed_at=999.0, limit=4)
    waits = [wait(stage, name, timeout=10) for name in names(2)]
    stage.run()
    for each in waits:
        error = each.error
        assert isinstance(error, WaitTimeoutError)
        assert each.ended is not None
        assert error.held_back > 50
        assert each.ended - each.began == pytest.approx(10 + error.held_back, abs=GRACE)
        assert error.status == "analyzing"
        assert error.status_age is not None
        assert 0 < error.status_age <= 60


def test_a_poll_does_not_starve_behind_calls_and_a_lookup_is_a_call() -> None:
    stage = Uploads(*names(12), limit=4)
    calls = [stage.play(call(stage.context(), list_outputs(name))) for name in names(12)]
    waiting = wait(stage, "c0", after=0.5)
    lookup = get(stage, "c1", after=0.6)
    late = [stage.play(call(stage.context(), list_outputs(name)), after=70) for name in names(4)]
    stage.run()
    assert waiting.result.id == "c0"
    ends = [waiting.ended, calls[-1].ended, lookup.ended, *(each.ended for each in late)]
    windows = [int(ended or 0) // 60 for ended in ends]
    assert windows == [1, 3, 3, 3, 3, 4, 4], "it waits for the poll, and then is before those that came later"


def test_a_spent_window_ends_the_waits_of_those_alone_who_do_not_wait_for_it() -> None:
    stage = Uploads(*names(3), analyzed_at=30.0, limit=4)
    patient = wait(stage, "c0")
    hasty = wait(stage, "c1", policy=RateLimitPolicy("raise"))  # it leads once the first round has ended
    other = wait(stage, "c2")
    stage.run()
    assert isinstance(hasty.error, RateLimitError)
    assert hasty.ended is not None
    assert hasty.ended < 4
    assert [patient.result.id, other.result.id] == ["c0", "c2"]
    assert stage.at_rest()


def test_a_driver_that_only_seemed_to_be_dead_goes_on() -> None:
    """As after a laptop's sleep: meanwhile another has led, and its round is not undone."""
    stage = Uploads(*names(2), analyzed_at=4.0)
    stalled, other = wait(stage, "c0"), wait(stage, "c1")
    stalled.stall(at=0.01, until=50.0)
    stage.run()
    assert other.ended is not None
    assert other.ended < 30 + 2 * GRACE + 5
    assert [stalled.result.id, other.result.id] == ["c0", "c1"]
    assert stage.at_rest()
