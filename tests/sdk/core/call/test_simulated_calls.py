"""Many callers of one key, hostile schedules: what holds for every call in every story.

`simulation.rules` says what has to hold, `simulation.families` what the stories are about. A story that
breaks a rule is narrated line by line, with the command that plays it again.
"""

import logging
import math
import os
from dataclasses import replace

import pytest
from simulation.families import FAMILIES, scenario
from simulation.narration import broken, narrated
from simulation.scenario import Scenario
from simulation.story import Story

SEEDS = int(os.environ.get("SIMULATED_SEEDS", "1200"))  # of each of the twelve families
CHUNK = 150  # stories of one test, so that several processes share the work
FEW = range(100)


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
@pytest.mark.parametrize("family", FAMILIES)
def test_what_holds_in_every_story(family: str, first: int) -> None:
    for seed in range(first, first + CHUNK):
        if broken(family, seed):
            pytest.fail(narrated(family, seed), pytrace=False)


@pytest.mark.parametrize("family", ["honest", "undated"])
def test_windows_are_used_up_and_not_slept_through(family: str) -> None:
    for seed in FEW:
        story = Story(scenario(family, seed)).run()
        facts = story.scenario
        windows = math.ceil(facts.calls / facts.limit)
        busy = math.ceil(facts.calls / facts.workers) * facts.latency[1]
        # Each window may open as late as the clock is unsure, a second and a round trip.
        most = (windows - 1) * facts.window + windows * (1.1 + 3 * facts.latency[1]) + busy + 1
        assert story.elapsed <= most, narrated(family, seed)


def test_returned_slots_are_used_in_the_same_window() -> None:
    for seed in FEW:
        story = Story(replace(scenario("unreachable", seed), cancel=0)).run()
        assert story.server.windows == math.ceil(story.server.counted / story.scenario.limit), seed


def test_waits_take_one_slot_of_each_window_from_calls_and_no_more() -> None:
    for seed in FEW:
        story = Story(replace(scenario("waiting", seed), cancel=0, refuse_connection=0)).run()
        facts = story.scenario
        if 1 < facts.limit <= facts.workers:
            windows = math.ceil(facts.calls / (facts.limit - 1))
            assert story.elapsed <= windows * (facts.window + 1.1 + 3 * facts.latency[1]), seed


def test_a_server_without_headers_is_not_paced() -> None:
    story = Story(Scenario(tells_window=False, limit=10_000, workers=50)).run()
    assert story.elapsed < 3


def test_a_server_that_names_only_retry_after_costs_one_refusal_a_worker_and_window() -> None:
    story = Story(Scenario(tells_window=False, retry_after=("seconds",), limit=50, workers=20)).run()
    assert all(call.result is not None for call in story.calls)
    assert story.server.refusals <= 20 * 4


def test_calls_that_need_more_than_one_window_end_with_their_windows() -> None:
    story = Story(Scenario(calls=1000, workers=20, limit=100, window=2, latency=(0.001, 0.002))).run()
    assert story.server.refusals == 0
    assert story.server.windows == 10
    assert 18.0 <= story.elapsed <= 18.0 * 1.05


def test_a_story_can_be_told_again() -> None:
    first = narrated("hostile", 7)
    assert first == narrated("hostile", 7)
    assert "python -m simulation hostile 7" in first
    assert "call 0 begins" in first


@pytest.mark.parametrize("family", FAMILIES)
def test_the_log_has_each_window_once_and_changes_nothing(
    family: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pandocast_sdk")
    for seed in range(20):
        caplog.clear()
        if broken(family, seed):
            pytest.fail(narrated(family, seed), pytrace=False)
        lines = [record.getMessage() for record in caplog.records]
        windows = [line.partition("until")[2] for line in lines if "for the window" in line]
        assert len(windows) == len(set(windows)), seed
