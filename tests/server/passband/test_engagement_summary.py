from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from support.in_process import Api, StillClock, open_api
from support.passband_rows import PASSBAND, add_row, record

from pandocast_server.storage.passband_tables import engagement
from pandocast_server.validation import LARGEST_COUNT
from pandocast_server.workspaces import create_workspace

PATH = f"{PASSBAND}/engagement"
POSTED = datetime(2026, 3, 27, 9, tzinfo=UTC)
COUNTS = ("likes", "replies", "reposts", "impressions", "clicks")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def summary(api: Api, query: str = "") -> dict[str, object]:
    answer = api.send("GET", f"{PATH}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_of_nothing_everything_is_zero(api: Api) -> None:
    assert summary(api) == {
        "totalPosted": 0,
        "totalWithMetrics": 0,
        "avgEngagementRate": 0,
        "totalLikes": 0,
        "totalReplies": 0,
        "totalReposts": 0,
        "totalImpressions": 0,
        "topPosts": [],
        "byFormat": [],
        "byPlatform": [],
    }


def test_only_what_was_measured_counts_but_for_the_posted(api: Api) -> None:
    short, blog = add_row(api, posted_at=POSTED), add_row(api, draft_format="BLOG")
    record(api, short, status="posted", postId="post_1")
    assert summary(api)["totalPosted"] == 1
    assert summary(api)["totalWithMetrics"] == 0
    record(api, short, likes=1, impressions=10)
    record(api, short, "linkedin", likes=3, replies=1, reposts=1, clicks=1, impressions=20)
    record(api, blog, "linkedin", likes=2, impressions=4)
    assert summary(api) == {
        "totalPosted": 1,
        "totalWithMetrics": 3,
        "avgEngagementRate": pytest.approx((0.1 + 0.3 + 0.5) / 3),
        "totalLikes": 6,
        "totalReplies": 1,
        "totalReposts": 1,
        "totalImpressions": 34,
        "topPosts": [
            top(blog, "linkedin", None, 0.5, (2, 0, 0, 4)),
            top(short, "linkedin", None, 0.3, (3, 1, 1, 20)),
            top(short, "twitter", "post_1", 0.1, (1, 0, 0, 10)),
        ],
        "byFormat": [
            {"format": "BLOG", "posts": 1, "avgEngagementRate": 0.5},
            {"format": "SHORT", "posts": 2, "avgEngagementRate": pytest.approx(0.2)},
        ],
        "byPlatform": [
            {"platform": "linkedin", "posts": 2, "avgEngagementRate": pytest.approx(0.4)},
            {"platform": "twitter", "posts": 1, "avgEngagementRate": 0.1},
        ],
    }


def top(
    draft_id: str, platform: str, post_id: str | None, rate: float, counts: Sequence[int]
) -> dict[str, object]:
    named = dict(zip(("likes", "replies", "reposts", "impressions"), counts, strict=True))
    return {"draftId": draft_id, "platform": platform, "postId": post_id, "engagementRate": rate, **named}


def test_of_equal_rates_more_likes_win_and_then_the_older(api: Api) -> None:
    drafts = [add_row(api) for _ in range(3)]
    record(api, drafts[0], likes=1, impressions=2)
    record(api, drafts[1], likes=2, impressions=4)
    record(api, drafts[2], replies=1, likes=1, impressions=4)
    assert [post["draftId"] for post in tops(api)] == [drafts[1], drafts[0], drafts[2]]


def tops(api: Api, query: str = "") -> list[dict[str, object]]:
    found = summary(api, query)["topPosts"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(("query", "count"), [("", 10), ("?top=1", 1), ("?top=12", 12), ("?top=50", 12)])
def test_the_top_is_as_long_as_asked_for(api: Api, query: str, count: int) -> None:
    draft_id = add_row(api)
    for place in range(12):
        record(api, draft_id, f"platform {place}", likes=place)
    assert len(tops(api, query)) == count


def test_totals_are_exact_beyond_what_the_database_can_add_up(api: Api) -> None:
    draft_id, count = add_row(api), 2**63 // LARGEST_COUNT + 10
    now = api.clock.now()
    with api.runtime.database.write() as connection:
        connection.execute(
            insert(engagement),
            [
                {
                    "id": f"eng_{place}",
                    "workspace_id": api.workspace.workspace_id,
                    "draft_id": draft_id,
                    "platform": f"{place}",
                    "status": "posted",
                    **dict.fromkeys(COUNTS, LARGEST_COUNT - place),
                    "measured_at": now,
                    "created_at": now,
                }
                for place in range(count)
            ],
        )
    exact = sum(LARGEST_COUNT - place for place in range(count))
    found = summary(api)
    for name in ("totalLikes", "totalReplies", "totalReposts", "totalImpressions"):
        assert found[name] == exact
    assert found["avgEngagementRate"] == pytest.approx(4)


METRICS = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, 20) | st.just(LARGEST_COUNT) for name in COUNTS}
)
RECORDS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["twitter", "threads"]), METRICS), max_size=12
)
FORMATS = ("SHORT", "SHORT", "THREAD", "BLOG")
GROUPS: Mapping[str, Callable[[tuple[int, str]], str]] = {
    "platform": lambda key: key[1],
    "format": lambda key: FORMATS[key[0]],
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RECORDS)
def test_a_summary_is_what_adding_up_by_hand_gives(
    api: Api, records: list[tuple[int, str, dict[str, int]]]
) -> None:
    api.workspace = create_workspace(api.runtime, "another")
    drafts = [add_row(api, draft_format=name) for name in FORMATS]
    rows: dict[tuple[int, str], dict[str, int]] = {}
    for draft, platform, metrics in records:
        record(api, drafts[draft], platform, **metrics)
        if metrics or (draft, platform) in rows:
            rows.setdefault((draft, platform), dict.fromkeys(COUNTS, 0)).update(metrics)
    found = summary(api, "?top=50")
    assert found["totalWithMetrics"] == len(rows)
    for total, name in {"totalLikes": "likes", "totalImpressions": "impressions"}.items():
        assert found[total] == sum(row[name] for row in rows.values())
    assert found["avgEngagementRate"] == pytest.approx(mean(rows.values()))
    for what, name_of in GROUPS.items():
        groups = found[f"by{what.capitalize()}"]
        assert isinstance(groups, list)
        assert {group[what] for group in groups} == {name_of(key) for key in rows}
        for group in groups:
            members = [row for key, row in rows.items() if name_of(key) == group[what]]
            assert group["posts"] == len(members)
            assert group["avgEngagementRate"] == pytest.approx(mean(members))
        assert groups == sorted(groups, key=lambda group: (-group["avgEngagementRate"], group[what]))
    best = sorted(((rate(row), row["likes"]) for row in rows.values()), reverse=True)
    assert [(post["engagementRate"], post["likes"]) for post in tops(api, "?top=50")] == best


def rate(row: Mapping[str, int]) -> float:
    reactions = row["likes"] + row["replies"] + row["reposts"] + row["clicks"]
    return reactions / row["impressions"] if row["impressions"] else 0


def mean(rows: Iterable[Mapping[str, int]]) -> float:
    rates = [rate(row) for row in rows]
    return fmean(rates) if rates else 0
