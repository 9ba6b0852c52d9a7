from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import doc_pages, doc_tables
from support.in_process import Api, StillClock, open_api
from support.passband_rows import PASSBAND, add_row, record

from pandocast_server.passband.drafts.models import PLATFORMS
from pandocast_server.workspaces import create_workspace

BEST = f"{PASSBAND}/schedule/best-times"
RECOMMENDED = f"{PASSBAND}/schedule/recommended-times"
SUNDAY = datetime(2026, 3, 22, tzinfo=UTC)
DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

Time = tuple[str, int, int, float]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def times(api: Api, path: str) -> list[Time]:
    answer = api.send("GET", path)
    assert answer.status_code == 200, answer.text
    found = answer.json()["times"]
    assert {time["minute"] for time in found} <= {0}
    return [(time["platform"], time["dayOfWeek"], time["hour"], time["score"]) for time in found]


def posted(api: Api, at: datetime, platform: str, percent: int) -> None:
    record(api, add_row(api, posted_at=at), platform, likes=percent, impressions=100)


def documented() -> dict[str, list[Time]]:
    """Return the customary times of each platform, as the page says them."""
    page = doc_pages.ROOT / "docs" / "passband-decisions.md"
    shown: dict[str, list[Time]] = {}
    for cell, times_ in doc_tables.table(page, "platform", "best first"):
        (platform,) = doc_tables.quoted(cell)
        shown[platform] = [
            (platform, DAYS.index(day), int(hour), (10 - rank) / 10)
            for rank, (day, hour) in enumerate(time.split() for time in times_.split(", "))
        ]
    return shown


def test_without_history_there_are_no_best_times(api: Api) -> None:
    draft_id = add_row(api)
    record(api, draft_id, likes=1, impressions=1)  # measured, but never posted
    record(api, add_row(api, posted_at=SUNDAY), status="posted")  # posted, but never measured
    assert times(api, BEST) == []


def test_an_hour_is_scored_by_its_mean_beside_the_best(api: Api) -> None:
    posted(api, SUNDAY + timedelta(hours=9, minutes=59, seconds=59, microseconds=999_999), "twitter", 10)
    posted(api, SUNDAY + timedelta(days=7, hours=9), "twitter", 30)
    posted(api, SUNDAY + timedelta(hours=10), "twitter", 80)
    posted(api, SUNDAY + timedelta(days=6, hours=23, minutes=30), "twitter", 0)
    posted(api, SUNDAY, "Mastodon", 1)
    mastodon = ("Mastodon", 0, 0, 1)
    twitter = [("twitter", 0, 10, 1), ("twitter", 0, 9, pytest.approx(0.25))]  # and nothing came of the third
    assert times(api, BEST) == [mastodon, *twitter]
    assert times(api, f"{BEST}?platform=twitter") == twitter
    assert times(api, f"{BEST}?platform=Mastodon") == [mastodon]
    assert times(api, f"{BEST}?platform=mastodon") == []


def test_equal_scores_come_by_platform_day_and_hour(api: Api) -> None:
    places = [("threads", 1, 5), ("linkedin", 3, 9), ("linkedin", 3, 8), ("linkedin", 1, 23)]
    for platform, day, hour in places:
        posted(api, SUNDAY + timedelta(days=day, hours=hour), platform, 50)
    assert times(api, BEST) == [(*place, 1) for place in sorted(places)]


def test_a_platform_has_its_ten_best(api: Api) -> None:
    for hour in range(12):
        posted(api, SUNDAY + timedelta(hours=hour), "twitter", 50 + hour)
        posted(api, SUNDAY + timedelta(hours=hour), "linkedin", 50)
    found = times(api, BEST)
    assert [hour for name, _, hour, _ in found if name == "twitter"] == list(range(11, 1, -1))
    assert [hour for name, _, hour, _ in found if name == "linkedin"] == list(range(10))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001 - hypothesis wants them so
def test_every_time_falls_into_its_hour(api: Api, at: datetime) -> None:
    api.workspace = create_workspace(api.runtime, "another")
    posted(api, at.replace(tzinfo=UTC), "twitter", 1)
    assert times(api, BEST) == [("twitter", at.isoweekday() % 7, at.hour, 1)]


