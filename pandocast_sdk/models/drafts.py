"""The models of Passband's drafts.

Reference: "List drafts" to "Update draft" and "Bulk draft action".
"""

from typing import Annotated, Literal, NotRequired, TypeAlias, TypedDict

from pandocast_sdk.models.base import UNPUBLISHED, Open, PassbandModel, Timestamp

__all__ = [
    "BulkAction",
    "BulkOutcome",
    "BulkResult",
    "CreatedDrafts",
    "Draft",
    "DraftFormat",
    "DraftImage",
    "DraftImageDict",
    "DraftItem",
    "DraftStatus",
    "PassbandPlatform",
]
_UNEXPORTED = ["DraftList"]

DraftFormat: TypeAlias = Literal["SHORT", "THREAD", "BLOG"]
"""How long a draft is: one post, several that follow each other, or an article."""

DraftStatus: TypeAlias = Literal[
    "pending_generation",
    "pending_review",
    "approved",
    "rejected",
    "scheduled",
    "posted",
    "failed",
    "archived",
]
"""The life of a draft. Only the first three are published; others may come."""

BulkAction: TypeAlias = Literal["approve", "reject", "archive", "schedule", "reschedule", "cancel_schedule"]
"""What can be done to many drafts at once."""

PassbandPlatform: TypeAlias = Literal["twitter", "linkedin", "threads", "bluesky"]
"""Where drafts are posted. None is published; a service may have others."""


class DraftImageDict(TypedDict):
    """An image to attach, as a dictionary; the same as `DraftImage`."""

    url: str
    alt: NotRequired[str]


class DraftImage(PassbandModel):
    """An image of a draft.

    Attributes:
        url: Its address; required when a draft is created.
        alt: What it shows, for those who cannot see it.
    """

    url: str | None = None
    alt: str | None = None


class DraftItem(PassbandModel):
    """What a draft was generated from.

    Attributes:
        id: Its id.
        title: Its title.
        source_type: The type of the source it came from; `url` or `prompt` without a source.
    """

    id: str | None = None
    title: str | None = None
    source_type: str | None = None


class Draft(PassbandModel):
    """A text on its way to being posted.

    Attributes:
        id: Its id, which the other calls take.
        text: Its text; empty while it is being generated.
        format: How long it is.
        status: Where it stands between being written and being posted.
        created_at: When it was created.
        updated_at: When it was last changed.
        confidence: How well it fits the voice profile, 0 to 1; None when it was not generated.
        feedback: A reviewer's comment, or why it failed.
        rejection_feedback: Why it was rejected.
        scheduled_at: When it will be posted.
        posted_at: When it was posted.
        post_id: The id of the post.
        item_id: The id of what it was generated from.
        regenerated_from_id: The id of the draft that it replaces.
        tags: Its tags.
        images: Its images.
        target_platforms: The platforms that it is meant for.
        item: What it was generated from, in short.
    """

    id: str
    text: str
    format: Open[DraftFormat]
    status: Open[DraftStatus]
    created_at: Timestamp
    updated_at: Timestamp
    confidence: float | None = None
    feedback: str | None = None
    rejection_feedback: str | None = None
    scheduled_at: Timestamp | None = None
    posted_at: Timestamp | None = None
    post_id: str | None = None
    item_id: str | None = None
    regenerated_from_id: str | None = None
    tags: Annotated[list[str] | None, UNPUBLISHED] = None
    images: Annotated[list[DraftImage] | None, UNPUBLISHED] = None
    target_platforms: Annotated[list[Open[PassbandPlatform]] | None, UNPUBLISHED] = None
    item: DraftItem | None = None


class DraftList(PassbandModel):
    """One page of drafts as the service sends it.

    Attributes:
        drafts: The drafts, newest first.
        next_cursor: Where the next page begins; None at the end.
    """

    drafts: list[Draft]
    next_cursor: str | None = None


class CreatedDrafts(PassbandModel):
    """The drafts that one call has created.

    Attributes:
        mode: Whether the call passed their texts or they are being generated.
        drafts: The drafts.
        item_id: The id of what they are generated from; None in direct mode.
    """

    mode: Open[Literal["direct", "generate"]]
    drafts: list[Draft]
    item_id: str | None = None


class BulkOutcome(PassbandModel):
    """The outcome for one draft of many.

    Attributes:
        ok: Whether the action was done.
        error: Why it was not done.
    """

    ok: bool | None = None
    error: str | None = None


class BulkResult(PassbandModel):
    """The outcome of an action on many drafts.

    Attributes:
        action: The action.
        total: The number of drafts that the action was for.
        succeeded: The number for which it was done.
        failed: The number for which it was not.
        results: The outcome for each draft, by its id.
    """

    action: Open[BulkAction]
    total: int
    succeeded: int
    failed: int
    results: dict[str, BulkOutcome]
