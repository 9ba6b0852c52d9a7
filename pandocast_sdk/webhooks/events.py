"""The events that Pandocast sends to a webhook endpoint, as typed values.

Reference: "Event Types" and "Payload Format". The reference publishes the data of `content.analyzed` only, so
only those fields are required; every other field is None if it is absent. Unknown fields are kept as
attributes.
"""

import json
from datetime import datetime
from functools import cache
from typing import Annotated, Literal, TypeAlias, cast

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from pandocast_sdk.errors import WebhookPayloadError
from pandocast_sdk.models.base import WireModel

__all__ = [
    "AbTestCompleted",
    "ContentAnalyzed",
    "ContentUploaded",
    "Event",
    "OutputsGenerated",
    "PostFailed",
    "PostPublished",
    "UnknownEvent",
]
_UNEXPORTED = [
    "AbTestCompletedData",
    "ContentAnalyzedData",
    "ContentUploadedData",
    "OutputsGeneratedData",
    "PostFailedData",
    "PostPublishedData",
]


class ContentUploadedData(WireModel):
    """The new upload."""

    workspace_id: str | None = None
    content_id: str | None = None
    title: str | None = None
    content_type: str | None = None


class ContentAnalyzedData(WireModel):
    """The analysed upload."""

    workspace_id: str
    content_id: str
    title: str


class OutputsGeneratedData(WireModel):
    """The generated outputs, and the upload they come from."""

    workspace_id: str | None = None
    content_id: str | None = None
    title: str | None = None
    output_ids: list[str] | None = None


class PostPublishedData(WireModel):
    """The published post; `event_id` is the one that scheduling it returned."""

    workspace_id: str | None = None
    content_id: str | None = None
    output_id: str | None = None
    event_id: str | None = None
    platform_id: str | None = None
    published_at: AwareDatetime | None = None


class PostFailedData(WireModel):
    """The failed post, the error of the last attempt and the number of attempts."""

    workspace_id: str | None = None
    content_id: str | None = None
    output_id: str | None = None
    event_id: str | None = None
    platform_id: str | None = None
    error: str | None = None
    attempts: int | None = None


class AbTestCompletedData(WireModel):
    """The A/B test and the output that won it."""

    workspace_id: str | None = None
    ab_test_id: str | None = None
    name: str | None = None
    winner_output_id: str | None = None


class ContentUploaded(WireModel):
    """New content has been uploaded."""

    event: Literal["content.uploaded"]
    timestamp: AwareDatetime
    data: ContentUploadedData


class ContentAnalyzed(WireModel):
    """The analysis of an upload has completed: outputs can be generated from it."""

    event: Literal["content.analyzed"]
    timestamp: AwareDatetime
    data: ContentAnalyzedData


class OutputsGenerated(WireModel):
    """Outputs have been generated."""

    event: Literal["outputs.generated"]
    timestamp: AwareDatetime
    data: OutputsGeneratedData


class PostPublished(WireModel):
    """A scheduled post has been published."""

    event: Literal["post.published"]
    timestamp: AwareDatetime
    data: PostPublishedData


class PostFailed(WireModel):
    """A scheduled post could not be published, after all retries."""

    event: Literal["post.failed"]
    timestamp: AwareDatetime
    data: PostFailedData


class AbTestCompleted(WireModel):
    """An A/B test has finished with a winner."""

    event: Literal["ab_test.completed"]
    timestamp: AwareDatetime
    data: AbTestCompletedData


class UnknownEvent(WireModel):
    """A genuine delivery that fits none of the other classes.

    Either its type is newer than this SDK, or its type is known and its content is not as expected. So
    `event` may be `"content.analyzed"` here: distinguish events by class, with `isinstance` or `match`.

    Attributes:
        event: The event type as delivered.
        timestamp: When it happened; None if the delivered value is not a time with a UTC offset.
        data: The data as delivered; empty if they are not a JSON object.
    """

    event: str
    timestamp: AwareDatetime | None
    data: dict[str, object]


_KnownEvent: TypeAlias = (
    ContentUploaded | ContentAnalyzed | OutputsGenerated | PostPublished | PostFailed | AbTestCompleted
)

Event: TypeAlias = _KnownEvent | UnknownEvent
"""Any event that `Webhook.unwrap` returns."""


def parse_event(body: bytes) -> Event:
    """Read the body of a delivery whose signature is valid.

    Raises:
        WebhookPayloadError: The body is not a JSON object with `event` (a string), `timestamp` and `data`.
    """
    try:
        return _known_events().validate_json(body)
    except ValueError:
        # Mostly a ValidationError; older versions of pydantic let a bare ValueError through for the year 0.
        # Leaving the handler keeps the body out of the context of what is raised below.
        pass
    return _unknown_event(_json_object(body))


@cache
def _known_events() -> TypeAdapter[_KnownEvent]:
    return TypeAdapter(Annotated[_KnownEvent, Field(discriminator="event")])


@cache
def _moments() -> TypeAdapter[datetime]:
    return TypeAdapter(AwareDatetime)


def _json_object(body: bytes) -> dict[str, object]:
    # The standard parser, since it accepts half a surrogate pair, which a sender in JavaScript writes after
    # cutting a title through an emoji. The fast parser rejects that.
    try:
        payload: object = json.loads(body.decode())
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise WebhookPayloadError("the body is not a JSON object")
    return cast("dict[str, object]", payload)


def _unknown_event(payload: dict[str, object]) -> UnknownEvent:
    missing = [name for name in ("event", "timestamp", "data") if name not in payload]
    if missing:
        raise WebhookPayloadError(f"the body has no {' and no '.join(missing)}")
    if not isinstance(payload["event"], str):
        raise WebhookPayloadError("the event of the body is not a string")
    readable: dict[str, object] = {
        "timestamp": _moment(payload["timestamp"]),
        "data": payload["data"] if isinstance(payload["data"], dict) else {},
    }
    try:
        return UnknownEvent.model_validate(payload | readable)
    except ValidationError:
        pass  # an unknown name with half a surrogate pair, which no attribute can have
    raise WebhookPayloadError("a name in the body is not Unicode text")


def _moment(value: object) -> datetime | None:
    try:
        return _moments().validate_python(value)
    except ValueError:  # see parse_event
        return None
