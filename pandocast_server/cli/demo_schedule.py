"""The schedule in the demo's second act: slots, the calendar, posting, and how the posts did."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx
from attrs import frozen

from pandocast_sdk import Passband
from pandocast_sdk.models.drafts import Draft
from pandocast_sdk.models.engagement import Engagement, EngagementSummary
from pandocast_sdk.models.schedule import Conflicts, PostingTime, Slot
from pandocast_server.cli.demo_calendar import write_calendar
from pandocast_server.cli.demo_files import shown
from pandocast_server.cli.demo_passband_screen import PassbandScreen, percent
from pandocast_server.cli.demo_run import DemoError
from pandocast_server.cli.demo_stage import MASK, counted, day_and_time
from pandocast_server.cli.demo_waiting import wait_for_draft
from pandocast_server.clock import Clock

_SLOTS: Final = tuple(
    Slot(day_of_week=day, hour=hour, minute=minute)
    for day, hour, minute in ((1, 9, 0), (2, 12, 30), (3, 9, 0), (4, 12, 30), (5, 16, 0))
)
_CLOSE: Final = timedelta(minutes=20)
_SECONDS_FOR_A_POST: Final = 10.0
_EVENT: Final = b"\r\nBEGIN:VEVENT\r\n"


@frozen
class _Sample:
    """What a platform might report of one of the posts, by its place in the order of their times."""

    place: int
    platform: str
    impressions: int
    likes: int
    replies: int
    reposts: int
    clicks: int


_SAMPLES: Final = (
    _Sample(0, "twitter", impressions=1250, likes=48, replies=6, reposts=9, clicks=31),
    _Sample(0, "linkedin", impressions=640, likes=37, replies=5, reposts=2, clicks=20),
    _Sample(1, "twitter", impressions=980, likes=22, replies=3, reposts=4, clicks=15),
)


@frozen
class Schedule:
    """Which drafts have which times.

    Attributes:
        slots: The times of a week.
        drafts: The drafts as they were scheduled, in the order of their times.
        asked: A time close to the first of these.
        conflicts: What is scheduled close to that time.
    """

    slots: list[Slot]
    drafts: list[Draft]
    asked: datetime
    conflicts: Conflicts


@frozen
class CalendarFile:
    """The calendar that was written.

    Attributes:
        path: Where.
        events: How many it has.
    """

    path: Path
    events: int


@frozen
class Reactions:
    """How the posts did."""

    records: list[Engagement]
    summary: EngagementSummary
    best_times: list[PostingTime]


def schedule(approved: Sequence[Draft], client: Passband, screen: PassbandScreen) -> Schedule:
    """Put every approved draft in a slot, and hold all of them back until `post`.

    Raises:
        DemoError: One was skipped.
        PandocastError: A call of the SDK failed.
    """
    slots = client.schedule.replace_slots(_SLOTS)
    screen.slots(slots)
    # Else what comes next would have to be done before the first slot, however close that is.
    client.schedule.pause()
    screen.fact("Paused", "nothing goes out before the schedule is resumed")
    result = client.schedule.bulk()
    if result.skipped or len(result.scheduled) != len(approved):
        raise DemoError(f"not every draft got a slot: {result.reason or 'some were not approved'}")
    drafts = sorted(client.drafts.list(status="scheduled"), key=_time)
    for draft in drafts:
        screen.excerpt(day_and_time(_time(draft)), draft.text, draft.format)
    asked = _time(drafts[0]) + _CLOSE
    conflicts = client.schedule.conflicts(asked)
    close = f"{counted(conflicts.count, 'post')} within 30 minutes" if conflicts.has_conflict else "free"
    screen.fact("Conflict", f"one more post on {day_and_time(asked)}? {close}")
    return Schedule(slots, drafts, asked, conflicts)


def save_calendar(path: Path, client: Passband, direct: httpx.Client, screen: PassbandScreen) -> CalendarFile:
    """Read the calendar feed as a calendar program does, and write it to a file.

    Raises:
        DemoError: There is no such feed.
        UnusableFileError: The file cannot be written.
        PandocastError: A call of the SDK failed.
    """
    url = client.calendar.feed().url
    if url is None:
        raise DemoError("the calendar feed is turned off")
    answer = direct.get(url)
    if answer.status_code != HTTPStatus.OK:
        raise DemoError(f"the calendar feed was answered with {answer.status_code}")
    events = answer.content.count(_EVENT)
    write_calendar(path, answer.content)
    screen.fact("Feed", f"{url.rsplit('/', 2)[0]}/{MASK}/{MASK}.ics")
    screen.fact("Written", f"{shown(path)}, {counted(events, 'event')}: any calendar program opens it")
    screen.fact("Live", "while a server runs, calendars can subscribe to that address")
    return CalendarFile(path, events)


def post(planned: Schedule, client: Passband, clock: Clock, screen: PassbandScreen) -> list[Draft]:
    """Move the clock from time to time, and give the drafts once they are posted.

    Raises:
        DemoError: One was not posted.
        PandocastError: A call of the SDK failed.
    """
    client.schedule.resume()
    screen.fact("Resumed", "from now on each post goes out at its time")
    posted: list[Draft] = []
    for draft in planned.drafts:
        clock.advance(max(timedelta(), _time(draft) - clock.now()))
        posted.append(
            wait_for_draft(
                client,
                draft.id,
                before="scheduled",
                after="posted",
                done="posted",
                timeout=_SECONDS_FOR_A_POST,
            )
        )
        screen.excerpt(day_and_time(_time(draft)), draft.text, "posted")
    return posted


def react(posted: Sequence[Draft], client: Passband, screen: PassbandScreen) -> Reactions:
    """Record how some posts did, and look at all of them.

    Raises:
        PandocastError: A call of the SDK failed.
    """
    records: list[Engagement] = []
    for sample in _SAMPLES:
        if sample.place < len(posted):
            draft = posted[sample.place]
            record = client.engagement.record(
                draft_id=draft.id,
                platform=sample.platform,
                impressions=sample.impressions,
                likes=sample.likes,
                replies=sample.replies,
                reposts=sample.reposts,
                clicks=sample.clicks,
            )
            records.append(record)
            seen = f"{sample.impressions:,} saw it, {percent(record.engagement_rate)}"
            screen.excerpt(sample.platform, draft.text, seen)
    summary = client.engagement.summary()
    screen.engagement(summary)
    best_times = client.schedule.best_times()
    screen.times(best_times)
    return Reactions(records, summary, best_times)


def _time(draft: Draft) -> datetime:
    if draft.scheduled_at is None:
        raise DemoError("a scheduled draft has no time")
    return draft.scheduled_at
