"""The life of a draft: which action leads where. Nothing else decides it (contract, "Draft actions")."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from attrs import frozen

Status = Literal[
    "pending_generation",
    "pending_review",
    "approved",
    "rejected",
    "scheduled",
    "posted",
    "failed",
    "archived",
]
BulkAction = Literal["approve", "reject", "archive", "schedule", "reschedule", "cancel_schedule"]
Action = Literal[
    "approve",
    "reject",
    "unapprove",
    "regenerate",
    "schedule",
    "reschedule",
    "cancel_schedule",
    "post",
    "archive",
]

PENDING_GENERATION: Final = "pending_generation"
PENDING_REVIEW: Final = "pending_review"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
SCHEDULED: Final = "scheduled"
POSTED: Final = "posted"
FAILED: Final = "failed"
ARCHIVED: Final = "archived"

STATUSES: Final[tuple[str, ...]] = get_args(Status)

EDIT: Final = "edit"
"""Editing the text, which is no action on the wire."""


@frozen
class Transition:
    """One row of the table: from which statuses to which; None leaves it as it is."""

    sources: frozenset[str]
    target: str | None


def _row(*sources: str, to: str | None) -> Transition:
    return Transition(frozenset(sources), to)


TRANSITIONS: Final[Mapping[str, Transition]] = {
    "approve": _row(PENDING_REVIEW, REJECTED, to=APPROVED),
    "reject": _row(PENDING_REVIEW, APPROVED, to=REJECTED),
    "unapprove": _row(APPROVED, to=PENDING_REVIEW),
    "regenerate": _row(PENDING_REVIEW, REJECTED, to=ARCHIVED),  # the draft that replaces it is a new one
    "schedule": _row(APPROVED, to=SCHEDULED),
    "reschedule": _row(SCHEDULED, to=SCHEDULED),
    "cancel_schedule": _row(SCHEDULED, to=APPROVED),
    "post": _row(APPROVED, SCHEDULED, to=POSTED),
    "archive": _row(*(status for status in STATUSES if status not in {POSTED, ARCHIVED}), to=ARCHIVED),
    EDIT: _row(PENDING_REVIEW, APPROVED, REJECTED, SCHEDULED, to=None),
}

OUTCOMES: Final[Mapping[str, Transition]] = {
    "generated": _row(PENDING_GENERATION, to=PENDING_REVIEW),
    "generation_failed": _row(PENDING_GENERATION, to=FAILED),
    "post_failed": _row(APPROVED, SCHEDULED, to=FAILED),
}
"""What comes of the server's own work on a draft; of one that has moved on meanwhile, nothing."""
