"""What requests on drafts hold (reference, from "List drafts" to "Bulk draft action")."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeVar

from pydantic import AfterValidator, Field, model_validator

from pandocast_server.outgoing import MAX_URL, InvalidUrlError, check_url
from pandocast_server.passband.cursors import PageQuery
from pandocast_server.passband.drafts.transitions import Action, BulkAction, Status
from pandocast_server.validation import CamelModel, CommaSeparated, Digits, Text, Time, quoted

T = TypeVar("T")

Format = Literal["SHORT", "THREAD", "BLOG"]
Platform = Literal["twitter", "linkedin", "threads", "bluesky"]

PLATFORMS: Final[Mapping[str, str]] = {
    "twitter": "twitter_single",
    "linkedin": "linkedin_post",
    "threads": "threads_post",
    "bluesky": "bluesky_post",
}
"""The platforms that drafts are posted to, with the id under which Settings -> Platforms connects each."""

DEFAULT_FORMAT: Final[Format] = "SHORT"
MAX_TEXT: Final = 50_000
"""The most characters that a draft may hold, whoever wrote it (reference, "Create draft")."""


def _usable(url: str) -> str:
    try:
        check_url(url)
    except InvalidUrlError as error:
        raise ValueError(str(error).removeprefix("url ")) from error
    return url


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be of white space alone")
    return text


def _tag(text: str) -> str:
    if "," in text:  # it separates them in the filter of the list
        raise ValueError(f"must not hold a comma: {quoted(text)}")
    return _not_blank(text).strip()


def _distinct(formats: list[Format]) -> list[Format]:
    if len(set(formats)) < len(formats):
        raise ValueError("must not name the same format twice")
    return formats


def each_once(values: list[T]) -> list[T]:
    """Return the values in their order, each once."""
    return list(dict.fromkeys(values))


Url = Annotated[Text, Field(max_length=MAX_URL), AfterValidator(_usable)]
Formats = Annotated[list[Format], Field(min_length=1, max_length=3), AfterValidator(_distinct)]
Tags = Annotated[
    list[Annotated[Text, Field(max_length=50), AfterValidator(_tag)]],
    Field(max_length=20),
    AfterValidator(each_once),
]
Platforms = Annotated[list[Platform], Field(max_length=100), AfterValidator(each_once)]
_Text = Annotated[Text, Field(max_length=MAX_TEXT), AfterValidator(_not_blank)]
_Prompt = Annotated[Text, Field(max_length=5_000), AfterValidator(_not_blank)]


class DraftsQuery(PageQuery):
    """Which page of drafts, and which of them."""

    limit: Annotated[int, Digits(1, 100)] = 25
    status: Status | None = None
    format: Format | None = None
    source_id: Text | None = None
    source_type: Text | None = None
    tags: Annotated[list[str], CommaSeparated()] | None = None
    scheduled_after: Time | None = None
    scheduled_before: Time | None = None


class Image(CamelModel):
    """An image that goes with a draft."""

    url: Url
    alt: Annotated[str, Field(max_length=1_000)] | None = None


class NewDraftsBody(CamelModel):
    """Drafts to create: one with a text, or one for each format to be generated."""

    text: _Text | None = None
    url: Url | None = None
    prompt: _Prompt | None = None
    format: Format | None = None
    formats: Formats | None = None
    images: Annotated[list[Image], Field(max_length=10)] | None = None
    tags: Tags | None = None
    target_platforms: Platforms | None = None

    @property
    def generates(self) -> bool:
        """Whether the texts are to be generated."""
        return self.url is not None or self.prompt is not None

    @model_validator(mode="after")
    def _has_one_mode(self) -> "NewDraftsBody":
        if self.text is None and not self.generates:
            raise ValueError("Either text, or url or prompt or both, must be given")
        if self.text is not None and self.generates:
            raise ValueError("text cannot be given together with url or prompt")
        if self.text is not None and self.formats is not None:
            raise ValueError("formats is for drafts to be generated; with text it is format")
        if self.generates and self.format is not None:
            raise ValueError("format is for a draft with text; for drafts to be generated it is formats")
        return self


class _ActionBody(CamelModel):
    """What may come along with an action; each action takes what is its own, and ignores the rest."""

    feedback: Annotated[str, Field(max_length=5_000)] | None = None
    scheduled_at: Time | None = None
    smart_schedule: bool | None = None

    def _check_time(self, action: Action | BulkAction | None) -> None:
        if action in {"schedule", "reschedule"} and self.scheduled_at is not None and self.smart_schedule:
            raise ValueError("scheduledAt cannot be given together with smartSchedule")
        if action == "reschedule" and self.scheduled_at is None:
            raise ValueError("scheduledAt is missing")


class DraftUpdateBody(_ActionBody):
    """An action on a draft with what belongs to it, or another text."""

    action: Action | None = None
    text: _Text | None = None
    platforms: Annotated[Platforms, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _is_one_change(self) -> "DraftUpdateBody":
        if (self.action is None) == (self.text is None):
            raise ValueError("Either action or text must be given, and not both")
        self._check_time(self.action)
        return self


class BulkBody(_ActionBody):
    """An action on many drafts with what belongs to it."""

    action: BulkAction
    ids: Annotated[list[str], Field(min_length=1, max_length=100), AfterValidator(each_once)]

    @model_validator(mode="after")
    def _has_a_time(self) -> "BulkBody":
        self._check_time(self.action)
        return self