def test_every_platform_has_the_documented_customary_times(api: Api) -> None:
    table = documented()
    assert list(table) == list(PLATFORMS)
    for platform, expected in table.items():
        assert len(expected) == 5
        assert times(api, f"{RECOMMENDED}?platforms={platform}") == expected


def test_customary_times_of_several_platforms_come_best_first(api: Api) -> None:
    expected = [time for name in ("twitter", "bluesky") for time in documented()[name]]
    found = times(api, f"{RECOMMENDED}?platforms=twitter,%20bluesky%20,,twitter")
    assert found == sorted(expected, key=lambda time: (-time[3], *time[:3]))


def test_history_takes_the_place_of_customary_times_platform_by_platform(api: Api) -> None:
    posted(api, SUNDAY + timedelta(hours=3), "twitter", 40)
    posted(api, SUNDAY + timedelta(hours=4), "twitter", 20)
    posted(api, SUNDAY + timedelta(hours=5), "twitter", 0)
    posted(api, SUNDAY + timedelta(hours=6), "threads", 0)
    assert times(api, f"{RECOMMENDED}?platforms=twitter") == [("twitter", 0, 3, 1), ("twitter", 0, 4, 0.5)]
    assert times(api, f"{RECOMMENDED}?platforms=threads") == documented()["threads"]
    assert times(api, f"{RECOMMENDED}?platforms=linkedin") == documented()["linkedin"]
    assert times(api, f"{BEST}?platform=threads") == []


def test_recommended_times_follow_what_is_measured(api: Api) -> None:
    path = f"{RECOMMENDED}?platforms=twitter"
    draft_id = add_row(api, posted_at=SUNDAY)
    record(api, draft_id, likes=1, impressions=1)
    assert times(api, path) == [("twitter", 0, 0, 1)]
    record(api, draft_id, likes=0)
    assert times(api, path) == documented()["twitter"]
    posted(api, SUNDAY + timedelta(hours=7), "twitter", 1)
    assert times(api, path) == [("twitter", 0, 7, 1)]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (RECOMMENDED, "platforms is missing"),
        (f"{RECOMMENDED}?platforms", "platforms must not be empty"),
        (f"{RECOMMENDED}?platforms=", "platforms must not be empty"),
        (f"{RECOMMENDED}?platforms=,%20,", "platforms must not be empty"),
        (f"{RECOMMENDED}?platforms=twitter&platforms=threads", "platforms must be given once"),
        (
            f"{RECOMMENDED}?platforms=twitter,Threads",
            "platforms[1] must be one of twitter, linkedin, threads, bluesky",
        ),
        (
            f"{RECOMMENDED}?platforms=twitter_single",
            "platforms[0] must be one of twitter, linkedin, threads, bluesky",
        ),
        (f"{RECOMMENDED}?platforms=%00", "platforms holds what is not a character"),
        (f"{BEST}?platform=", "platform must not be empty"),
        (f"{BEST}?platform=twitter&platform=twitter", "platform must be given once"),
        (f"{BEST}?platform=%FF", "platform holds what is not a character"),
    ],
)
def test_what_breaks_a_rule_is_named(api: Api, path: str, message: str) -> None:
    answer = api.send("GET", path)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(message)


def test_each_workspace_has_its_own_times(api: Api) -> None:
    posted(api, SUNDAY, "twitter", 1)
    ours = times(api, f"{RECOMMENDED}?platforms=twitter")
    stranger = create_workspace(api.runtime, "other").api_key
    theirs = api.send("GET", f"{RECOMMENDED}?platforms=twitter", key=stranger).json()["times"]
    assert len(theirs) == 5
    assert api.send("GET", BEST, key=stranger).json() == {"times": []}
    assert times(api, f"{RECOMMENDED}?platforms=twitter") == ours


def test_a_read_only_key_may_ask(api: Api) -> None:
    key = api.new_key(read_only=True)
    assert api.send("GET", f"{RECOMMENDED}?platforms=twitter", key=key).status_code == 200
