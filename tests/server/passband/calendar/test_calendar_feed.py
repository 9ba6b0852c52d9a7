"""The address of the calendar: that it is hard to guess, and that nothing writes it down."""

import logging
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pandocast_server.passband.calendar import document
from pandocast_server.passband.calendar.feed import CalendarFeed, find_feed, renew_feed
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.testing import ReferenceServer
from pandocast_server.testing.handles import Calendar
from pandocast_server.workspaces import create_workspace

SECRET = b"s" * 32


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'feed.db'}")
    runtime = Runtime.start(settings, durable=False)
    yield runtime
    runtime.database.close()


@pytest.fixture
def handle(pandocast_server: ReferenceServer) -> Calendar:
    return Calendar(pandocast_server._workspace)


def feed(runtime: Runtime, workspace_id: str, secret: bytes = SECRET) -> CalendarFeed:
    with runtime.database.read() as connection:
        return find_feed(connection, secret, workspace_id=workspace_id)


def status(url: str) -> int:
    """Read a URL by means that log nothing themselves."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=60) as answer:
            code: int = answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    return code


def test_a_token_has_192_bits_and_depends_on_secret_workspace_and_renewals(runtime: Runtime) -> None:
    one, other = (create_workspace(runtime, name).workspace_id for name in ("one", "other"))
    files = [feed(runtime, one).file, feed(runtime, other).file, feed(runtime, one, b"t" * 32).file]
    for _ in range(2):
        with runtime.database.write() as connection:
            renew_feed(connection, workspace_id=one)
        files.append(feed(runtime, one).file)
    assert len(set(files)) == 5
    for file in files:
        token = file.removesuffix(".ics")
        assert len(token) == 32
        assert token.replace("-", "").replace("_", "").isalnum()
        assert token.isascii()


def test_a_token_stays_the_same(runtime: Runtime) -> None:
    workspace_id = create_workspace(runtime, "one").workspace_id
    assert feed(runtime, workspace_id) == feed(runtime, workspace_id)


def test_a_workspace_that_is_none_has_no_feed_that_could_be_read(runtime: Runtime) -> None:
    found = feed(runtime, "ws_nobody")
    assert found.url("http://server") is None
    assert not found.is_read_by(found.file)


@pytest.mark.parametrize("file", ["", "é", "\ud800", "\ufffd.ics", "x" * 100_000])
def test_what_is_no_token_is_not_taken_for_one(file: str) -> None:
    assert not CalendarFeed("ws_1", enabled=True, file="token.ics").is_read_by(file)


def test_a_feed_does_not_show_its_token() -> None:
    assert "token" not in repr(CalendarFeed("ws_1", enabled=True, file="token.ics"))


def test_a_server_s_handle_turns_off_on_and_renews(handle: Calendar) -> None:
    url = handle.url()
    assert url is not None
    assert status(url) == 200
    handle.disable()
    assert handle.url() is None
    assert status(url) == 404
    handle.enable()
    assert handle.url() == url
    handle.renew()
    renewed = handle.url()
    assert renewed is not None
    assert (status(url), status(renewed)) == (404, 200)


def test_the_journal_hides_the_token_however_its_address_is_mistyped(
    handle: Calendar, pandocast_server: ReferenceServer
) -> None:
    url = handle.url()
    assert url is not None
    folder, _, file = url.rpartition("/")
    token = file.removesuffix(".ics")
    for path in (
        url,
        f"{folder}/{token}",
        f"{url}/",
        f"{folder}//{file}",
        url.replace("calendar", "Calendar"),
    ):
        status(path)
    path = folder.removeprefix(pandocast_server.base_url.removesuffix("/api/v1"))
    received = pandocast_server.requests
    assert [(request.path, request.status) for request in received[:3]] == [
        (f"{path}/***", 200),
        (f"{path}/***", 404),
        (f"{path}/***", 401),
    ]
    assert len(received) == 5
    assert token not in repr(received)


def test_no_log_line_holds_the_token(handle: Calendar, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    url = handle.url()
    assert url is not None
    assert [status(url), status(url + "x")] == [200, 404]
    assert url.rpartition("/")[2].removesuffix(".ics") not in caplog.text


def test_an_unforeseen_error_does_not_log_the_token(
    handle: Calendar, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(document, "calendar_document", fail)
    url = handle.url()
    assert url is not None
    assert status(url) == 500
    lines = [
        record.getMessage()
        for record in caplog.records
        if record.name == "pandocast_server.middleware.answers"
    ]
    assert len(lines) == 1
    assert url.rpartition("/")[2].removesuffix(".ics") not in lines[0]
