"""Drafts: the request of each method, and its result."""

from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.passband_wire import DRAFT, Call, make_call

from pandocast_sdk import BulkResult, CreatedDrafts, Draft, DraftImage
from pandocast_sdk._core.operations import drafts as drafts_operations

NOON = datetime(2026, 3, 30, 14, 0, tzinfo=timezone(timedelta(hours=2)))
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
def test_each_change_of_a_draft_sends_one_patch(call: Call, body: dict[str, object]) -> None:
    exchange = make_call(call, DRAFT)
    assert exchange.request == ("PATCH", "/drafts/drf_1", {}, body)
    assert isinstance(exchange.result, Draft)
    assert exchange.result.id == "drf_1"


def test_get_reads_a_draft_by_its_id() -> None:
    exchange = make_call(lambda c: c.drafts.get("a/b"), DRAFT)
    assert exchange.request == ("GET", "/drafts/a%2Fb", {}, None)
    assert exchange.result == Draft.model_validate(DRAFT)


def test_list_sends_no_filter_that_is_not_given() -> None:
    exchange = make_call(lambda c: c.drafts.list(), {"drafts": [DRAFT], "nextCursor": None})
    assert exchange.request == ("GET", "/drafts", {}, None)
    assert [draft.id for draft in exchange.result.items] == ["drf_1"]


def test_list_sends_every_filter() -> None:
    exchange = make_call(
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
    assert exchange.request.query == {
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


class Choice(str, Enum):  # noqa: UP042 - as people write it
    APPROVED = "approved"
    BLOG = "BLOG"
    A = "drf/1"


def test_members_of_enumerations_are_sent_as_their_values() -> None:
    """Also where their text is another, as it is for a class that is both str and Enum."""
    exchange = make_call(
        lambda c: c.drafts.list(status=Choice.APPROVED, source_id=Choice.A, tags=[Choice.APPROVED]),
        {"drafts": []},
    )
    assert exchange.request.query == {"status": "approved", "sourceId": "drf/1", "tags": "approved"}
    assert make_call(lambda c: c.drafts.get(Choice.A), DRAFT).request.path == "/drafts/drf%2F1"
    exchange = make_call(
        lambda c: c.drafts.create(text=Choice.A, format=Choice.BLOG, tags=[Choice.A]), CREATED
    )
    assert exchange.request.body == {"text": "drf/1", "format": "BLOG", "tags": ["drf/1"]}


def test_each_page_is_requested_with_every_filter() -> None:
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
def test_tags_of_any_text_can_be_separated_again(tags: list[str]) -> None:
    response = {"drafts": [], "nextCursor": ""}
    exchange = make_call(lambda c: c.drafts.list(tags=tags), response)
    assert exchange.request.query["tags"].split(",") == tags
    exchange = make_call(lambda c: c.drafts.create(text="t", tags=tags), CREATED)
    assert exchange.request.body == {"text": "t", "tags": tags}


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text not in {".", ".."})
)
@settings(max_examples=30)
def test_an_id_of_any_text_is_one_segment_of_the_path(draft_id: str) -> None:
    exchange = make_call(lambda c: c.drafts.approve(draft_id), DRAFT)
    before, segment = exchange.request.path.rsplit("/", 1)
    assert (before, unquote(segment)) == ("/drafts", draft_id)


def test_create_sends_a_text() -> None:
    exchange = make_call(lambda c: c.drafts.create(text="x" * 50_000), CREATED, 201)
    assert exchange.request == ("POST", "/drafts", {}, {"text": "x" * 50_000})
    assert isinstance(exchange.result, CreatedDrafts)
    assert (exchange.result.mode, exchange.result.item_id) == ("direct", None)
    assert exchange.result.drafts[0].text == "Hello"


def test_create_sends_every_argument() -> None:
    read = DraftImage.model_validate({"url": "https://a.example/1.png", "width": 3})
    exchange = make_call(
        lambda c: c.drafts.create(
            text="t",
            format="THREAD",
            images=(image for image in (read, {"url": "https://a.example/2.png", "alt": "Two"})),
            tags=("a", "b"),
            target_platforms=iter(["bluesky"]),
        ),
        CREATED,
    )
    assert exchange.request.body == {
        "text": "t",
        "format": "THREAD",
        "images": [
            {"url": "https://a.example/1.png", "width": 3},
            {"url": "https://a.example/2.png", "alt": "Two"},
        ],
        "tags": ["a", "b"],
        "targetPlatforms": ["bluesky"],
    }


def test_create_sends_empty_lists() -> None:
    exchange = make_call(
        lambda c: c.drafts.create(text="t", images=[], tags=[], target_platforms=[]), CREATED
    )
    assert exchange.request.body == {"text": "t", "images": [], "tags": [], "targetPlatforms": []}


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
def test_generate_sends_a_url_a_prompt_or_both(call: Call, body: dict[str, object]) -> None:
    exchange = make_call(
        call, {"mode": "generate", "itemId": "itm_1", "drafts": [{**DRAFT, "text": ""}]}, 201
    )
    assert exchange.request == ("POST", "/drafts", {}, body)
    assert exchange.result.item_id == "itm_1"


def test_bulk_sends_one_action_for_many_drafts() -> None:
    results = {"drf_1": {"ok": True}, "drf_2": {"ok": False, "error": "posted"}}
    response = {"action": "reject", "total": 2, "succeeded": 1, "failed": 1, "results": results}
    exchange = make_call(
        lambda c: c.drafts.bulk("reject", ids=iter(["drf_1", "drf_2"]), feedback="Dull"), response
    )
    body = {"action": "reject", "ids": ["drf_1", "drf_2"], "feedback": "Dull"}
    assert exchange.request == ("POST", "/drafts/bulk", {}, body)
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
def test_bulk_sends_times(call: Call, body: dict[str, object]) -> None:
    response = {"action": "schedule", "total": 0, "succeeded": 0, "failed": 0, "results": {}}
    assert make_call(call, response).request.body == body


def test_a_time_in_utc_is_sent_with_its_microseconds() -> None:
    moment = datetime(2026, 3, 30, 12, 0, 0, 500, tzinfo=UTC)
    exchange = make_call(lambda c: c.drafts.reschedule("drf_1", scheduled_at=moment), DRAFT)
    assert exchange.request.body == {"action": "reschedule", "scheduledAt": "2026-03-30T12:00:00.000500Z"}
