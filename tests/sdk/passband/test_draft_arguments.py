"""Drafts: the arguments that are rejected before anything is sent."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from support.passband_wire import Call, assert_rejected

from pandocast_sdk import DraftImage

NOON = datetime(2026, 3, 30, 14, 0, tzinfo=timezone(timedelta(hours=2)))
NAIVE = datetime(2026, 3, 30, 14, 0)  # noqa: DTZ001


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
def test_an_invalid_argument_is_rejected_before_anything_is_sent(call: Call, match: str) -> None:
    assert_rejected(call, match)
