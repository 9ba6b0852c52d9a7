"""Drafts: which arguments are rejected before anything is sent, and which are left to the service."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from support.passband_wire import DRAFT, Call, assert_rejected, make_call

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
        (lambda c: c.drafts.list(tags=["a", "b,c"]), r"tags\[1\] must not have a comma"),
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
        (lambda c: c.drafts.create(text="t", tags=[7]), r"tags\[0\] must be text, not int"),
        (lambda c: c.drafts.create(text="t", images=[{"url": "u"}] * 11), "images must have at most 10"),
        (lambda c: c.drafts.create(text="t", images={"url": "u"}), "images must be a list"),
        (
            lambda c: c.drafts.create(text="t", images=["u"]),
            r"images\[0\] must be a dictionary or its model, not str; pass",
        ),
        (lambda c: c.drafts.create(text="t", target_platforms="x"), "target_platforms must be a list"),
        (lambda c: c.drafts.generate(), "url or prompt is required"),
        (lambda c: c.drafts.generate(url=""), "url must not be empty"),
        (lambda c: c.drafts.generate(prompt=""), "prompt must not be empty"),
        (lambda c: c.drafts.generate(prompt="p" * 5001), "prompt must have at most 5000 characters"),
        (lambda c: c.drafts.generate(url="u", formats=[]), "formats must have at least 1"),
        (lambda c: c.drafts.generate(url="u", formats="SHORT"), "formats must be a list"),
        (lambda c: c.drafts.generate(url="u", formats=list("ABCD")), "formats must have at most 3"),
        (lambda c: c.drafts.get(""), "id must not be ''"),
        (lambda c: c.drafts.approve(".."), "id must not be '..'"),
        (lambda c: c.drafts.edit("drf_1", text=None), "text must be text, not None"),
        (lambda c: c.drafts.schedule("drf_1", scheduled_at=NAIVE), "scheduled_at must have a UTC offset"),
        (lambda c: c.drafts.reschedule("drf_1", scheduled_at=NAIVE), "scheduled_at must have a UTC offset"),
        (lambda c: c.drafts.post("drf_1", platforms=[]), "platforms must have at least 1"),
        (lambda c: c.drafts.post("drf_1", platforms="twitter"), "platforms must be a list"),
        (lambda c: c.drafts.bulk("approve", ids=[]), "ids must have at least 1"),
        (lambda c: c.drafts.bulk("approve", ids=["a"] * 101), "ids must have at most 100"),
        (lambda c: c.drafts.bulk("approve", ids=endless()), "ids must have at most 100"),
        (lambda c: c.drafts.bulk("approve", ids="drf_1"), "ids must be a list"),
        (lambda c: c.drafts.bulk("approve", ids=[7]), r"ids\[0\] must be text, not int"),
        (lambda c: c.drafts.bulk("reschedule", ids=["a"]), "scheduled_at is required"),
        (lambda c: c.drafts.bulk("schedule", ids=["a"], scheduled_at=NAIVE), "UTC offset"),
    ],
)
def test_an_invalid_argument_is_rejected_before_anything_is_sent(call: Call, match: str) -> None:
    assert_rejected(call, match)


CREATED = {"mode": "direct", "drafts": [DRAFT]}
BULK = {"action": "schedule", "total": 1, "succeeded": 1, "failed": 0, "results": {}}


def create(**arguments: object) -> Call:
    return lambda c: c.drafts.create(text="t", **arguments)


@pytest.mark.parametrize(
    ("call", "answer", "sent"),
    [
        (create(images=[DraftImage(url="u", alt="")]), CREATED, {"images": [{"url": "u", "alt": ""}]}),
        (create(images=[{"url": "u", "alt": None}]), CREATED, {"images": [{"url": "u"}]}),
        (create(images=[{"alt": "a"}, {}]), CREATED, {"images": [{"alt": "a"}, {}]}),
        (create(images=[{"url": "u", "width": 3}]), CREATED, {"images": [{"url": "u", "width": 3}]}),
        (
            create(images=[DraftImage.model_validate({"url": "u", "width": 3, "focus": None})]),
            CREATED,
            {"images": [{"url": "u", "width": 3, "focus": None}]},
        ),
        (create(tags=["", " ", "a,b"]), CREATED, {"tags": ["", " ", "a,b"]}),
        (create(target_platforms=[""]), CREATED, {"targetPlatforms": [""]}),
        (
            lambda c: c.drafts.generate(url="u", formats=["SHORT"] * 2),
            CREATED,
            {"url": "u", "formats": ["SHORT", "SHORT"]},
        ),
        (lambda c: c.drafts.edit("drf_1", text=""), DRAFT, {"text": ""}),
        (
            lambda c: c.drafts.schedule("drf_1", scheduled_at=NOON, smart=True),
            DRAFT,
            {"action": "schedule", "scheduledAt": "2026-03-30T12:00:00Z", "smartSchedule": True},
        ),
        (
            lambda c: c.drafts.bulk("schedule", ids=[""], scheduled_at=NOON, smart_schedule=True),
            BULK,
            {
                "action": "schedule",
                "ids": [""],
                "scheduledAt": "2026-03-30T12:00:00Z",
                "smartSchedule": True,
            },
        ),
    ],
)
def test_what_no_published_bound_excludes_is_sent(
    call: Call, answer: object, sent: dict[str, object]
) -> None:
    body = make_call(call, answer).request.body
    assert isinstance(body, dict)
    assert {name: member for name, member in body.items() if (name, member) != ("text", "t")} == sent
