"""Listing drafts: filters, and pages that hold every draft once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update
from support.draft_desk import DRAFTS, TOMORROW, act, create, in_status, listed, rejects
from support.in_process import Api, StillClock, open_api
from support.stored_drafts import statements_of

from pandocast_server.clock import Clock
from pandocast_server.passband.drafts.rows import NewDraft, add_drafts
from pandocast_server.passband.drafts.transitions import STATUSES
from pandocast_server.storage.passband_tables import drafts, items, sources
from pandocast_server.workspaces import create_workspace


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def ids(found: list[dict[str, object]]) -> list[object]:
    return [draft["id"] for draft in found]


def add_from_source(api: Api, source_id: str, source_type: str, **draft: object) -> str:
    """Add a draft from an item of a source, which is added too unless it is there."""
    now, whose = api.clock.now(), api.workspace.workspace_id
    with api.runtime.database.write() as connection:
        common = {"workspace_id": whose, "created_at": now}
        connection.execute(
            insert(sources).prefix_with("OR IGNORE"),
            {
                "id": source_id,
                "type": source_type,
                "name": "News",
                "url": "https://example.com",
                "updated_at": now,
                **common,
            },
        )
        item = {"id": api.runtime.identifiers.new("itm"), "source_id": source_id, "source_type": source_type}
        connection.execute(
            insert(items), {**item, "fingerprint": item["id"], "title": "News of today", **common}
        )
        new = NewDraft(format="SHORT", status="pending_review", text="Hello", item_id=item["id"])
        [draft_id] = add_drafts(connection, api.runtime, workspace_id=whose, new=[new])
        if draft:
            connection.execute(update(drafts).where(drafts.c.id == draft_id).values(**draft))
    return draft_id


def test_the_newest_comes_first_and_ties_go_by_the_order_of_creation(api: Api) -> None:
    made = [create(api)["id"] for _ in range(3)]
    api.clock.move(seconds=1)
    made += [create(api)["id"] for _ in range(2)]
    api.clock.move(seconds=-2)  # as after a reset
    early = create(api)["id"]
    assert ids(listed(api, "limit=2")) == [*made[::-1], early]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 100])
def test_pages_hold_every_draft_once(api: Api, limit: int) -> None:
    made = [create(api)["id"] for _ in range(7)]
    assert ids(listed(api, f"limit={limit}")) == made[::-1]
    first = api.send("GET", f"{DRAFTS}?limit={limit}").json()
    assert len(first["drafts"]) == min(limit, 7)
    assert (first["nextCursor"] is None) == (limit >= 7)


def test_a_page_has_25_drafts_unless_told(api: Api) -> None:
    for _ in range(26):
        create(api)
    page = api.send("GET", DRAFTS).json()
    assert len(page["drafts"]) == 25
    assert page["nextCursor"]


def test_what_is_added_meanwhile_does_not_disturb(api: Api) -> None:
    made = [create(api)["id"] for _ in range(4)]
    page = api.send("GET", f"{DRAFTS}?limit=2").json()
    late = create(api)["id"]
    rest = listed(api, f"limit=2&cursor={page['nextCursor']}")
    assert ids(page["drafts"]) + ids(rest) == made[::-1]
    assert late not in ids(rest)


def test_the_order_is_total_under_concurrent_inserts(tmp_path: Path) -> None:
    with open_api(tmp_path, clock=Clock()) as api:
        with ThreadPoolExecutor(4) as threads:
            made = list(threads.map(lambda _: create(api), range(40)))
        found = listed(api, "limit=7")
        assert sorted(ids(found), key=str) == sorted((draft["id"] for draft in made), key=str)
        # Times ascend with the order in which the rows were committed, or a page would miss some.
        with api.runtime.database.read() as connection:
            rows = connection.execute(drafts.select().order_by(drafts.c.seq)).mappings().all()
        assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
        assert ids(found) == [row["id"] for row in reversed(rows)]


def test_each_filter_lets_through_what_it_names(api: Api) -> None:
    by_status = {status: in_status(api, status) for status in STATUSES}
    for status, draft_id in by_status.items():
        assert ids(listed(api, f"status={status}")) == [draft_id]
    thread = create(api, text="Hello", format="THREAD")["id"]
    assert ids(listed(api, "format=THREAD")) == [thread]
    assert listed(api, "format=BLOG") == []


def test_items_are_found_by_their_source_and_its_type(api: Api) -> None:
    create(api)
    prompted = create(api, prompt="Write")["id"]
    rss = [add_from_source(api, "src_a", "rss") for _ in range(2)]
    reddit = add_from_source(api, "src_b", "reddit")
    assert ids(listed(api, "sourceId=src_a")) == rss[::-1]
    assert ids(listed(api, "sourceId=src_b")) == [reddit]
    assert ids(listed(api, "sourceType=rss")) == rss[::-1]
    assert ids(listed(api, "sourceType=prompt")) == [prompted]
    assert listed(api, "sourceId=src_nobody") == listed(api, "sourceType=fax") == []
    assert listed(api, "sourceId=src_a&sourceType=reddit") == []
    item = listed(api, "sourceId=src_b")[0]["item"]
    assert (item["title"], item["sourceType"]) == ("News of today", "reddit")


def test_tags_match_when_any_does(api: Api) -> None:
    ab = create(api, text="1", tags=["a", "two words"])["id"]
    b = create(api, text="2", tags=["b"])["id"]
    create(api, text="3", tags=["c", "A"])
    create(api, text="4")
    assert ids(listed(api, "tags=a")) == [ab]
    assert ids(listed(api, "tags=a,two%20words")) == [ab]
    assert ids(listed(api, "tags=" + quote(" a , ,b,"))) == [b, ab]
    assert ids(listed(api, "tags=two+words")) == [ab]
    assert listed(api, "tags=d") == []


def test_both_ends_of_the_schedule_are_included(api: Api) -> None:
    create(api)
    times = ["2026-03-29T10:00:00Z", "2026-03-29T10:00:00.000001Z", "2026-03-30T10:00:00Z"]
    made = [act(api, in_status(api, "approved"), "schedule", scheduledAt=time)["id"] for time in times]
    assert ids(listed(api, f"scheduledAfter={times[0]}")) == made[::-1]
    assert ids(listed(api, f"scheduledBefore={times[0]}")) == made[:1]
    assert ids(listed(api, f"scheduledAfter={times[1]}&scheduledBefore={times[2]}")) == made[:0:-1]
    assert ids(listed(api, "scheduledBefore=" + quote("2026-03-29T12:00:00+02:00"))) == made[:1]


FILTERS = {
    "status": ["pending_review", "approved", "scheduled"],
    "format": ["SHORT", "THREAD"],
    "tags": ["a", "b", "a,b"],
    "sourceType": ["prompt", "rss"],
    "scheduledAfter": [TOMORROW],
    "scheduledBefore": [TOMORROW],
}


def lets_through(draft: dict[str, object], name: str, value: str) -> bool:
    if name in {"status", "format"}:
        return draft[name] == value
    if name == "tags":
        return bool(set(value.split(",")) & set(cast("list[str]", draft["tags"])))
    if name == "sourceType":
        item = cast("dict[str, object] | None", draft["item"])
        return item is not None and item["sourceType"] == value
    at = cast("str | None", draft["scheduledAt"])
    return at is not None and (at >= value if name == "scheduledAfter" else at <= value)


def test_filters_are_combined(tmp_path: Path) -> None:
    with open_api(tmp_path, clock=StillClock()) as api:
        for tags in ([], ["a"], ["b", "c"]):
            for format_ in ("SHORT", "THREAD"):
                for body in ({"prompt": "x", "formats": [format_]}, {"text": "x", "format": format_}):
                    create(api, **body, tags=tags)
        api.run_jobs()
        for number, draft in enumerate(listed(api)):
            if number % 3:
                act(api, draft["id"], "approve")
            if number % 3 == 2:
                act(api, draft["id"], "schedule", scheduledAt=f"2026-03-{28 + number % 4}T11:00:00Z")
        everything = listed(api)
        assert len(everything) == 12

        chosen = st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(FILTERS[name]) for name in FILTERS}
        )

        @settings(suppress_health_check=[HealthCheck.too_slow])
        @given(chosen, st.integers(1, 13))
        def agrees(filters: dict[str, str], limit: int) -> None:
            query = "&".join(
                f"{name}={quote(value)}" for name, value in {**filters, "limit": str(limit)}.items()
            )
            expected = [
                draft
                for draft in everything
                if all(lets_through(draft, name, value) for name, value in filters.items())
            ]
            assert listed(api, query) == expected

        agrees()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("status=unknown", "status must be one of pending_generation, "),
        ("status=", "status must not be empty"),
        ("status=posted&status=failed", "status must be given once"),
        ("format=short", "format must be one of SHORT, THREAD, BLOG"),
        ("limit=0", "limit must be a whole number from 1 to 100"),
        ("limit=101", "limit must be a whole number from 1 to 100"),
        ("limit=1.0", "limit must be a whole number from 1 to 100"),
        ("limit=", "limit must not be empty"),
        ("cursor=", "cursor must not be empty"),
        ("cursor=abc", "cursor is not one that this list has given"),
        ("cursor=%F0%9F%98%80", "cursor is not one that this list has given"),
        ("cursor=%00", "cursor holds what is not a character"),
        ("cursor=" + "A" * 5_000, "cursor is not one that this list has given"),
        ("sourceId=", "sourceId must not be empty"),
        ("sourceType=%FF", "sourceType holds what is not a character"),
        ("tags=", "tags must not be empty"),
        ("tags=,%20,", "tags must not be empty"),
        ("scheduledAfter=yesterday", "scheduledAfter must be a date and time with a UTC offset"),
        ("scheduledAfter=2026-03-28T10:00:00", "scheduledAfter must be a date and time with a UTC offset"),
        (
            "scheduledAfter=2026-03-28T10:00:00+02:00",
            "scheduledAfter must be a date and time",
        ),  # + is a blank
        ("scheduledBefore=2026-02-30T10:00:00Z", "scheduledBefore is not a time that exists"),
        ("scheduledBefore=", "scheduledBefore must not be empty"),
    ],
)
def test_a_wrong_parameter_is_named(api: Api, query: str, message: str) -> None:
    rejects(api.send("GET", f"{DRAFTS}?{query}"), 400, message)


def test_what_is_unknown_is_ignored(api: Api) -> None:
    draft_id = create(api)["id"]
    assert ids(listed(api, "color=red&Status=posted")) == [draft_id]


def test_a_cursor_is_good_for_its_workspace_only(api: Api) -> None:
    stranger = create_workspace(api.runtime, "other").api_key
    for _ in range(2):
        create(api)
        create(api, key=stranger, text="Theirs")
    cursor = api.send("GET", f"{DRAFTS}?limit=1").json()["nextCursor"]
    rejects(api.send("GET", f"{DRAFTS}?cursor={cursor}", key=stranger), 400, "cursor is not one that")


def test_a_workspace_sees_its_own_only(api: Api) -> None:
    stranger = create_workspace(api.runtime, "other").api_key
    draft = create(api)
    assert listed(api, key=stranger) == []
    answers = [
        api.send("GET", f"{DRAFTS}/{name}", key=stranger)
        for name in (draft["id"], "drf_nobody", "a" * 5000, "%F0%9F%98%80")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["error"] for answer in answers} == {"Draft not found"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=3",
        "status=posted",
        "format=BLOG",
        "sourceId=src_1",
        "sourceType=rss",
        "tags=ai,news",
        f"scheduledAfter={TOMORROW}",
        f"scheduledBefore={TOMORROW}",
        f"status=posted&tags=ai&sourceType=rss&scheduledAfter={TOMORROW}",
    ],
)
def test_no_table_is_read_whole_whatever_is_asked_for(api: Api, query: str) -> None:
    for _ in range(3):
        create(api)
    cursor = api.send("GET", f"{DRAFTS}?limit=1").json()["nextCursor"]
    with statements_of(api) as statements:
        assert api.send("GET", f"{DRAFTS}?{query}&cursor={cursor}").status_code == 200
    (statement,) = (one for one in statements if "FROM drafts" in one)
    with api.runtime.database.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?"))
        steps = [str(step[3]) for step in plan]
    assert any("SEARCH drafts" in step for step in steps)
    assert not any(step.startswith("SCAN") for step in steps)
