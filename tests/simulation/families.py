"""Families of stories: from a seed to a scenario."""

import math
from collections.abc import Callable
from dataclasses import replace
from random import Random

from simulation.scenario import WAIT, Scenario, Traits, seeded
from tenacity.wait import wait_none

from pandocast_sdk.options import RateLimitPolicy

Family = Callable[[Random], Scenario]

POLICIES = (WAIT, WAIT, RateLimitPolicy(max_wait=3), RateLimitPolicy("raise"), RateLimitPolicy("off"))


def honest(random: Random) -> Scenario:
    """The server tells the truth and nobody else uses the key; the clocks may differ by hours."""
    shortest = random.choice((0.001, 0.02, 0.3))
    limit = random.choice((1, 2, 5, 30, 100))
    return Scenario(
        workers=random.choice((1, 3, 10, 25)),
        calls=random.choice((3, 6, 12)) if limit < 5 else random.choice((6, 12, 40)),
        limit=limit,
        window=random.choice((1, 2, 5, 60)),
        latency=(shortest, shortest * random.choice((1.5, 3))),
        server_skew=random.uniform(-9000, 9000),
        local_skew=random.choice((0, random.uniform(-9000, 9000))),
        retry_after=random.choice(((), ("seconds",), ("date",))),
    )


def undated(random: Random) -> Scenario:
    """No answer is dated, so both clocks are taken to agree, as they do."""
    return replace(honest(random), tells_date=False, server_skew=0, local_skew=0)


def vague(random: Random) -> Scenario:
    """Each answer is dated by another host, or by a clock that is read now and then."""
    return replace(honest(random), date_lag=(0, random.choice((0.3, 1.0, 1.9))))


def slow(random: Random) -> Scenario:
    """Answers take seconds, the first one too, until which nobody knows a limit; there are crowds."""
    return replace(
        honest(random),
        workers=random.choice((3, 10, 40)),
        calls=random.choice((12, 40, 80)),
        limit=random.choice((6, 30, 100)),
        thinking=(0, random.choice((0.9, 1.5, 4))),
    )


def faulty(random: Random) -> Scenario:
    """Requests get lost on the way, in the server and on the way back."""

    def chance() -> float:
        return random.choice((0, 0, 0.05, 0.3))

    return replace(
        honest(random),
        limit=random.choice((30, 100)),  # a window whose every answer is lost cannot be known
        latency=(0.02, 0.2),
        clients=(Traits(max_retries=random.choice((0, 1, 2, 4))),),
        pool_busy=chance() / 3,
        refuse_connection=chance(),
        drop_before=chance(),
        drop_after=chance(),
        too_large=chance() / 3,
        reject=chance(),
        fail_before=chance(),
        fail_after=chance(),
        gateway=chance(),
        portal=chance() / 3,
    )


def unreachable(random: Random) -> Scenario:
    """Connections are refused and calls cancelled in such numbers that windows are wasted if slots are."""
    eager = Traits(max_retries=6, backoff=wait_none())
    return Scenario(
        workers=random.choice((5, 10)),
        calls=random.choice((20, 30)),
        limit=random.choice((5, 10)),
        window=random.choice((5, 60)),
        latency=(0.02, 0.04),
        clients=(eager,),
        refuse_connection=random.choice((0.1, 0.4)),
        cancel=random.choice((0, 0, 0.5)),
        cancel_after=random.choice((0.03, 5)),
    )


def crowded(random: Random) -> Scenario:
    """Several clients with different policies share the key, and so do other processes; the limit changes."""
    story = honest(random)
    clients = tuple(
        Traits(
            timeout=random.choice((0.3, 30)),
            deadline=random.choice((None, None, 1, 70)),
            max_retries=random.choice((0, 2)),
            policy=random.choice(POLICIES),
        )
        for _ in range(random.choice((1, 2, 3)))
    )
    return replace(
        story,
        clients=clients,
        cancel=random.choice((0, 0.2)),
        others_every=random.choice((math.inf, 0.2, 3)),
        limits=random.choice(((), ((1.5, 2),), ((0.5, 50), (4, 1)), ((7, 3), (8, 100)))),
    )


