"""The application by itself: in a test client without a socket, and under a uvicorn of somebody else."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient
from support.doc_pages import ROOT
from support.in_process import UPLOAD, open_api

from pandocast_server.app import create_app
from pandocast_server.settings import Settings

PRINTED = re.compile(r"Made workspace ws_\w+, whose key is shown only now: (pk_test_\w+)\n")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'app.db'}")


def analyzed(client: TestClient) -> bool:
    """Upload something, and return whether the workers have seen to it."""
    content_id = client.post("/api/v1/content/upload", json=UPLOAD).json()["id"]
    for _ in range(900):
        items = client.get("/api/v1/content").json()["items"]
        if next(item["status"] for item in items if item["id"] == content_id) != "analyzing":
            return True
    return False


def test_a_test_client_needs_no_socket(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(settings=settings)
    with TestClient(app) as client:
        printed = PRINTED.fullmatch(capsys.readouterr().out)
        assert printed is not None
        assert client.get("/api/v1/content").status_code == 401
    with TestClient(app, headers={"Authorization": f"Bearer {printed[1]}"}) as client:
        assert capsys.readouterr().out == ""
        assert client.get("/passband/v1/drafts").json() == {"drafts": [], "nextCursor": None}
        assert client.get("/api/v1/content/").json()["error"] == "Route not found"


def test_workers_run_as_long_as_the_lifespan(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        headers = {"Authorization": f"Bearer {api.key}"}
        with TestClient(create_app(api.runtime), headers=headers) as client:
            assert analyzed(client)
        # The database of a caller stays open, and nobody works any more.
        assert api.status(api.upload()) == "analyzing"


def test_nothing_is_opened_before_the_lifespan(tmp_path: Path) -> None:
    environment = {**os.environ, "PANDOCAST_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    environment["PANDOCAST_RATE_LIMIT"] = "none"
    code = "from pandocast_server.app import app; print(app)"
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, check=True)  # noqa: S603 - our own
    assert list(tmp_path.iterdir()) == []


@contextmanager
def uvicorn(database_url: str) -> Iterator[tuple[str, str]]:
    """Run the command of the page; return its origin, and the key that it printed."""
    page = (ROOT / "docs/testing.md").read_text(encoding="utf-8")
    command = re.findall(r"`(uvicorn pandocast_server\.app:app [^`]+)`", page.replace("\n", " "))[0]
    environment = {**os.environ, "PANDOCAST_DATABASE_URL": database_url, "PANDOCAST_RATE_LIMIT": "2"}
    process = subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-m", *shlex.split(command), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        printed = PRINTED.fullmatch(process.stdout.readline())
        origin = next(found[0] for line in process.stderr if (found := re.search(r"http://[0-9.:]+", line)))
        assert printed is not None
        yield origin, printed[1]
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_uvicorn_serves_it_as_the_page_says(tmp_path: Path) -> None:
    with uvicorn(f"sqlite:///{tmp_path / 'served.db'}") as (origin, key):
        headers = {"Authorization": f"Bearer {key}", "X-Forwarded-For": "203.0.113.9"}
        answers = [httpx.get(f"{origin}/api/v1/content", headers=headers, trust_env=False) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert all(len(answer.headers.get_list("date")) == 1 for answer in answers)
    assert {"x-ratelimit-reset"} <= set(answers[0].headers)
    assert "server" not in answers[0].headers


def test_the_environment_is_read_by_name() -> None:
    assert Settings.from_environment({}) == Settings(private_targets=False)
    given = {"RATE_LIMIT": "7", "RATE_WINDOW": "9", "PRIVATE_TARGETS": "true", "GENERATOR": "mine"}
    read = Settings.from_environment({f"PANDOCAST_{name}": value for name, value in given.items()})
    assert read == Settings(rate_limit=7, rate_window=9, private_targets=True, generator="mine")
    with pytest.raises(ValueError, match="RATE_LIMIT"):
        Settings.from_environment({"PANDOCAST_RATE_LIMIT": "many"})
