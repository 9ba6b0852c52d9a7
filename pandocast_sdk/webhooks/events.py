"""The events that Pandocast sends to a webhook endpoint, as typed values.

Reference: "Event Types" and "Payload Format". The reference publishes the data of `content.analyzed` only, so
only those fields are required; every other field is None if it is absent. Unknown fields are kept as
attributes.
"""

import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Annotated, Literal, TypeAlias, cast, get_args

from pydantic import AwareDatetime, Field, TypeAdapter

from pandocast_sdk.errors import WebhookPayloadError
from pandocast_sdk.models.base import WireModel
from pandocast_sdk.webhooks.body import Body, json_object, raw_body

__all__ = [
    "AbTestCompleted",
    "AbTestCompletedData",
    "ContentAnalyzed",
    "ContentAnalyzedData",
    "ContentUploaded",
    "ContentUploadedData",
    "Event",
    "OutputsGenerated",
    "OutputsGeneratedData",
    "PostFailed",
    "PostFailedData",
    "PostPublished",
    "PostPublishedData",
    "UnknownEvent",
    "parse_event",
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

    event: Literal["content.uploaded"] = "content.uploaded"
    timestamp: AwareDatetime
    data: ContentUploadedData


class ContentAnalyzed(WireModel):
    """The analysis of an upload has completed: outputs can be generated from it."""

    event: Literal["content.analyzed"] = "content.analyzed"
    timestamp: AwareDatetime
    data: ContentAnalyzedData


class OutputsGenerated(WireModel):
    """Outputs have been generated."""

    event: Literal["outputs.generated"] = "outputs.generated"
    timestamp: AwareDatetime
    data: OutputsGeneratedData


class PostPublished(WireModel):
    """A scheduled post has been published."""

    event: Literal["post.published"] = "post.published"
    timestamp: AwareDatetime
    data: PostPublishedData


class PostFailed(WireModel):
    """A scheduled post could not be published, after all retries."""

    event: Literal["post.failed"] = "post.failed"
    timestamp: AwareDatetime
    data: PostFailedData


class AbTestCompleted(WireModel):
    """An A/B test has finished with a winner."""

    event: Literal["ab_test.completed"] = "ab_test.completed"
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


def parse_event(body: Body) -> Event:
    """Read a body that was verified before, such as one that comes out of a queue. It verifies nothing.

    Raises:
        WebhookPayloadError: The body is not a JSON object with `event` (a string), `timestamp` and `data`.

    Reference: "Payload Format".
    """
    raw = body if isinstance(body, bytes) else _raw_body(body)
    try:
        return _known_event_reader()(raw)
    except ValueError:
        # Mostly a ValidationError; older versions of pydantic let a bare ValueError through for the year 0.
        # Leaving the handler keeps the body out of the context of what is raised below.
        pass
    payload = json_object(raw)
    try:
        return _known_events().validate_python(payload)
    except ValueError:  # likewise
        pass
    return _unknown_event(payload)


def event_body(event: Event) -> bytes:
    """Return the body of a delivery of an event, with the fields that it was made with.

    Raises:
        ValueError: It holds what cannot be JSON.
        TypeError: It is no event.
    """
    if not isinstance(cast("object", event), get_args(Event)):
        raise TypeError(f"it takes an event or a body, not {type(event).__name__}")
    fields = event.model_dump(mode="json", exclude_unset=True)
    payload = {"event": event.event, **fields}  # not set where it is the default
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _raw_body(body: Body) -> bytes:
    try:
        return raw_body(body)
    except TypeError as error:
        raise WebhookPayloadError(str(error)) from None


@cache
def _known_events() -> TypeAdapter[_KnownEvent]:
    return TypeAdapter(Annotated[_KnownEvent, Field(discriminator="event")])


@cache
def _known_event_reader() -> Callable[[bytes], _KnownEvent]:
    return _known_events().validator.validate_json  # which the adapter's own method calls, with ten arguments


@cache
def _moments() -> TypeAdapter[datetime]:
    return TypeAdapter(AwareDatetime)


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
    return UnknownEvent.model_validate(payload | readable)


def _moment(value: object) -> datetime | None:
    try:
        return _moments().validate_python(value)
    except ValueError:  # see parse_event
        return None
