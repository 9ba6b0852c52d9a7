"""What the demo says when something does not come about."""

from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest
from click.testing import CliRunner

from pandocast_sdk.webhooks import Event, sign
from pandocast_sdk.webhooks.events import UnknownEvent
from pandocast_server.cli import main
from pandocast_server.demo import article
from pandocast_server.demo.inbox import Inbox, Received
from pandocast_server.demo.screen import DemoError
from pandocast_server.testing import ReferenceServer


def failure(monkeypatch: pytest.MonkeyPatch, server: type[ReferenceServer] | None = None) -> str:
    if server is not None:
        monkeypatch.setattr(article, "ReferenceServer", server)
    result = CliRunner().invoke(main, ["demo", "--json"])
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    return line


@pytest.mark.parametrize("kind", ["analysis", "generation"])
def test_work_that_fails_on_the_server(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    class Failing(ReferenceServer):
        def __enter__(self) -> Self:
            self.content.fail_next(kind)
            return self

    assert f"has failed on the server during its {kind} (ContentFailedError)" in failure(monkeypatch, Failing)


def test_a_webhook_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(ReferenceServer):
        def __enter__(self) -> Self:
            self.platforms.fail("linkedin_post", error="down", times=3)
            return self

    assert "no webhook post.published arrived (DemoError)" in failure(monkeypatch, Failing)


def test_a_platform_that_is_not_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(ReferenceServer):
        def __enter__(self) -> Self:
            self.platforms.disconnect("twitter_single")
            return self

    assert "Twitter / X Post is not connected" in failure(monkeypatch, Failing)


def test_no_room_for_a_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    assert "FileNotFoundError" in failure(monkeypatch)


def test_an_interrupt_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_article: object, _screen: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(article, "run", interrupt)
    result = CliRunner().invoke(main, ["demo", "--json"])
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "Error: interrupted\n")


def received(*ids: str | None) -> list[Received]:
    event = UnknownEvent(event="new", timestamp=None, data={})
    return [Received(event, delivery_id) for delivery_id in ids]


def test_every_webhook_that_was_sent_must_have_been_verified() -> None:
    article._check(["dlv_1", "dlv_2"], received("dlv_1", "dlv_2", "dlv_1"))
    with pytest.raises(DemoError, match="1 of 2 webhooks"):
        article._check(["dlv_1", "dlv_2"], received("dlv_2", None))


def test_a_forgery_must_have_been_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article, "sign", lambda body, _guess: sign(body, guessed[0]))
    guessed: list[str] = []

    class Guessing(Inbox):
        def __init__(self, on_arrival: Callable[[Event], None]) -> None:
            super().__init__(on_arrival)
            guessed.append(self.secret)

    monkeypatch.setattr(article, "Inbox", Guessing)
    assert "a forged webhook was answered with 200 (DemoError)" in failure(monkeypatch)
