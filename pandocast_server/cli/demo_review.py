"""The review in the demo's second act: what a person would decide on each draft, decided by rules."""

from collections.abc import Sequence

from attrs import frozen

from pandocast_sdk import Passband
from pandocast_sdk.models.drafts import BulkAction, Draft
from pandocast_server.cli.demo_passband_screen import PassbandScreen, confidence
from pandocast_server.cli.demo_run import DemoError
from pandocast_server.cli.demo_stage import counted
from pandocast_server.cli.demo_waiting import wait_for_draft

_SHORT = "SHORT"
_OPENING = "New today: "
_FEEDBACK = "It could stand on any site: begin with another passage."
_SECONDS_FOR_A_DRAFT = 60.0


@frozen
class Review:
    """What became of the drafts.

    Attributes:
        rejected: The one that was sent back, with the feedback.
        rewritten: The one that replaces it.
        before: The one that was edited, as it was.
        edited: As it is.
        approved: Those that are to be posted, the edited one among them.
        archived: The ids of those that were put away.
    """

    rejected: Draft
    rewritten: Draft
    before: Draft
    edited: Draft
    approved: list[Draft]
    archived: list[str]


def review(drafts: Sequence[Draft], client: Passband, screen: PassbandScreen) -> Review:
    """Have the weakest short draft written anew, edit another, and keep the best one of each item.

    Raises:
        DemoError: There are fewer than two drafts, or something did not come about.
        PandocastError: A call of the SDK failed.
    """
    if len(drafts) < 2:
        raise DemoError("there are fewer than two drafts to review")
    weakest = min(drafts, key=_short_and_weak)
    screen.excerpt("Weakest", weakest.text, confidence(weakest))
    rejected = client.drafts.reject(weakest.id, feedback=_FEEDBACK)
    screen.fact("Rejected", _FEEDBACK)
    rewritten = wait_for_draft(
        client,
        client.drafts.regenerate(weakest.id).id,
        before="pending_generation",
        after="pending_review",
        done="written",
        timeout=_SECONDS_FOR_A_DRAFT,
    )
    screen.changed("Anew", rewritten)

    current = [rewritten if draft is weakest else draft for draft in drafts]
    # One that has not been touched, if there is one; the shorter it is, the more room there is for more.
    before = min(current, key=lambda draft: (draft.format != _SHORT, draft is rewritten, len(draft.text)))
    screen.excerpt("Edited", before.text)
    edited = client.drafts.edit(before.id, text=_OPENING + before.text)
    screen.changed("to", edited)

    current = [edited if draft is before else draft for draft in current]
    approved = chosen(current, edited)
    archived = [draft.id for draft in current if draft not in approved]
    _do(client, "approve", [draft.id for draft in approved])
    screen.fact("Approved", f"{counted(len(approved), 'draft')}: of each entry the one that sounds best")
    if archived:
        _do(client, "archive", archived)
        screen.fact("Archived", counted(len(archived), "draft"))
    return Review(rejected, rewritten, before, edited, approved, archived)


def chosen(drafts: Sequence[Draft], edited: Draft) -> list[Draft]:
    """Choose one draft of each item: the edited one, or else the one with the most confidence."""
    best: dict[str | None, Draft] = {}
    for draft in drafts:
        rival = best.get(draft.item_id)
        if draft == edited or rival is None or (rival != edited and _confidence(draft) > _confidence(rival)):
            best[draft.item_id] = draft
    return list(best.values())


def _confidence(draft: Draft) -> float:
    return draft.confidence or 0.0


def _short_and_weak(draft: Draft) -> tuple[bool, float]:
    # Of a short draft there are others to be written: a thread often tells all that there is.
    return draft.format != _SHORT, _confidence(draft)


def _do(client: Passband, action: BulkAction, ids: list[str]) -> None:
    result = client.drafts.bulk(action, ids=ids)
    for outcome in result.results.values():
        if not outcome.ok:
            raise DemoError(f"{action} failed for {result.failed} of {result.total} drafts: {outcome.error}")
