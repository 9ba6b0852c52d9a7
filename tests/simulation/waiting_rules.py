"""What has to hold for the waits of every story, and for the polls that they make."""

import math
from collections.abc import Iterator
from itertools import pairwise

from simulation.clock import BEGINNING
from simulation.scenario import Scenario, Sent, WaitRecord
from simulation.story import Story

from pandocast_sdk.errors import PandocastError

LONGEST_PAUSE = 5.0  # seconds between two polls
UNSURE = 1.2  # seconds: a window opens so late at most, because a `Date` has whole ones


def complaints_of_waits(story: Story) -> Iterator[str]:
    """Say which rules the waits of a story break."""
    for wait in story.waits:
        yield from (f"wait {-1 - wait.number} {complaint}" for complaint in _ends_once(wait))
    if _is_fair(story.scenario):
        polls = sorted((sent for wait in story.waits for sent in wait.attempts), key=lambda sent: sent.at)
        yield from _never_starve(story, polls)
        yield from _give_way(story, polls)


def _is_fair(facts: Scenario) -> bool:
    """Whether nothing but calls and polls themselves stands in the way of a poll."""
    patient = all(
        client.policy.mode == "wait" and client.policy.max_wait > facts.window for client in facts.clients
    )
    return patient and facts.truthful and facts.alone and facts.lossless and facts.learnable


def _ends_once(wait: WaitRecord) -> Iterator[str]:
    if math.isnan(wait.ended):
        yield "never ends"
    if (wait.result is not None) + wait.cancelled + (wait.error is not None) != 1:
        yield "has not one end"
    if wait.error is not None and not isinstance(wait.error, PandocastError):
        yield f"ends with {wait.error!r}"
    if wait.result is not None and wait.ended < wait.ready_at:
        yield "ends too early"


def _never_starve(story: Story, polls: list[Sent]) -> Iterator[str]:
    """Whoever waits sees a poll in each window, however many calls are in the queue."""
    facts = story.scenario
    window, pause = facts.window + UNSURE + 2 * facts.latency[1], LONGEST_PAUSE + 3 * facts.latency[1]
    # The first poll of a window need not wait. In windows of one slot, calls and polls take turns.
    longest = 2 + (2 * window + pause if facts.limit == 1 else max(window, pause))
    for wait in story.waits:
        moments = [sent.at for sent in polls if wait.began <= sent.at <= wait.ended]
        gaps = zip([wait.began, *moments], [*moments, wait.ended], strict=True)
        worst = max(after - before for before, after in gaps)
        if worst > longest:
            yield f"wait {-1 - wait.number} sees no poll for {worst} s"


def _give_way(story: Story, polls: list[Sent]) -> Iterator[str]:
    """While calls are in the queue, polls have one slot of each window, or of every other, and no more."""
    facts = story.scenario
    ahead = [sent.at for sent in polls if sent.passed_by]
    if facts.limit == 1:
        calls = [sent.at for call in story.calls for sent in call.attempts]
        for first, second in pairwise(ahead):
            if not any(first <= moment <= second for moment in calls):
                yield f"two polls, the first at +{first - BEGINNING} s, and no call in between"
        return
    # Between the first and the third, there is a whole window.
    least = facts.window - 1 - UNSURE - 2 * facts.latency[1]
    for first, third in zip(ahead, ahead[2:], strict=False):
        if third - first < least:
            yield f"three polls within {third - first} s pass by calls in the queue"
