"""The review in the second act: what a person would decide on each draft, decided by rules."""

from collections.abc import Sequence

from pandocast_sdk import Passband
from pandocast_sdk.models.drafts import Draft
from pandocast_server.demo.screen import DemoError, Screen, confidence, counted

_SECONDS_FOR_A_DRAFT = 60.0
_OPENING = "New today: "
_FEEDBACK = "It could stand on any site: begin with another passage."


def review(
    drafts: Sequence[Draft], client: Passband, screen: Screen
) -> tuple[list[Draft], dict[str, object]]:
    """Keep the best draft of each entry, the weakest one written anew and another one edited.

    Returns:
        What was approved, and what happened, for JSON.
    """
    if len(drafts) < 2:
        raise DemoError("there are fewer than two drafts to review")
    # Of a short draft there are others to be written: a thread often tells all that there is.
    weakest = min(drafts, key=lambda draft: (draft.format != "SHORT", draft.confidence or 0))
    screen.excerpt("Weakest", weakest.text, confidence(weakest))
    rejected = client.drafts.reject(weakest.id, feedback=_FEEDBACK)
    screen.fact("Rejected", _FEEDBACK)
    begun = client.drafts.regenerate(weakest.id)
    rewritten = client.drafts.wait_until_generated(begun.id, timeout=_SECONDS_FOR_A_DRAFT)
    screen.text("Anew", rewritten.text, confidence(rewritten))
    drafts = [rewritten if draft is weakest else draft for draft in drafts]
    before = min(drafts, key=lambda draft: (draft.format != "SHORT", draft is rewritten, len(draft.text)))
    screen.excerpt("Edited", before.text)
    edited = client.drafts.edit(before.id, text=_OPENING + before.text)
    screen.text("to", edited.text, confidence(edited))
    drafts = [edited if draft is before else draft for draft in drafts]
    approved = chosen(drafts, edited)
    archived = [draft.id for draft in drafts if draft not in approved]
    client.drafts.bulk("approve", ids=[draft.id for draft in approved])
    screen.fact("Approved", f"{counted(len(approved), 'draft')}: of each entry the one that sounds best")
    if archived:
        client.drafts.bulk("archive", ids=archived)
    screen.fact("Archived", counted(len(archived), "draft"))
    return approved, {
        "rejected": {"id": rejected.id, "feedback": rejected.rejection_feedback},
        "rewritten": {"id": rewritten.id, "confidence": rewritten.confidence},
        "edited": {"id": edited.id, "before": before.text, "after": edited.text},
        "approved": [draft.id for draft in approved],
        "archived": archived,
    }


def chosen(drafts: Sequence[Draft], edited: Draft) -> list[Draft]:
    """Choose one draft of each item: the edited one, or else the one with the most confidence."""
    best: dict[str | None, Draft] = {}
    for draft in sorted(drafts, key=lambda draft: (draft != edited, -(draft.confidence or 0))):
        best.setdefault(draft.item_id, draft)
    return [draft for draft in drafts if draft in best.values()]
