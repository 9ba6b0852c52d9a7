"""Many workers, one key, hostile schedules: what holds for every call in every story.

Each test plays some dozens of stories; a failing one is named by its family and seed.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from simulator import Scenario, Simulation, seeded

from pandocast_sdk.errors import APIConnectionError, APIStatusError, DeadlineExceededError
from pandocast_sdk.options import RateLimitPolicy

SEEDS = 60
MOST_STEPS = 12  # of one call in one second: a few sends with their waits, never a busy loop
INSTANT = 1e-6


def honest(random: Random) -> Scenario:
    """The server tells the truth and nobody else uses the key; the clocks may differ by hours."""
    shortest = random.choice((0.001, 0.02, 0.3))
    return Scenario(
        workers=random.choice((1, 3, 20, 60)),
        calls=random.choice((40, 160)),
        limit=random.choice((1, 2, 5, 30, 100)),
        window=random.choice((1, 2, 5, 60)),
        latency=(shortest, shortest * random.choice((1.5, 3))),
        server_skew=random.uniform(-9000, 9000),
        local_skew=random.choice((0, random.uniform(-9000, 9000))),
        tells_retry_after=random.random() < 0.5,
    )


def undated(random: Random) -> Scenario:
    """No answer is dated, so both clocks are taken to agree, as they do."""
    return replace(honest(random), tells_date=False, server_skew=0, local_skew=0)


def vague(random: Random) -> Scenario:
    """Each answer is dated by another host, or by a clock that is read now and then."""
    return replace(honest(random), date_lag=(0, random.choice((0.3, 1.0, 1.9))))


def faulty(random: Random) -> Scenario:
    """Requests get lost on the way, in the server and on the way back."""

    def chance() -> float:
        return random.choice((0, 0.05, 0.3))

    return replace(
        honest(random),
        limit=random.choice((30, 100)),  # a window whose every answer is lost cannot be known
        latency=(0.02, 0.2),
        max_retries=random.choice((0, 1, 2, 4)),
        refuse_connection=chance(),
        drop_before=chance(),
        fail_before=chance(),
        drop_after=chance(),
        fail_after=chance(),
    )


def hostile(random: Random) -> Scenario:
    """Everything at once: faults, cancelled calls, slow answers, other users, jumping clocks, odd headers."""
    story = faulty(random)
    return replace(
        story,
        limit=random.choice((1, 2, 5, 100)),
        cancel=random.choice((0, 0.3)),
        thinking=random.choice(((0, 0), (0, 3), (0, 40))),
        timeout=random.choice((0.5, 5, 30)),
        deadline=random.choice((None, 0.3, 5, 70)),
        others_every=random.choice((math.inf, 0.5, 5)),
        server_jumps=random.choice(((), ((3, 7200),), ((3, -2), (9, 40)), ((5, -7200),))),
        date_lag=random.choice(((0, 0), (0, 1.5), (0, 100))),
        tells_date=random.random() < 0.8,
        tells_window=random.random() < 0.8,
        refuse_at_random=random.choice((0, 0, 0.1)),
        policy=random.choice(
            (
                RateLimitPolicy(),
                RateLimitPolicy(),
                RateLimitPolicy(max_wait=3),
                RateLimitPolicy("raise"),
                RateLimitPolicy("off"),
            )
        ),
    )


FAMILIES = [honest, undated, vague, faulty, hostile]
ALL = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: str(family.__name__))


def stories(family: Callable[[Random], Scenario]) -> list[Simulation]:
    return [Simulation(replace(family(seeded(seed)), seed=seed)).run() for seed in range(SEEDS)]


@ALL
def test_what_holds_in_every_story(family: Callable[[Random], Scenario]) -> None:
    for simulation in stories(family):
        told = f"{family.__name__} {simulation.scenario.seed}"
        assert len(simulation.calls) == simulation.scenario.calls, told
        assert simulation.budget._in_flight == 0, told
        assert not simulation.budget._line, told
        check_calls(simulation, told)
        check_order(simulation, told)


def check_calls(simulation: Simulation, told: str) -> None:
    story = simulation.scenario
    for call in simulation.calls:
        case = f"{told}, call {call.number}"
        acted = simulation.server.acted[call.number]
        assert call.succeeded + call.cancelled + (call.error is not None) == 1, case
        assert call.sends - call.refusals <= story.max_retries + 1, case
        if call.writes:
            assert acted <= 1, f"{case} was carried out twice"
            assert acted == 1 or not call.succeeded, f"{case} was never carried out"
            if call.error is not None and not call.error.outcome_unknown:
                assert acted == 0, f"{case} was carried out, and its error denies it"
        if call.error is not None:
            right = (APIConnectionError, APIStatusError, DeadlineExceededError)
            assert isinstance(call.error, right), f"{case}: {call.error!r}"
            assert call.writes or not call.error.outcome_unknown, case
        if story.deadline is not None:
            assert call.ended - call.began <= story.deadline + INSTANT, case
        assert max(call.steps.values()) <= MOST_STEPS, f"{case} takes many steps in a second"


def check_order(simulation: Simulation, told: str) -> None:
    """Whoever joined the line first is sent first."""
    sent = [call.first_sent for call in simulation.calls if not math.isnan(call.first_sent)]
    if simulation.scenario.policy.mode != "off":
        assert all(after >= before - INSTANT for before, after in pairwise(sent)), told


@pytest.mark.parametrize("family", [honest, undated, vague, faulty], ids=lambda family: str(family.__name__))
def test_nothing_is_sent_into_a_window_that_is_known_to_be_spent(
    family: Callable[[Random], Scenario],
) -> None:
    """Alone with an honest server nobody is ever refused, as long as the answers come back."""
    for simulation in stories(lambda random: replace(family(random), drop_after=0)):
        assert simulation.server.refusals == 0, f"{family.__name__} {simulation.scenario.seed}"


@pytest.mark.parametrize("family", [honest, undated], ids=lambda family: str(family.__name__))
def test_windows_are_used_up_and_not_slept_through(family: Callable[[Random], Scenario]) -> None:
    for simulation in stories(family):
        story = simulation.scenario
        windows = math.ceil(story.calls / story.limit)
        busy = math.ceil(story.calls / story.workers) * story.latency[1]
        # Each window may open as late as the clock is unsure, a second and a round trip.
        most = (windows - 1) * story.window + windows * (1.1 + 3 * story.latency[1]) + busy + 1
        assert simulation.elapsed <= most, f"{family.__name__} {story.seed}"


def test_a_server_without_headers_is_not_paced() -> None:
    simulation = Simulation(Scenario(tells_window=False, limit=10_000, workers=50)).run()
    assert simulation.elapsed < 3


def test_a_server_that_names_only_retry_after_costs_one_refusal_a_worker_and_window() -> None:
    simulation = Simulation(Scenario(tells_window=False, tells_retry_after=True, limit=50, workers=20)).run()
    assert all(call.succeeded for call in simulation.calls)
    assert simulation.server.refusals <= 20 * 4


def test_calls_that_need_more_than_one_window_end_with_their_windows() -> None:
    simulation = Simulation(
        Scenario(calls=1000, workers=20, limit=100, window=2, latency=(0.001, 0.002))
    ).run()
    assert simulation.server.refusals == 0
    assert simulation.server.windows == 10
    assert 18.0 <= simulation.elapsed <= 18.0 * 1.05


def test_a_story_can_be_told_again() -> None:
    scenario = hostile(seeded(7))
    first, second = Simulation(scenario).run(), Simulation(scenario).run()
    assert [(call.ended, call.sends) for call in first.calls] == [
        (call.ended, call.sends) for call in second.calls
    ]
