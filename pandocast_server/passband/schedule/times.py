"""When to post: hours of the week by the engagement of what was posted in them (contract, section 2).

The score of an hour is the mean engagement rate of what was posted in it on a platform, divided by that of
the platform's best hour: 1 is the best, and platforms can be compared. Drafts count that have been posted and
have metrics, by their `postedAt` in UTC.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Final

from sqlalchemy import Connection

from pandocast_server.passband.engagement import engagement_rate, measured

Hour = tuple[int, int]
"""A day of the week, of which 0 is Sunday, and an hour."""

Scores = Mapping[Hour, float]

_MOST_OF_A_PLATFORM = 10

_SUN, _MON, _TUE, _WED, _THU, _FRI = range(6)
CUSTOMARY: Final[Mapping[str, Sequence[Hour]]] = {
    "twitter": ((_TUE, 9), (_WED, 9), (_THU, 9), (_WED, 12), (_FRI, 9)),
    "linkedin": ((_TUE, 10), (_WED, 10), (_THU, 10), (_WED, 12), (_TUE, 8)),
    "threads": ((_TUE, 8), (_WED, 8), (_THU, 8), (_MON, 12), (_FRI, 12)),
    "bluesky": ((_WED, 9), (_TUE, 9), (_THU, 9), (_MON, 12), (_WED, 17)),
}
"""Recommended, best first, for a platform without any engagement; not measured."""


def best_hours(connection: Connection, workspace_id: str) -> dict[str, Scores]:
    """Return the best hours that there were on each platform, those without any engagement left out."""
    rates: dict[str, dict[Hour, list[float]]] = {}
    for row in measured(connection, workspace_id):
        posted_at = row["posted_at"]
        if posted_at is not None:
            hour = (posted_at.isoweekday() % 7, posted_at.hour)
            rates.setdefault(row["platform"], {}).setdefault(hour, []).append(engagement_rate(row))
    return {platform: _scores(hours) for platform, hours in rates.items()}


def customary_hours(platform: str) -> Scores:
    """Return the hours that are recommended without any engagement."""
    return {hour: (10 - rank) / 10 for rank, hour in enumerate(CUSTOMARY[platform])}


def times_on_the_wire(hours: Mapping[str, Scores]) -> list[dict[str, str | int | float]]:
    """Return the hours of some platforms as answers have them: by score, then platform, day and hour."""
    rows = [(-score, platform, hour) for platform, scores in hours.items() for hour, score in scores.items()]
    return [
        {"platform": platform, "dayOfWeek": day, "hour": hour, "minute": 0, "score": -score}
        for score, platform, (day, hour) in sorted(rows)
    ]


def _scores(rates: Mapping[Hour, Sequence[float]]) -> Scores:
    means = {hour: fmean(of_hour) for hour, of_hour in rates.items()}
    best_first = sorted(means, key=lambda hour: (-means[hour], hour))[:_MOST_OF_A_PLATFORM]
    return {hour: means[hour] / means[best_first[0]] for hour in best_first if means[hour]}
