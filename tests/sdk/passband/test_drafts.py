"""Drafts: what each method puts on the wire, what it reads, and what it refuses to send."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.passband_wire import DRAFT, Call, make, refuse

from pandocast_sdk import BulkResult, CreatedDrafts, Draft, DraftImage
from pandocast_sdk._core.operations import drafts as drafts_operations

NOON = datetime(2026, 3, 30, 14, 0, tzinfo=timezone(timedelta(hours=2)))
NAIVE = datetime(2026, 3, 30, 14, 0)  # noqa: DTZ001
CREATED = {"mode": "direct", "itemId": None, "drafts": [DRAFT]}

UPDATES: list[tuple[Call, dict[str, object]]] = [
    (lambda c: c.drafts.edit("drf_1", text="New"), {"text": "New"}),
    (lambda c: c.drafts.approve("drf_1"), {"action": "approve"}),
    (lambda c: c.drafts.reject("drf_1"), {"action": "reject"}),
    (lambda c: c.drafts.reject("drf_1", feedback="Dull"), {"action": "reject", "feedback": "Dull"}),
    (lambda c: c.drafts.unapprove("drf_1"), {"action": "unapprove"}),
    (lambda c: c.drafts.unapprove("drf_1", feedback="Hm"), {"action": "unapprove", "feedback": "Hm"}),
    (lambda c: c.drafts.regenerate("drf_1"), {"action": "regenerate"}),
    (lambda c: c.drafts.schedule("drf_1"), {"action": "schedule"}),
    (lambda c: c.drafts.schedule("drf_1", smart=True), {"action": "schedule", "smartSchedule": True}),
    (
        lambda c: c.drafts.schedule("drf_1", scheduled_at=NOON),
        {"action": "schedule", "scheduledAt": "2026-03-30T12:00:00Z"},
    ),
    (
        lambda c: c.drafts.reschedule("drf_1", scheduled_at=NOON),
        {"action": "reschedule", "scheduledAt": "2026-03-30T12:00:00Z"},
    ),
    (lambda c: c.drafts.cancel_schedule("drf_1"), {"action": "cancel_schedule"}),
    (lambda c: c.drafts.archive("drf_1"), {"action": "archive"}),
    (lambda c: c.drafts.post("drf_1"), {"action": "post"}),
    (
        lambda c: c.drafts.post("drf_1", platforms=iter(["twitter", "linkedin"])),
        {"action": "post", "platforms": ["twitter", "linkedin"]},
    ),
]


@pytest.mark.parametrize(("call", "body"), UPDATES)
def test_every_change_of_a_draft_is_one_patch(call: Call, body: dict[str, object]) -> None:
    exchange = make(call, DRAFT)
    assert exchange.asked == ("PATCH", "/drafts/drf_1", {}, body)
    assert isinstance(exchange.result, Draft)
    assert exchange.result.id == "drf_1"


def test_one_draft_is_read_by_its_id() -> None:
    exchange = make(lambda c: c.drafts.get("a/b"), DRAFT)
    assert exchange.asked == ("GET", "/drafts/a%2Fb", {}, None)
    assert exchange.result == Draft.model_validate(DRAFT)


def test_a_list_says_only_the_filters_given() -> None:
    exchange = make(lambda c: c.drafts.list(), {"drafts": [DRAFT], "nextCursor": None})
    assert exchange.asked == ("GET", "/drafts", {}, None)
    assert [draft.id for draft in exchange.result.items] == ["drf_1"]


def test_a_list_says_all_the_filters_given() -> None:
    exchange = make(
        lambda c: c.drafts.list(
            status="approved",
            format="BLOG",
            limit=1000,
            cursor="c=&",
            source_id="src_1",
            source_type="rss",
            tags=iter(["a b", "ü"]),
            scheduled_after=NOON,
            scheduled_before=NOON + timedelta(days=1),
        ),
        {"drafts": []},
    )
    assert exchange.asked.query == {
        "status": "approved",
        "format": "BLOG",
        "limit": "1000",
        "cursor": "c=&",
        "sourceId": "src_1",
        "sourceType": "rss",
        "tags": "a b,ü",
        "scheduledAfter": "2026-03-30T12:00:00Z",
        "scheduledBefore": "2026-03-31T12:00:00Z",
    }


def test_every_page_is_asked_for_with_every_filter() -> None:
    tags = iter(["x", "y"])
    listing = drafts_operations.list_drafts(
        status="approved",
        format=None,
        limit=2,
        source_id=None,
        source_type=None,
        tags=tags,
        scheduled_after=None,
        scheduled_before=None,
    )
    assert listing.page_operation(None).query == "status=approved&limit=2&tags=x%2Cy"
    assert listing.page_operation("next").query == "status=approved&limit=2&tags=x%2Cy&cursor=next"


tag = st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"]), min_size=1, max_size=50)


@given(st.lists(tag.filter(lambda text: bool(text.strip())), min_size=1, max_size=20))
@settings(max_examples=30)
def test_whatever_the_tags_the_service_can_tell_them_apart_again(tags: list[str]) -> None:
    answer = {"drafts": [], "nextCursor": ""}
    exchange = make(lambda c: c.drafts.list(tags=tags), answer)
    assert exchange.asked.query["tags"].split(",") == tags
    exchange = make(lambda c: c.drafts.create(text="t", tags=tags), CREATED)
    assert exchange.asked.body == {"text": "t", "tags": tags}


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text not in {".", ".."})
)
@settings(max_examples=30)
def test_whatever_the_id_it_is_one_segment_of_the_path(draft_id: str) -> None:
    exchange = make(lambda c: c.drafts.approve(draft_id), DRAFT)
    before, segment = exchange.asked.path.rsplit("/", 1)
    assert (before, unquote(segment)) == ("/drafts", draft_id)


def test_a_text_of_ones_own_becomes_a_draft() -> None:
    exchange = make(lambda c: c.drafts.create(text="x" * 50_000), CREATED, 201)
    assert exchange.asked == ("POST", "/drafts", {}, {"text": "x" * 50_000})
    assert isinstance(exchange.result, CreatedDrafts)
    assert (exchange.result.mode, exchange.result.item_id) == ("direct", None)
    assert exchange.result.drafts[0].text == "Hello"


def test_all_that_a_draft_can_be_given_is_sent() -> None:
    read = DraftImage.model_validate({"url": "https://a.example/1.png", "width": 3})
    exchange = make(
        lambda c: c.drafts.create(
            text="t",
            format="THREAD",
            images=(image for image in (read, {"url": "https://a.example/2.png", "alt": "Two"})),
            tags=("a", "b"),
            target_platforms=iter(["bluesky"]),
        ),
        CREATED,
    )
    assert exchange.asked.body == {
        "text": "t",
        "format": "THREAD",
        "images": [{"url": "https://a.example/1.png"}, {"url": "https://a.example/2.png", "alt": "Two"}],
        "tags": ["a", "b"],
        "targetPlatforms": ["bluesky"],
    }


def test_empty_lists_are_said_too() -> None:
    exchange = make(lambda c: c.drafts.create(text="t", images=[], tags=[], target_platforms=[]), CREATED)
    assert exchange.asked.body == {"text": "t", "images": [], "tags": [], "targetPlatforms": []}


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda c: c.drafts.generate(url="https://a.example/"), {"url": "https://a.example/"}),
        (lambda c: c.drafts.generate(prompt="p" * 5000), {"prompt": "p" * 5000}),
        (
            lambda c: c.drafts.generate(
                url="u",
                prompt="p",
                formats=iter(["SHORT", "BLOG"]),
                images=[{"url": "i"}],
                tags=["t"],
                target_platforms=["twitter"],
            ),
            {
                "url": "u",
                "prompt": "p",
                "formats": ["SHORT", "BLOG"],
                "images": [{"url": "i"}],
                "tags": ["t"],
                "targetPlatforms": ["twitter"],
            },
        ),
    ],
)
def test_generating_says_what_to_write_about(call: Call, body: dict[str, object]) -> None:
    exchange = make(call, {"mode": "generate", "itemId": "itm_1", "drafts": [{**DRAFT, "text": ""}]}, 201)
    assert exchange.asked == ("POST", "/drafts", {}, body)
    assert exchange.result.item_id == "itm_1"


def test_one_action_is_done_to_many_drafts() -> None:
    results = {"drf_1": {"ok": True}, "drf_2": {"ok": False, "error": "posted"}}
    answer = {"action": "reject", "total": 2, "succeeded": 1, "failed": 1, "results": results}
    exchange = make(lambda c: c.drafts.bulk("reject", ids=iter(["drf_1", "drf_2"]), feedback="Dull"), answer)
    body = {"action": "reject", "ids": ["drf_1", "drf_2"], "feedback": "Dull"}
    assert exchange.asked == ("POST", "/drafts/bulk", {}, body)
    assert isinstance(exchange.result, BulkResult)
    assert exchange.result.results["drf_2"].error == "posted"
    assert exchange.result.results["drf_1"].ok


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (
            lambda c: c.drafts.bulk("schedule", ids=["a"], smart_schedule=True),
            {"action": "schedule", "ids": ["a"], "smartSchedule": True},
        ),
        (
            lambda c: c.drafts.bulk("reschedule", ids=["a"], scheduled_at=NOON, smart_schedule=False),
            {
                "action": "reschedule",
                "ids": ["a"],
                "scheduledAt": "2026-03-30T12:00:00Z",
                "smartSchedule": False,
            },
        ),
    ],
)
def test_many_drafts_are_given_times(call: Call, body: dict[str, object]) -> None:
    answer = {"action": "schedule", "total": 0, "succeeded": 0, "failed": 0, "results": {}}
    assert make(call, answer).asked.body == body


def endless() -> Iterator[str]:
    while True:
        yield "drf_1"


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: c.drafts.list(limit=0), "limit must be 1 or more, not 0"),
        (lambda c: c.drafts.list(limit=True), "limit must be a whole number"),
        (lambda c: c.drafts.list(limit=2.5), "limit must be a whole number"),
        (lambda c: c.drafts.list(cursor=""), "cursor must not be empty"),
        (lambda c: c.drafts.list(tags="news"), "tags must be a list"),
        (lambda c: c.drafts.list(tags=[]), "tags must have at least 1"),
        (lambda c: c.drafts.list(tags=["a", "b,c"]), r"tags\[1\] must not be blank or hold a comma"),
        (lambda c: c.drafts.list(tags=[" "]), r"tags\[0\] must not be blank"),
        (lambda c: c.drafts.list(tags=[""]), r"tags\[0\] must not be empty"),
        (lambda c: c.drafts.list(scheduled_after=NAIVE), "scheduled_after must have a UTC offset"),
        (lambda c: c.drafts.list(scheduled_before=NAIVE), "scheduled_before must have a UTC offset"),
        (lambda c: c.drafts.create(text=""), "text must not be empty"),
        (lambda c: c.drafts.create(text="x" * 50_001), "text must have at most 50000 characters, not 50001"),
        (lambda c: c.drafts.create(text=b"bytes"), "text must be text, not bytes"),
        (lambda c: c.drafts.create(text="\ud800"), "surrogates"),
        (lambda c: c.drafts.create(text="t", tags="a"), "tags must be a list"),
        (lambda c: c.drafts.create(text="t", tags=["a"] * 21), "tags must have at most 20 entries"),
        (lambda c: c.drafts.create(text="t", tags=["a" * 51]), r"tags\[0\] must have at most 50 characters"),
        (lambda c: c.drafts.create(text="t", tags=["a", ""]), r"tags\[1\] must not be empty"),
        (lambda c: c.drafts.create(text="t", tags=["a,b"]), r"tags\[0\] must not be blank or hold a comma"),
        (lambda c: c.drafts.create(text="t", tags=[7]), r"tags\[0\] must be text, not int"),
        (lambda c: c.drafts.create(text="t", images=[{"url": "u"}] * 11), "images must have at most 10"),
        (lambda c: c.drafts.create(text="t", images={"url": "u"}), "images must be a list"),
        (lambda c: c.drafts.create(text="t", images=[{"alt": "a"}]), r"images\[0\].url must be text"),
        (lambda c: c.drafts.create(text="t", images=[DraftImage(alt="a")]), r"images\[0\].url must be text"),
        (lambda c: c.drafts.create(text="t", images=["u"]), r"images\[0\].url must be text"),
        (lambda c: c.drafts.create(text="t", images=[{"url": "u", "title": "a"}]), r"images\[0\] may have"),
        (lambda c: c.drafts.create(text="t", target_platforms="x"), "target_platforms must be a list"),
        (lambda c: c.drafts.generate(), "url or prompt is required"),
        (lambda c: c.drafts.generate(url=""), "url must not be empty"),
        (lambda c: c.drafts.generate(prompt=""), "prompt must not be empty"),
        (lambda c: c.drafts.generate(prompt="p" * 5001), "prompt must have at most 5000 characters"),
        (lambda c: c.drafts.generate(url="u", formats=[]), "formats must have at least 1"),
        (lambda c: c.drafts.generate(url="u", formats="SHORT"), "formats must be a list"),
        (lambda c: c.drafts.generate(url="u", formats=["SHORT"] * 2), "formats must be distinct"),
        (lambda c: c.drafts.generate(url="u", formats=list("ABCD")), "formats must have at most 3"),
        (lambda c: c.drafts.get(""), "id must not be ''"),
        (lambda c: c.drafts.approve(".."), "id must not be '..'"),
        (lambda c: c.drafts.edit("drf_1", text=""), "text must not be empty"),
        (lambda c: c.drafts.edit("drf_1", text="x" * 50_001), "text must have at most 50000"),
        (lambda c: c.drafts.schedule("drf_1", scheduled_at=NAIVE), "scheduled_at must have a UTC offset"),
        (
            lambda c: c.drafts.schedule("drf_1", scheduled_at=NOON, smart=True),
            "scheduled_at and smart are mutually exclusive",
        ),
        (lambda c: c.drafts.reschedule("drf_1", scheduled_at=NAIVE), "scheduled_at must have a UTC offset"),
        (lambda c: c.drafts.post("drf_1", platforms=[]), "platforms must have at least 1"),
        (lambda c: c.drafts.post("drf_1", platforms="twitter"), "platforms must be a list"),
        (lambda c: c.drafts.bulk("approve", ids=[]), "ids must have at least 1"),
        (lambda c: c.drafts.bulk("approve", ids=["a"] * 101), "ids must have at most 100"),
        (lambda c: c.drafts.bulk("approve", ids=endless()), "ids must have at most 100"),
        (lambda c: c.drafts.bulk("approve", ids="drf_1"), "ids must be a list"),
        (lambda c: c.drafts.bulk("approve", ids=[""]), r"ids\[0\] must not be empty"),
        (lambda c: c.drafts.bulk("reschedule", ids=["a"]), "scheduled_at is required"),
        (
            lambda c: c.drafts.bulk("schedule", ids=["a"], scheduled_at=NOON, smart_schedule=True),
            "scheduled_at and smart_schedule are mutually exclusive",
        ),
        (lambda c: c.drafts.bulk("schedule", ids=["a"], scheduled_at=NAIVE), "UTC offset"),
    ],
)
def test_what_is_out_of_bounds_is_not_sent(call: Call, match: str) -> None:
    refuse(call, match)


def test_times_in_utc_are_sent_as_they_are() -> None:
    moment = datetime(2026, 3, 30, 12, 0, 0, 500, tzinfo=UTC)
    exchange = make(lambda c: c.drafts.reschedule("drf_1", scheduled_at=moment), DRAFT)
    assert exchange.asked.body == {"action": "reschedule", "scheduledAt": "2026-03-30T12:00:00.000500Z"}
