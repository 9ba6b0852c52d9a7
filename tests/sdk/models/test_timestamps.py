"""Times on the wire: every one that is read has a UTC offset."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from pandocast_sdk import Content, Draft
from pandocast_sdk.models.base import reader_of

UPLOAD = {"id": "c1", "title": "t", "content_type": "note", "status": "analyzed"}
NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)


def read(created_at: object) -> datetime:
    return reader_of(Content)(json.dumps(UPLOAD | {"created_at": created_at}).encode()).created_at


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-28T12:00:00Z",
        "2026-03-28T12:00:00.000Z",
        "2026-03-28T14:00:00+02:00",
        "2026-03-28 12:00:00+00:00",
        "2026-03-28T12:00:00",
        "2026-03-28 12:00:00.000000",
        1774699200,
    ],
)
def test_a_time_is_read_with_its_offset_or_else_in_utc(text: object) -> None:
    moment = read(text)
    assert moment == NOON
    assert moment.utcoffset() is not None


def test_an_offset_stays_as_it_was() -> None:
    assert read("2026-03-28T14:00:00+02:00").utcoffset() == timedelta(hours=2)


def test_optional_times_are_no_exception() -> None:
    times = {"createdAt": "2026-03-28T12:00:00", "updatedAt": "2026-03-28", "postedAt": "2026-03-28T12:00:00"}
    row = {"id": "d", "text": "t", "format": "SHORT", "status": "posted", "scheduledAt": None}
    draft = reader_of(Draft)(json.dumps(row | times).encode())
    assert draft.created_at == draft.posted_at == NOON
    assert draft.updated_at == NOON.replace(hour=0)
    assert draft.scheduled_at is None


def test_a_model_that_is_made_by_hand_has_aware_times_too() -> None:
    made = Content.model_validate(UPLOAD | {"created_at": NOON.replace(tzinfo=None)})
    assert made.created_at == NOON
    assert Content.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("text", ["", "noon", "12:00", "0000-01-01T00:00:00Z", None, [], "2026-02-30"])
def test_what_is_no_time_is_an_error_that_says_so(text: object) -> None:
    with pytest.raises(ValueError, match=r"^created_at: Input should be a valid datetime$"):
        read(text)
    with pytest.raises(ValidationError):
        Content.model_validate(UPLOAD | {"created_at": text})
