"""Models of Passband read more than is published: unknown fields, new values, nulls and absent fields."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import pandocast_sdk
from pandocast_sdk import Draft, Experiment, PipelineRun, Slot, Source
from pandocast_sdk.models.base import PassbandModel, array_reader_of, camel_case, reader_of

TIME = "2026-03-28T10:00:00Z"
REQUIRED: Mapping[str, dict[str, Any]] = {
    "Draft": {
        "id": "d",
        "text": "t",
        "format": "SHORT",
        "status": "approved",
        "createdAt": TIME,
        "updatedAt": TIME,
    },
    "CreatedDrafts": {"mode": "direct", "drafts": []},
    "BulkResult": {"action": "approve", "total": 0, "succeeded": 0, "failed": 0, "results": {}},
    "PipelineTrigger": {"status": "queued", "message": "m"},
    "PipelineStats": {"totalRuns": 0, "topErrors": []},
    "VoiceProfile": {"id": "v", "avoid": [], "examples": [], "createdAt": TIME, "updatedAt": TIME},
    "Engagement": {"id": "e", "draftId": "d", "platform": "p", "status": "posted", "createdAt": TIME},
    "EngagementSummary": {
        **{
            f"total{name}": 0
            for name in ("Posted", "WithMetrics", "Likes", "Replies", "Reposts", "Impressions")
        },
        "topPosts": [],
        "byFormat": [],
        "byPlatform": [],
    },
    "Experiment": {
        "id": "x",
        "name": "n",
        "parameter": "p",
        "status": "active",
        "variants": [],
        "startedAt": TIME,
        "createdAt": TIME,
    },
    "Source": {
        "id": "s",
        "type": "rss",
        "name": "n",
        "url": "u",
        "enabled": True,
        "health": "healthy",
        "failCount": 0,
        "createdAt": TIME,
        "updatedAt": TIME,
        "itemCount": 0,
    },
    "SourceTest": {"ok": True},
    "Slot": {"dayOfWeek": 0, "hour": 0, "minute": 0},
    "Conflicts": {"hasConflict": False, "count": 0, "conflicts": []},
    "BulkSchedule": {"scheduled": [], "skipped": 0},
    "CalendarFeed": {"enabled": True},
}
"""The required fields of each model; those that are not here have none, since none of them is published."""


def models() -> Iterator[type[PassbandModel]]:
    for name in pandocast_sdk.__all__:
        value = getattr(pandocast_sdk, name)
        if isinstance(value, type) and issubclass(value, PassbandModel):
            yield value


MODELS = pytest.mark.parametrize("model", list(models()), ids=lambda model: model.__name__)


@MODELS
def test_only_published_fields_are_required(model: type[PassbandModel]) -> None:
    required = REQUIRED.get(model.__name__, {})
    value = model.model_validate_json(json.dumps(required))
    for name in model.model_fields:
        assert camel_case(name) in required or getattr(value, name) is None
    for name in required:
        with pytest.raises(ValidationError, match=name):
            model.model_validate({key: given for key, given in required.items() if key != name})


@MODELS
def test_null_is_the_same_as_absent(model: type[PassbandModel]) -> None:
    required = REQUIRED.get(model.__name__, {})
    nulls: dict[str, None] = dict.fromkeys(map(camel_case, model.model_fields))
    assert model.model_validate({**nulls, **required}) == model.model_validate(required)


@MODELS
def test_unknown_fields_are_kept(model: type[PassbandModel]) -> None:
    value = model.model_validate({**REQUIRED.get(model.__name__, {}), "newField": [1]})
    assert value.model_extra == {"newField": [1]}


@MODELS
def test_models_take_python_names_and_dump_wire_names(model: type[PassbandModel]) -> None:
    required = REQUIRED.get(model.__name__, {})
    given = {name: required[camel_case(name)] for name in model.model_fields if camel_case(name) in required}
    value = model(**given)
    assert value == model.model_validate(required)
    written = value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert written == required


@MODELS
def test_models_are_frozen(model: type[PassbandModel]) -> None:
    value = model.model_validate(REQUIRED.get(model.__name__, {}))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(value, next(iter(model.model_fields)), None)


def test_unknown_enumeration_values_are_read() -> None:
    draft = Draft.model_validate(
        {**REQUIRED["Draft"], "status": "burnt", "format": "POEM", "targetPlatforms": ["x"]}
    )
    assert (draft.status, draft.format, draft.target_platforms) == ("burnt", "POEM", ["x"])
    assert PipelineRun.model_validate({"status": "paused"}).status == "paused"
    assert Source.model_validate({**REQUIRED["Source"], "type": "gopher", "health": "odd"}).type == "gopher"
    assert Experiment.model_validate({**REQUIRED["Experiment"], "status": "dreamt"}).status == "dreamt"


def test_the_enumerations_are_those_of_the_reference() -> None:
    assert get_args(pandocast_sdk.DraftFormat) == ("SHORT", "THREAD", "BLOG")
    assert get_args(pandocast_sdk.EngagementStatus) == ("pending", "posted", "failed", "abandoned")
    assert get_args(pandocast_sdk.ExperimentStatus) == ("active", "concluded", "archived")
    assert get_args(pandocast_sdk.SourceType) == (
        "rss",
        "twitter",
        "reddit",
        "hackernews",
        "google_news",
        "substack",
    )
    assert get_args(pandocast_sdk.BulkAction) == (
        "approve",
        "reject",
        "archive",
        "schedule",
        "reschedule",
        "cancel_schedule",
    )


@pytest.mark.parametrize(
    ("name", "wire"),
    [("id", "id"), ("created_at", "createdAt"), ("last_30_days", "last30Days"), ("by_variant", "byVariant")],
)
def test_names_are_camel_case_on_the_wire(name: str, wire: str) -> None:
    assert camel_case(name) == wire


def test_a_draft_reads_its_item_and_its_images() -> None:
    item = {"id": "itm_1", "title": "T", "sourceType": "rss"}
    images = [{"url": "https://a.example/1.png"}]
    draft = Draft.model_validate(
        {**REQUIRED["Draft"], "item": item, "images": images, "tags": ["a"], "confidence": 1}
    )
    assert draft.item is not None
    assert draft.item.source_type == "rss"
    assert draft.images is not None
    assert (draft.images[0].url, draft.images[0].alt, draft.tags, draft.confidence) == (
        "https://a.example/1.png",
        None,
        ["a"],
        1.0,
    )


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[", b"[1", b"\xff"])
def test_an_array_that_does_not_fit_is_an_error_without_its_content(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"^[\w.]+: ") as caught:
        array_reader_of(Slot)(body)
    assert caught.value.__cause__ is None


def test_the_error_of_a_value_that_does_not_fit_has_its_name_and_not_its_content() -> None:
    (row,) = array_reader_of(Slot)(b'[{"dayOfWeek": 1, "hour": 2, "minute": "s3cret"}]')
    assert "minute" in repr(row.unreadable)
    assert "s3cret" not in repr(row.unreadable)
    with pytest.raises(ValueError, match="minute") as caught:
        reader_of(Slot)(b'{"dayOfWeek": 1, "hour": 2, "minute": "s3cret"}')
    assert "s3cret" not in str(caught.value)


@given(st.lists(st.builds(Slot, day_of_week=st.integers(), hour=st.integers(), minute=st.integers())))
def test_an_array_is_read_as_it_was_written(slots: list[Slot]) -> None:
    body = json.dumps([slot.model_dump(by_alias=True) for slot in slots]).encode()
    assert array_reader_of(Slot)(body) == slots
