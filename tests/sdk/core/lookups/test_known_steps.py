"""Which step an upload has failed in: what a wait can know, and what it must not claim."""

import pytest
from support.wire import Player, context, one_after_the_other, response

from pandocast_sdk._core.lookups.content import wait_until_analyzed, wait_until_generated
from pandocast_sdk._core.lookups.known_steps import _MOST_UPLOADS, KnownSteps
from pandocast_sdk._core.protocol import Outcome
from pandocast_sdk.errors import ContentFailedError

UPLOAD = {"id": "c1", "title": "t", "content_type": "n", "created_at": "2026-03-28T10:00:00Z"}


def seen_by_client(*statuses: str) -> KnownSteps:
    known = KnownSteps()
    for status in statuses:
        known.saw("c1", status)
    return known


def failed_step(wait: str, known: KnownSteps, *statuses: str) -> str | None:
    """Return what a wait says that meets these statuses, and then `failed`."""
    outcomes: list[Outcome] = []
    for status in (*statuses, "failed"):
        page = {"items": [{**UPLOAD, "status": status}], "total": 1, "has_more": False}
        outcomes.append(response(200, page))
        if wait == "generation" and status not in {"analyzing", "generating", "failed"}:
            outcomes.append(response(200, {"items": [], "total": 0}))
    procedure = wait_until_analyzed if wait == "analysis" else wait_until_generated
    player = Player()
    plan = procedure(context(now=lambda: player.now), "c1", 60.0, known)
    with pytest.raises(ContentFailedError) as caught:
        player.play(plan, one_after_the_other(outcomes))
    return caught.value.step


@pytest.mark.parametrize("wait", ["analysis", "generation"])
def test_a_wait_that_has_seen_the_analysis_under_way_says_that_it_failed(wait: str) -> None:
    assert failed_step(wait, KnownSteps(), "analyzing") == "analysis"
    assert failed_step(wait, KnownSteps(), "analyzing", "analyzing") == "analysis"


@pytest.mark.parametrize("status", ["analyzed", "generating", "generated"])
def test_what_was_analyzed_has_failed_in_generation(status: str) -> None:
    assert failed_step("generation", KnownSteps(), status) == "generation"
    assert failed_step("generation", KnownSteps(), "analyzing", status) == "generation"
    for wait in ("analysis", "generation"):
        assert failed_step(wait, seen_by_client("analyzing", status)) == "generation"


@pytest.mark.parametrize("wait", ["analysis", "generation"])
@pytest.mark.parametrize("statuses", [(), ("failed",), ("a status of later",)])
def test_nobody_can_say_who_has_seen_nothing(wait: str, statuses: tuple[str, ...]) -> None:
    assert failed_step(wait, seen_by_client(*statuses)) is None


def test_a_client_that_has_uploaded_and_waits_for_the_analysis_says_that_it_failed() -> None:
    assert failed_step("analysis", seen_by_client("analyzing")) == "analysis"


def test_another_may_have_generated_for_what_a_client_has_uploaded() -> None:
    assert failed_step("generation", seen_by_client("analyzing")) is None


def test_a_wait_tells_its_client_what_it_has_seen() -> None:
    known = KnownSteps()
    assert failed_step("generation", known, "generating") == "generation"
    assert failed_step("analysis", known) == "generation"


def test_the_oldest_of_very_many_uploads_are_forgotten() -> None:
    known = KnownSteps()
    for number in range(_MOST_UPLOADS + 1):
        known.saw(f"c{number}", "generating")
    steps = [
        known.failed_step(name, awaited="generation", last_status=None)
        for name in ("c0", "c1", f"c{_MOST_UPLOADS}")
    ]
    assert steps == [None, "generation", "generation"]
