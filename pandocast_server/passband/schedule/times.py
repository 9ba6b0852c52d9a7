"""When to post: hours of the week by the engagement of what was posted in them (contract, section 2).

The score of an hour is the mean engagement rate of what was posted in it on a platform, divided by that of
the platform's best hour: 1 is the best, and platforms can be compared. Drafts count that have been posted and
have metrics, by their `postedAt` in UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Final

from sqlalchemy import Connection

from pandocast_server.passband.engagement import engagement_rate, measured

WireTime = dict[str, str | int | float]
Hour = tuple[int, int]
"""A day of the week, of which 0 is Sunday, and an hour."""

_MOST_OF_A_PLATFORM = 10

_SUN, _MON, _TUE, _WED, _THU, _FRI = range(6)
CUSTOMARY: Final[Mapping[str, Sequence[Hour]]] = {
    "twitter": ((_TUE, 9), (_WED, 9), (_THU, 9), (_WED, 12), (_FRI, 9)),
    "linkedin": ((_TUE, 10), (_WED, 10), (_THU, 10), (_WED, 12), (_TUE, 8)),
    "threads": ((_TUE, 8), (_WED, 8), (_THU, 8), (_MON, 12), (_FRI, 12)),
    "bluesky": ((_WED, 9), (_TUE, 9), (_THU, 9), (_MON, 12), (_WED, 17)),
}
"""Recommended, best first, for a platform without any engagement; not measured."""


def recommended_times(
    connection: Connection, workspace_id: str, *, platforms: Iterable[str]
) -> list[WireTime]:
    """Return times for some platforms, best first, as answers have them."""
    history = _history(connection, workspace_id)
    times: dict[str, Mapping[Hour, float]] = {}
    for platform in platforms:
        good = {hour: score for hour, score in history.get(platform, {}).items() if score}
        times[platform] = good or _customary(platform)
    return _on_the_wire(times)


def best_times(connection: Connection, workspace_id: str, *, platform: str | None) -> list[WireTime]:
    """Return the best times there were on one platform, or on all, as answers have them."""
    history = _history(connection, workspace_id)
    return _on_the_wire(history if platform is None else {platform: history.get(platform, {})})


def _history(connection: Connection, workspace_id: str) -> dict[str, Mapping[Hour, float]]:
    """Return the scores of the best hours on each platform."""
    rates: dict[str, dict[Hour, list[float]]] = {}
    for row in measured(connection, workspace_id):
        posted_at = row["posted_at"]
        if posted_at is not None:
            hour = (posted_at.isoweekday() % 7, posted_at.hour)
            rates.setdefault(row["platform"], {}).setdefault(hour, []).append(engagement_rate(row))
    return {platform: _scored(hours) for platform, hours in rates.items()}


def _scored(rates: Mapping[Hour, Sequence[float]]) -> Mapping[Hour, float]:
    means = {hour: fmean(of_hour) for hour, of_hour in rates.items()}
    best = max(means.values())
    best_first = sorted(means, key=lambda hour: (-means[hour], hour))
    return {hour: means[hour] / best if best else 0.0 for hour in best_first[:_MOST_OF_A_PLATFORM]}


def _customary(platform: str) -> Mapping[Hour, float]:
    return {hour: (10 - rank) / 10 for rank, hour in enumerate(CUSTOMARY[platform])}


def _on_the_wire(times: Mapping[str, Mapping[Hour, float]]) -> list[WireTime]:
    """Order times by their scores, then by platform, day and hour."""
    rows = [(score, platform, hour) for platform, hours in times.items() for hour, score in hours.items()]
    return [
        {"platform": platform, "dayOfWeek": day, "hour": hour, "minute": 0, "score": score}
        for score, platform, (day, hour) in sorted(rows, key=lambda row: (-row[0], *row[1:]))
    ]
