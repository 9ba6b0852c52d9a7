"""What the demo says when something does not come about."""

from pathlib import Path
from typing import Self

import pytest
from click.testing import CliRunner

from pandocast_sdk.webhooks import sign
from pandocast_server.cli import main
from pandocast_server.demo import article
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


def test_a_forgery_must_have_been_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article, "sign", lambda body, _guess: sign(body, "whsec_the_same"))
    monkeypatch.setattr("secrets.token_hex", lambda _bytes: "the_same")
    assert "a forged webhook was answered with 204 (DemoError)" in failure(monkeypatch)
