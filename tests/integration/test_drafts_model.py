"""Drafts under any sequence of actions: the server, driven through the SDK, beside a small model of it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from attrs import define, field
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pandocast_sdk import ConflictError, Draft, Passband
from pandocast_server.testing import ReferenceServer

# Written out once more, independently of the server's table: what may be done with a draft in each status.
LEGAL: dict[str, set[str]] = {
    "pending_generation": {"archive"},
    "pending_review": {"approve", "reject", "regenerate", "archive", "edit"},
    "approved": {"reject", "unapprove", "schedule", "post", "archive", "edit"},
    "rejected": {"approve", "regenerate", "archive", "edit"},
    "scheduled": {"reschedule", "cancel_schedule", "post", "archive", "edit"},
    "posted": set(),
    "failed": {"archive"},
    "archived": set(),
}

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip)
TAGS = st.lists(st.sampled_from(["news", "ai", "größe", "a b"]), max_size=3, unique=True)
FORMATS = st.sampled_from(["SHORT", "THREAD", "BLOG"])
HOURS = st.integers(1, 72)
EXAMPLES = settings(max_examples=settings().max_examples // 5)  # each takes some hundred requests


@define
class Expected:
    """What the model knows of a draft."""

    text: str | None
    format: str
    tags: list[str]
    status: str = "pending_review"
    feedback: str | None = None
    rejection_feedback: str | None = None
    scheduled_at: datetime | None = None
    regenerated_from_id: str | None = None


@define
class Model:
    """All drafts, in the order in which they were created."""

    drafts: dict[str, Expected] = field(factory=dict)

    def post_what_is_due(self, now: datetime) -> None:
        for draft in self.drafts.values():
            if draft.status == "scheduled" and draft.scheduled_at is not None and draft.scheduled_at <= now:
                draft.status = "posted"

    def newest_first(self, keep: Callable[[Expected], bool]) -> list[str]:
        return [id_ for id_, draft in reversed(self.drafts.items()) if keep(draft)]


class DraftsMachine(RuleBasedStateMachine):
    """Random lives of drafts."""

    server: ReferenceServer
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.server.reset()
        self.client = self.server.passband_client()
        self.model = Model()

    def teardown(self) -> None:
        self.client.close()

    @rule(target=ids, text=TEXTS, format_=FORMATS, tags=TAGS)
    def create(self, text: str, format_: str, tags: list[str]) -> str:
        created = self.client.drafts.create(text=text, format=format_, tags=tags)  # type: ignore[arg-type]  # drawn
        assert (created.mode, created.item_id) == ("direct", None)
        (draft,) = created.drafts
        self.model.drafts[draft.id] = Expected(text, format_, tags)
        self._compare(draft)
        return draft.id

    @rule(id_=ids)
    def approve(self, id_: str) -> None:
        if draft := self._take("approve", id_, lambda: self.client.drafts.approve(id_)):
            draft.status = "approved"

    @rule(id_=ids, feedback=st.none() | TEXTS)
    def reject(self, id_: str, feedback: str | None) -> None:
        if draft := self._take("reject", id_, lambda: self.client.drafts.reject(id_, feedback=feedback)):
            draft.status = "rejected"
            draft.rejection_feedback = feedback

    @rule(id_=ids, feedback=st.none() | TEXTS)
    def unapprove(self, id_: str, feedback: str | None) -> None:
        if draft := self._take(
            "unapprove", id_, lambda: self.client.drafts.unapprove(id_, feedback=feedback)
        ):
            draft.status = "pending_review"
            draft.feedback = feedback

    @rule(target=ids, id_=ids)
    def regenerate(self, id_: str) -> str:
        old = self.model.drafts[id_]
        if "regenerate" not in LEGAL[old.status]:
            with pytest.raises(ConflictError):
                self.client.drafts.regenerate(id_)
            return id_
        new = self.client.drafts.regenerate(id_)
        assert new.status in {"pending_generation", "pending_review"}
        self.server.drain()
        old.status = "archived"
        self.model.drafts[new.id] = Expected(None, old.format, old.tags, regenerated_from_id=id_)
        written = self.client.drafts.get(new.id)
        assert written.text.strip()
        self._compare(written)
        return new.id

    @rule(id_=ids, hours=HOURS)
    def schedule(self, id_: str, hours: int) -> None:
        at = self._in(hours)
        if draft := self._take("schedule", id_, lambda: self.client.drafts.schedule(id_, scheduled_at=at)):
            draft.status, draft.scheduled_at = "scheduled", at

    @rule(id_=ids, hours=HOURS)
    def reschedule(self, id_: str, hours: int) -> None:
        at = self._in(hours)
        if draft := self._take(
            "reschedule", id_, lambda: self.client.drafts.reschedule(id_, scheduled_at=at)
        ):
            draft.scheduled_at = at

    @rule(id_=ids)
    def cancel_schedule(self, id_: str) -> None:
        if draft := self._take("cancel_schedule", id_, lambda: self.client.drafts.cancel_schedule(id_)):
            draft.status, draft.scheduled_at = "approved", None

    @rule(id_=ids)
    def post(self, id_: str) -> None:
        if draft := self._take("post", id_, lambda: self.client.drafts.post(id_, platforms=["twitter"])):
            draft.status = "posted"

    @rule(id_=ids)
    def archive(self, id_: str) -> None:
        if draft := self._take("archive", id_, lambda: self.client.drafts.archive(id_)):
            draft.status = "archived"

    @rule(id_=ids, text=TEXTS)
    def edit(self, id_: str, text: str) -> None:
        if draft := self._take("edit", id_, lambda: self.client.drafts.edit(id_, text=text)):
            draft.text = text

    @rule(ids=st.lists(ids, min_size=1, max_size=4), action=st.sampled_from(["approve", "reject", "archive"]))
    def bulk(self, ids: list[str], action: str) -> None:
        targets = {"approve": "approved", "reject": "rejected", "archive": "archived"}
        legal = {id_: action in LEGAL[self.model.drafts[id_].status] for id_ in ids}
        response = self.client.drafts.bulk(action, ids=[*ids, "drf_nobody"])  # type: ignore[arg-type]  # drawn
        assert {id_: one.ok for id_, one in response.results.items()} == {**legal, "drf_nobody": False}
        assert (response.total, response.succeeded) == (len(legal) + 1, sum(legal.values()))
        assert response.failed == response.total - response.succeeded
        for id_, was_legal in legal.items():
            if was_legal:
                self.model.drafts[id_].status = targets[action]
            if was_legal and action == "reject":
                self.model.drafts[id_].rejection_feedback = None

    @rule(hours=HOURS)
    def let_time_pass(self, hours: int) -> None:
        self.server.clock.advance(hours=hours)
        self.server.drain()
        self.model.post_what_is_due(self.server.clock.now())

    @rule(status=st.sampled_from(sorted(LEGAL)), tags=TAGS)
    def filter(self, status: str, tags: list[str]) -> None:
        page = self.client.drafts.list(status=status, tags=tags or None, limit=2)
        expected = self.model.newest_first(
            lambda draft: draft.status == status and (not tags or bool(set(tags) & set(draft.tags)))
        )
        assert [draft.id for draft in page] == expected

    @invariant()
    def the_list_has_every_draft_once_newest_first_as_the_model_knows_it(self) -> None:
        listed = list(self.client.drafts.list(limit=3))
        assert [draft.id for draft in listed] == self.model.newest_first(lambda _: True)
        for draft in listed:
            self._compare(draft)

    def _in(self, hours: int) -> datetime:
        return self.server.clock.now().replace(microsecond=0) + timedelta(hours=hours)

    def _take(self, action: str, id_: str, send: Callable[[], Draft]) -> Expected | None:
        """Take an action where it is legal; elsewhere see that it is rejected, and return None."""
        draft = self.model.drafts[id_]
        if action in LEGAL[draft.status]:
            response = send()
            assert response.id == id_
            return draft
        with pytest.raises(ConflictError) as refused:
            send()
        assert refused.value.code == "conflict"
        return None

    def _compare(self, draft: Draft) -> None:
        expected = self.model.drafts[draft.id]
        assert expected.text is None or draft.text == expected.text
        assert (draft.status, draft.format, draft.tags) == (expected.status, expected.format, expected.tags)
        assert draft.rejection_feedback == expected.rejection_feedback
        assert draft.feedback == expected.feedback
        assert draft.regenerated_from_id == expected.regenerated_from_id
        if expected.status in {"scheduled", "approved"}:
            assert draft.scheduled_at == expected.scheduled_at
        assert (draft.posted_at is not None) == (expected.status == "posted")


@pytest.fixture(scope="module")
def server() -> Iterator[ReferenceServer]:
    with ReferenceServer() as server:
        yield server


@pytest.mark.hypothesis
def test_no_sequence_of_actions_brings_the_server_and_the_model_apart(server: ReferenceServer) -> None:
    machine = type("Machine", (DraftsMachine,), {"server": server})
    run_state_machine_as_test(machine, settings=settings(EXAMPLES, stateful_step_count=30))


def test_the_client_of_the_server_is_one_of_passband(server: ReferenceServer) -> None:
    with server.passband_client() as client:
        assert isinstance(client, Passband)
