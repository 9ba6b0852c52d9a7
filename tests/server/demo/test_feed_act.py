"""What the second act says when something does not come about."""

from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest
from click.testing import CliRunner
from starlette.responses import Response

from pandocast_server.cli import main
from pandocast_server.clock import Clock
from pandocast_server.demo import feed as act
from pandocast_server.passband.drafts.models import PLATFORMS
from pandocast_server.testing import ReferenceServer


def prepare_nothing(_server: ReferenceServer) -> None:
    pass


FEED = """<rss version='2.0'><channel><item><title>A title</title></item></channel></rss>"""


@pytest.fixture
def fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[ReferenceServer], None]], str]:
    """Run the act on a server that was prepared to disappoint, and give the line that tells of it."""

    def run(prepare: Callable[[ReferenceServer], None]) -> str:
        class Prepared(ReferenceServer):
            def __enter__(self) -> Self:
                prepare(self)
                return self

        monkeypatch.setattr(act, "ReferenceServer", Prepared)
        feed, calendar = tmp_path / "feed.xml", tmp_path / "calendar.ics"
        feed.write_text(FEED)
        result = CliRunner().invoke(
            main, ["demo", "--passband", "--json", "--calendar", str(calendar), str(feed)]
        )
        assert (result.exit_code, result.stdout) == (1, "")
        [line] = result.stderr.splitlines()
        assert line.startswith("Error: the demo failed: ")
        return line

    return run


def test_a_platform_that_does_not_take_posts(fails: Callable[..., str]) -> None:
    def break_down(server: ReferenceServer) -> None:
        for platform_id in PLATFORMS.values():
            server.platforms.fail(platform_id, error="down for today", times=1)

    line = fails(break_down)
    assert "a draft could not be posted: " in line
    assert "down for today" in line


def test_no_platform_at_all(fails: Callable[..., str]) -> None:
    def disconnect(server: ReferenceServer) -> None:
        for platform_id in PLATFORMS.values():
            server.platforms.disconnect(platform_id)

    assert "a draft could not be posted: No platform is connected" in fails(disconnect)


def test_a_calendar_that_is_turned_off(fails: Callable[..., str], tmp_path: Path) -> None:
    assert "the calendar feed is turned off (DemoError)" in fails(lambda server: server.calendar.disable())
    assert not (tmp_path / "calendar.ics").exists()


def test_a_calendar_that_is_not_given(fails: Callable[..., str], tmp_path: Path) -> None:
    line = fails(lambda server: server.faults.add("GET", "/calendar/{workspace}/{file}", status=503))
    assert "the calendar feed was answered with 503 (DemoError)" in line
    assert not (tmp_path / "calendar.ics").exists()


def test_a_pipeline_that_does_not_end(fails: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act, "_SECONDS_FOR_A_RUN", 0.001)
    assert "WaitTimeoutError" in fails(prepare_nothing)


def test_a_feed_that_cannot_be_read(fails: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act, "Response", lambda _body: Response(status_code=404))
    assert "BadRequestError" in fails(prepare_nothing)


def test_one_draft_is_not_enough_to_review(
    fails: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act, "_FORMATS", ("SHORT",))
    assert "there are fewer than two drafts to review (DemoError)" in fails(prepare_nothing)


def test_a_schedule_without_slots(fails: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(act, "_SLOTS", ())
    assert "not every draft got a slot: No schedule slots" in fails(prepare_nothing)


def test_a_time_that_does_not_come(fails: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clock, "advance", lambda _clock, _by: None)
    assert "a draft could not be posted: scheduled (DemoError)" in fails(prepare_nothing)


def test_no_room_for_a_database(
    fails: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert "FileNotFoundError" in fails(prepare_nothing)
