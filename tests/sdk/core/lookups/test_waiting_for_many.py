"""Waiting for many uploads by one call: a result or an error for each, and progress."""

from collections.abc import Callable

import pytest
from support.stage import Player, Uploads, names
from support.wire import response

from pandocast_sdk._core.lookups.content import wait_many_until_analyzed, wait_many_until_generated
from pandocast_sdk.errors import (
    AuthenticationError,
    ContentFailedError,
    InternalServerError,
    NotFoundError,
    PandocastError,
    WaitTimeoutError,
)
from pandocast_sdk.models.pandocast import Content, Outputs


def analyzed(
    stage: Uploads,
    ids: list[str],
    *,
    timeout: float = 60,
    on_update: Callable[[Content], object] | None = None,
) -> Player[list[Content | PandocastError]]:
    return stage.play(wait_many_until_analyzed(stage.context(), ids, timeout, on_update))


def generated(stage: Uploads, ids: list[str], *, timeout: float = 60) -> list[Outputs | PandocastError]:
    player = stage.play(wait_many_until_generated(stage.context(), ids, timeout, None))
    stage.run()
    return player.result


def kinds(results: list[Content | PandocastError] | list[Outputs | PandocastError]) -> list[str]:
    return [type(result).__name__ for result in results]


def test_results_come_in_the_order_of_the_ids() -> None:
    stage = Uploads("c0", "c1", "c2", analyzed_at=3.0)
    waiting = analyzed(stage, ["c2", "c0", "c2", "c1"])
    stage.run()
    assert [result.id for result in waiting.result if isinstance(result, Content)] == ["c2", "c0", "c2", "c1"]


def test_waiting_for_nothing_sends_nothing() -> None:
    stage = Uploads("c0")
    waiting = analyzed(stage, [])
    stage.run()
    assert waiting.result == []
    assert stage.requests == 0


def test_an_error_for_one_does_not_lose_the_others() -> None:
    stage = Uploads(*names(4))
    stage.statuses["c0"] = [(0.0, "generating"), (4.0, "generated")]
    stage.statuses["c1"] = [(0.0, "generating"), (2.0, "failed")]
    stage.statuses["c2"] = [(0.0, "generating")]
    results = generated(stage, ["c0", "c1", "c2", "gone"], timeout=20)
    assert kinds(results) == ["Outputs", "ContentFailedError", "WaitTimeoutError", "NotFoundError"]
    failed, late = results[1], results[2]
    assert isinstance(failed, ContentFailedError)
    assert failed.content_id == "c1"
    assert isinstance(late, WaitTimeoutError)
    assert (late.content_id, late.status) == ("c2", "generating")


def test_many_cost_the_requests_of_one_and_their_outputs() -> None:
    stage = Uploads(*names(80))
    for number, name in enumerate(names(80)):
        stage.statuses[name] = [(0.0, "generating"), (number / 10, "generated")]
    results = generated(stage, list(names(80)))
    assert kinds(results) == ["Outputs"] * 80
    assert sorted(stage.outputs_read) == sorted(names(80)), "each once"
    assert len(stage.pages) < 20


def test_outputs_of_uploads_whose_status_stays_are_read_ever_more_seldom() -> None:
    stage = Uploads(*names(10))
    for name in names(10):
        stage.statuses[name] = [(0.0, "analyzed"), (50.0, "generating"), (55.0, "generated")]
    assert kinds(generated(stage, list(names(10)))) == ["Outputs"] * 10
    assert len(stage.outputs_read) <= 10 * 10


def test_an_error_for_all_keeps_the_results_so_far() -> None:
    stage = Uploads(*names(3))
    stage.statuses["c0"] = [(0.0, "generated")]
    stage.statuses["c1"] = stage.statuses["c2"] = [(0.0, "generating")]
    stage.refuse = lambda _send: response(401) if stage.now > 5 else None
    results = generated(stage, list(names(3)))
    assert kinds(results) == ["Outputs", "AuthenticationError", "AuthenticationError"]
    assert results[1] is not results[2]


def test_outputs_that_cannot_be_read_are_an_error_of_their_upload() -> None:
    stage = Uploads(*names(2))
    stage.statuses = {name: [(0.0, "generated")] for name in names(2)}

    def refuse(send: object) -> object:
        return response(404) if "/c0/" in repr(send) else None

    stage.refuse = refuse  # type: ignore[assignment]  # of any outcome
    assert kinds(generated(stage, ["c0", "c1"])) == ["NotFoundError", "Outputs"]


def test_outputs_that_a_failing_server_keeps_are_an_error_when_the_time_is_over() -> None:
    stage = Uploads("c0")
    stage.statuses = {"c0": [(0.0, "generated")]}
    stage.refuse = lambda send: response(503) if send.request.url.endswith("/outputs") else None
    (result,) = generated(stage, ["c0"], timeout=10)
    assert isinstance(result, InternalServerError), "not a timeout: its status was final"


def test_every_change_of_status_is_reported_once() -> None:
    stage = Uploads("c0", "c1")
    stage.statuses["c0"] = [(0.0, "analyzing"), (4.0, "analyzed")]
    stage.statuses["c1"] = [(0.0, "analyzing"), (9.0, "failed")]
    seen: list[tuple[str, str]] = []
    waiting = analyzed(
        stage, ["c0", "c1"], on_update=lambda content: seen.append((content.id, content.status))
    )
    stage.run()
    assert kinds(waiting.result) == ["Content", "ContentFailedError"]
    assert seen == [("c0", "analyzing"), ("c1", "analyzing"), ("c0", "analyzed"), ("c1", "failed")]


def test_what_a_report_raises_ends_that_call_alone() -> None:
    stage = Uploads("c0", "c1", analyzed_at=3.0)

    def interrupt(content: Content) -> None:
        if content.status == "analyzed":
            raise AuthenticationError("of another client", status_code=401, request=None)  # type: ignore[arg-type]

    broken = analyzed(stage, ["c0"], on_update=interrupt)
    other = analyzed(stage, ["c1", "c0"])
    stage.run()
    with pytest.raises(AuthenticationError, match="of another client"):
        _ = broken.result
    assert kinds(other.result) == ["Content", "Content"]
    assert stage.at_rest()


@pytest.mark.parametrize(("ids", "match"), [("c0", "ids"), (["c0", ""], "content_id")])
def test_ids_that_cannot_be_right_are_rejected(ids: list[str], match: str) -> None:
    stage = Uploads("c0")
    waiting = analyzed(stage, ids)
    stage.run()
    with pytest.raises(ValueError, match=match):
        _ = waiting.result
    assert stage.requests == 0


def test_an_upload_that_is_not_there_is_not_waited_for() -> None:
    stage = Uploads("c0", analyzed_at=3.0)
    waiting = analyzed(stage, ["gone", "c0"])
    stage.run()
    assert isinstance(waiting.result[0], NotFoundError)
    assert waiting.result[0].request.operation == "list_content"
