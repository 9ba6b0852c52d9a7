"""The models of Pandocast.

Reference: "Endpoints".
"""

from typing import Literal, TypeAlias

from pandocast_sdk.models.base import Open, Timestamp, WireModel

__all__ = ["Content", "Generation", "Output", "Outputs", "ScheduledPost"]
_UNEXPORTED = ["ContentList", "ContentStatus", "OutputStatus", "PlatformId"]

ContentStatus: TypeAlias = Open[Literal["analyzing", "analyzed", "generating", "generated", "failed"]]
"""The life of an upload. Only `analyzing`, `analyzed` and `generating` are published; others may come."""

OutputStatus: TypeAlias = Open[Literal["draft", "approved", "scheduled", "published", "failed"]]
"""The life of an output. Only `draft`, `approved` and `scheduled` are published; others may come."""

PlatformId: TypeAlias = Open[Literal["twitter_single", "linkedin_post"]]
"""A platform and format. Two are published; a service may have more."""


class Content(WireModel):
    """An upload.

    Attributes:
        id: Its id, which the other calls take.
        title: Its title.
        content_type: What it is, such as `blog_post`.
        status: Where it stands between upload and outputs.
        created_at: When it was uploaded.
    """

    id: str
    title: str
    content_type: str
    status: ContentStatus
    created_at: Timestamp


class ContentList(WireModel):
    """One page of uploads as the service sends it.

    Attributes:
        items: The uploads, newest first.
        total: How many there are on all pages.
        has_more: Whether others follow this page.
    """

    items: list[Content]
    total: int
    has_more: bool


class Generation(WireModel):
    """Generation has started.

    Attributes:
        success: Whether generation has started.
        content_id: The id of the upload.
        status: The upload's status, `generating`.
        message: A sentence for people.
    """

    success: bool
    content_id: str
    status: ContentStatus
    message: str


class Output(WireModel):
    """A post written for one platform.

    Attributes:
        id: Its id, which scheduling takes.
        platform_id: The platform and format that it is for.
        format_name: The name of both, for people.
        content: The text to post.
        voice_match_score: How well it fits the voice profile, 0 to 100.
        status: Where it stands between draft and published.
        created_at: When it was written.
    """

    id: str
    platform_id: PlatformId
    format_name: str
    content: str
    voice_match_score: int
    status: OutputStatus
    created_at: Timestamp


class Outputs(WireModel):
    """All outputs of one upload.

    Attributes:
        items: The outputs.
        total: How many there are.
    """

    items: list[Output]
    total: int


class ScheduledPost(WireModel):
    """An output that is scheduled to be published.

    Attributes:
        success: Whether it was scheduled.
        event_id: The id of the planned publication; webhooks carry it.
        output_id: The id of the output.
        scheduled_at: When it will be published.
        status: `scheduled`.
    """

    success: bool
    event_id: str
    output_id: str
    scheduled_at: Timestamp
    status: OutputStatus
