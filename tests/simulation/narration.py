"""A story that breaks a rule, in words that a person can follow, and the command that plays it again."""

import re
from collections.abc import Iterator
from dataclasses import fields

from simulation.clock import EndlessStoryError
from simulation.families import scenario
from simulation.rules import complaints
from simulation.scenario import Scenario
from simulation.story import Story

_MOST_LINES = 120
_ADDRESS = re.compile(r" object at 0x[0-9a-f]+")


def broken(family: str, seed: int) -> list[str]:
    """Play one story; give the rules that it breaks."""
    return _played(Story(scenario(family, seed)))


def narrated(family: str, seed: int) -> str:
    """Play one story again, and narrate it."""
    story = Story(scenario(family, seed), narrating=True)
    found = _played(story)
    lines = [
        f"{family} {seed}: {'; '.join(found) or 'keeps every rule'}",
        f"to play it again: PYTHONPATH=tests python -m simulation {family} {seed}",
        *_facts(story.scenario),
        *_clipped(story.log),
    ]
    return "\n".join(lines)


def _played(story: Story) -> list[str]:
    try:
        return complaints(story.run())
    except (EndlessStoryError, AssertionError) as fault:
        return [f"{type(fault).__name__}: {fault}"]


def _facts(facts: Scenario) -> Iterator[str]:
    """Tell what is not as it usually is."""
    for each in fields(facts):
        value = getattr(facts, each.name)
        if each.name == "clients" or value != each.default:
            yield f"  {each.name} = {_ADDRESS.sub('', repr(value))}"


def _clipped(log: list[str]) -> list[str]:
    if len(log) <= _MOST_LINES:
        return log
    half = _MOST_LINES // 2
    return [*log[:half], f"... {len(log) - _MOST_LINES} lines ...", *log[-half:]]