def stormy(random: Random) -> Scenario:
    """For seconds, everything is refused; the server names its times in every way there is."""
    ways: tuple[tuple[str, ...], ...] = ((), ("seconds",), ("date",), ("seconds", "date"), ("seconds", ""))
    return replace(
        honest(random),
        clients=tuple(Traits(policy=random.choice(POLICIES)) for _ in range(random.choice((1, 2)))),
        limit=random.choice((2, 30, 100)),
        retry_after=random.choice(ways),
        tells_window=random.random() < 0.6,
        storms=random.choice((((0, 2),), ((0.1, 5), (20, 1)), ((1, 30),), ((0, 0.5), (1, 0.5), (2, 90)))),
        refuse_at_random=random.choice((0, 0.1)),
        fail_before=random.choice((0, 0.1)),
    )


def waiting(random: Random) -> Scenario:
    """There are waits beside a queue that is never empty; some of both are cancelled."""
    limit = random.choice((1, 2, 5, 30))
    return replace(
        honest(random),
        limit=limit,
        window=random.choice((2, 5, 20, 60)),
        workers=random.choice((3, 3 * limit, 3 * limit + 2)),
        calls=random.choice((6, 10)) * limit,
        waiters=random.choice((1, 3, 10)),
        waits=random.choice((3, 20)),
        ready_after=random.choice(((0, 1), (0, 20), (100, 300))),
        cancel=random.choice((0, 0, 0, 0.3)),
        cancel_after=random.choice((0.1, 20)),
        refuse_connection=random.choice((0, 0, 0.1, 0.3)),
    )


def jumping(random: Random) -> Scenario:
    """The clocks of both sides are set while calls are under way."""
    jumps = (
        ((1, 3600),),
        ((0.5, -4), (9, 40)),
        ((2, -7200),),
        ((0.2, 60), (0.9, -60), (3, 5)),
        ((4, -80_000),),
    )
    return replace(
        honest(random),
        server_jumps=random.choice(jumps),
        wall_jumps=random.choice(((), ((0.7, 10_000),), ((1, -10_000), (2, 10_000)))),
        retry_after=random.choice(((), ("seconds",), ("date",))),
    )


def lying(random: Random) -> Scenario:
    """Headers are missing, twice there, no numbers, of other times: what they teach is worth nothing."""
    return replace(
        faulty(random),
        lies=random.choice((0.05, 0.5, 1)),
        limit=random.choice((1, 5, 30)),
        clients=(Traits(policy=random.choice(POLICIES), deadline=random.choice((None, 5, 300))),),
        retry_after=random.choice(((), ("seconds", "date", ""))),
        refuse_at_random=random.choice((0, 0.1)),
    )


def hostile(random: Random) -> Scenario:
    """Everything at once."""
    story = random.choice((faulty, crowded, lying, stormy, jumping))(random)
    clients = tuple(
        Traits(
            timeout=random.choice((0.5, 5, 30)),
            deadline=random.choice((None, 0.3, 5, 70)),
            max_retries=random.choice((0, 2, 5)),
            policy=random.choice(POLICIES),
        )
        for _ in range(random.choice((1, 1, 3)))
    )
    return replace(
        story,
        clients=clients,
        limit=random.choice((1, 2, 5, 100)),
        thinking=random.choice(((0, 0), (0, 3), (0, 40))),
        cancel=random.choice((0, 0.3)),
        others_every=random.choice((math.inf, 0.5, 5)),
        server_jumps=random.choice((story.server_jumps, ((3, 7200),), ((3, -2), (9, 40)), ((5, -7200),))),
        date_lag=random.choice(((0, 0), (0, 1.5), (0, 100))),
        tells_date=random.random() < 0.8,
        tells_window=random.random() < 0.8,
        drop_before=random.choice((0, 0.1)),
        drop_after=random.choice((0, 0.1)),
        refuse_connection=random.choice((0, 0.1)),
        waiters=random.choice((0, 0, 3)),
        waits=10,
        ready_after=(0, random.choice((1, 100))),
    )


FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        honest,
        undated,
        vague,
        slow,
        faulty,
        unreachable,
        crowded,
        stormy,
        waiting,
        jumping,
        lying,
        hostile,
    )
}


def scenario(family: str, seed: int) -> Scenario:
    """Give the one scenario that a family and a seed stand for."""
    name = f"{family} {seed}"
    return replace(FAMILIES[family](seeded(name)), seed=name)
