"""When to post: hours of the week by the engagement of what was posted in them (contract, section 2).

The score of an hour is the mean engagement rate of what was posted in it on a platform, divided by that of
the platform's best hour: 1 is the best, and platforms can be compared. Drafts count that have been posted and
have metrics, by their `postedAt` in UTC. A platform has at most ten hours, and a time is the first minute of
one. Times are ordered by score, then by platform, day and hour.

Best times are all of these; recommended times are those that got any engagement at all. A platform that has
none is recommended these, which are customary, not measured. The first scores 1, each that follows 0.1 less.

| platform | customary times in UTC, best first |
|---|---|
| twitter | Tue 9, Wed 9, Thu 9, Wed 12, Fri 9 |
| linkedin | Tue 10, Wed 10, Thu 10, Wed 12, Tue 8 |
| threads | Tue 8, Wed 8, Thu 8, Mon 12, Fri 12 |
| bluesky | Wed 9, Tue 9, Thu 9, Mon 12, Wed 17 |
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from attrs import frozen
from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from pandocast_server.passband.engagement.summary import RATE
from pandocast_server.storage.database import Database
from pandocast_server.storage.passband_tables import drafts, engagement

WireTime = dict[str, str | int | float]

_MOST_OF_A_PLATFORM = 10

_SUN, _MON, _TUE, _WED, _THU, _FRI = range(6)
_CUSTOMARY: Final[Mapping[str, Sequence[tuple[int, int]]]] = {
    "twitter": ((_TUE, 9), (_WED, 9), (_THU, 9), (_WED, 12), (_FRI, 9)),
    "linkedin": ((_TUE, 10), (_WED, 10), (_THU, 10), (_WED, 12), (_TUE, 8)),
    "threads": ((_TUE, 8), (_WED, 8), (_THU, 8), (_MON, 12), (_FRI, 12)),
    "bluesky": ((_WED, 9), (_TUE, 9), (_THU, 9), (_MON, 12), (_WED, 17)),
}

_MICROSECONDS = 3_600_000_000
_WEEK = 7 * 24
_FIRST_HOUR_OF_1970 = _THU * 24
_HOUR_OF_WEEK = (type_coerce(drafts.c.posted_at, BigInteger) // _MICROSECONDS + _FIRST_HOUR_OF_1970) % _WEEK


@frozen
class _Time:
    """One hour of the week, counted from the midnight with which Sunday begins."""

    platform: str
    hour_of_week: int
    score: float


def recommended_times(database: Database, *, workspace_id: str, platforms: Iterable[str]) -> list[WireTime]:
    """Return times for some platforms, best first, as answers have them."""
    with database.read() as connection:
        history = _history(connection, workspace_id)
    return _on_the_wire(
        chain.from_iterable(
            [time for time in history.get(platform, ()) if time.score] or _customary(platform)
            for platform in platforms
        )
    )


def best_times(database: Database, *, workspace_id: str, platform: str | None) -> list[WireTime]:
    """Return the best times there were on one platform, or on all, as answers have them."""
    with database.read() as connection:
        history = _history(connection, workspace_id)
    times = history.values() if platform is None else [history.get(platform, [])]
    return _on_the_wire(chain.from_iterable(times))


def _history(connection: Connection, workspace_id: str) -> dict[str, list[_Time]]:
    mean = func.avg(RATE)
    query = (
        select(engagement.c.platform, _HOUR_OF_WEEK, mean)
        .join_from(engagement, drafts, engagement.c.draft_id == drafts.c.id)
        .where(
            engagement.c.workspace_id == workspace_id,
            engagement.c.measured_at.is_not(None),
            drafts.c.posted_at.is_not(None),
        )
        .group_by(engagement.c.platform, _HOUR_OF_WEEK)
    )
    means: dict[str, dict[int, float]] = {}
    for platform, hour, rate in connection.execute(query):
        means.setdefault(platform, {})[hour] = float(rate)
    return {platform: _scored(platform, hours) for platform, hours in means.items()}


def _scored(platform: str, means: Mapping[int, float]) -> list[_Time]:
    best = max(means.values())
    times = [_Time(platform, hour, mean / best if best else 0.0) for hour, mean in means.items()]
    return _ordered(times)[:_MOST_OF_A_PLATFORM]


def _customary(platform: str) -> list[_Time]:
    return [
        _Time(platform, day * 24 + hour, (10 - rank) / 10)
        for rank, (day, hour) in enumerate(_CUSTOMARY[platform])
    ]


def _ordered(times: Iterable[_Time]) -> list[_Time]:
    return sorted(times, key=lambda time: (-time.score, time.platform, time.hour_of_week))


def _on_the_wire(times: Iterable[_Time]) -> list[WireTime]:
    return [
        {
            "platform": time.platform,
            "dayOfWeek": time.hour_of_week // 24,
            "hour": time.hour_of_week % 24,
            "minute": 0,
            "score": time.score,
        }
        for time in _ordered(times)
    ]
