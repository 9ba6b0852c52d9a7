from datetime import UTC, datetime
from typing import cast

import pytest

from pandocast_sdk import Passband
from pandocast_sdk.models.drafts import Draft
from pandocast_server.cli.demo_run import DemoError
from pandocast_server.cli.demo_waiting import wait_for_draft

NOW = datetime(2026, 3, 28, 10, tzinfo=UTC)


class Desk:
    """A client who finds one draft in one status after another, and then in the last for ever."""

    def __init__(self, *statuses: str, feedback: str | None = None) -> None:
        self._statuses = list(statuses)
        self._feedback = feedback
        self.drafts = self

    def get(self, draft_id: str) -> Draft:
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        return Draft(
            id=draft_id,
            text="",
            format="SHORT",
            status=status,
            created_at=NOW,
            updated_at=NOW,
            feedback=self._feedback,
        )


def wait(desk: Desk, *, timeout: float = 60) -> Draft:
    return wait_for_draft(
        cast("Passband", desk), "drf_1", before="scheduled", after="posted", done="posted", timeout=timeout
    )


def test_it_waits_as_long_as_nothing_is_done() -> None:
    draft = wait(Desk("scheduled", "scheduled", "posted"))
    assert (draft.id, draft.status) == ("drf_1", "posted")


@pytest.mark.parametrize(
    ("desk", "reason"),
    [
        (Desk("scheduled", "failed", feedback="it is down"), "a draft could not be posted: it is down"),
        (Desk("archived"), "a draft could not be posted: archived"),
    ],
)
def test_another_status_is_told_with_the_reason_if_there_is_one(desk: Desk, reason: str) -> None:
    with pytest.raises(DemoError, match=f"^{reason}$"):
        wait(desk)


def test_waiting_ends() -> None:
    with pytest.raises(DemoError, match=r"^a draft was not posted within 0\.05 seconds$"):
        wait(Desk("scheduled"), timeout=0.05)
