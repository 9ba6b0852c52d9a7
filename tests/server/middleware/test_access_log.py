"""One line a request, and what stands in none."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.in_process import Api, open_api

from pandocast_server.middleware import access_log


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    access_log.write_to(stream)
    yield stream
    access_log.LOG.handlers.clear()
    access_log.LOG.setLevel(logging.NOTSET)
    access_log.LOG.propagate = True


def messages(lines: io.StringIO) -> list[str]:
    """Return the lines, without the time of each and how long it took."""
    return [line.split(" ", 2)[2].rsplit(" ", 2)[0] for line in lines.getvalue().splitlines()]


def ask(api: Api, lines: io.StringIO, *paths: str, key: str | None = "") -> list[str]:
    for path in paths:
        api.send("GET", path, key=key)
    return messages(lines)


def test_a_request_is_one_line(tmp_path: Path, lines: io.StringIO) -> None:
    with open_api(tmp_path) as api:
        assert ask(api, lines, "/content", "/nowhere") == [
            "GET /api/v1/content 200",
            "GET /api/v1/nowhere 404",
        ]
        assert ask(api, lines, "/content", key=None)[2:] == ["GET /api/v1/content 401"]


def test_what_nobody_foresaw_is_a_line_too(
    tmp_path: Path, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("pandocast_server.pandocast.content.read_query", fail)
    with open_api(tmp_path) as api:
        assert ask(api, lines, "/content") == ["GET /api/v1/content 500"]


def test_no_query_no_key_and_no_token_is_in_a_line(tmp_path: Path, lines: io.StringIO) -> None:
    with open_api(tmp_path) as api:
        found = ask(
            api,
            lines,
            f"/content?key={api.key}",
            f"/{api.key}",
            "http://server/passband/v1/calendar/ws_1/t0ken.ics",
            "/content%0A2026-01-01 GET /forged%20200",
        )
        assert found == [
            "GET /api/v1/content 200",
            f"GET /api/v1/{api.key[:16]}*** 404",
            "GET /passband/v1/calendar/ws_1/*** 404",
            "GET /api/v1/content%0A2026-01-01%20GET%20/forged%20200 404",
        ]
        assert api.key[16:] not in lines.getvalue()


def test_without_anybody_who_reads_it_nothing_is_written(tmp_path: Path, lines: io.StringIO) -> None:
    access_log.LOG.setLevel(logging.WARNING)
    with open_api(tmp_path) as api:
        assert ask(api, lines, "/content") == []
