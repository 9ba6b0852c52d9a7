"""The programs of docs/bulk.md: killed at any request and started again, they do nothing twice."""

import re
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias, get_args

import pytest
from support.doc_pages import ROOT
from support.killing import Kill, KillingServer, Moment

from pandocast_sdk import UploadJournal
from pandocast_server.testing import ReferenceServer

PROGRAMS = [ROOT / "docs/examples/publish_folder.py", ROOT / "docs/examples/publish_folder_async.py"]
UPLOAD = ("POST", "/content/upload")
MOST_LINES = 80
TEXT = "A text. It has sentences."

Run: TypeAlias = Callable[..., tuple[int, str, list[str]]]
"""Runs a program in this process; returns its status, its output and its errors by lines."""

pytestmark = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "posts"
    folder.mkdir()
    return folder


@pytest.fixture
def server() -> Iterator[KillingServer]:
    with KillingServer() as server:
        yield server


class Publishing:
    """A program, its folder, and the server that it publishes to."""

    def __init__(self, program: Path, folder: Path, server: KillingServer, count: int) -> None:
        self.server = server
        self.titles = [f"posts/{number}.md" for number in range(count)]
        for number in range(count):
            (folder / f"{number}.md").write_text(TEXT, encoding="utf-8")
        self._words: list[str | Path] = [sys.executable, program, folder]
        self._state = folder / "uploads.jsonl"

    def run(self, *options: str, kill: Kill | None = None) -> subprocess.CompletedProcess[str]:
        return self.server.run([*self._words, *options], kill)

    def killed(self, kill: Kill, *options: str) -> None:
        done = self.run(*options, kill=kill)
        assert done.returncode < 0, f"{kill} did not happen: {done}"
        if kill.moment == "instead of":
            self.let_time_pass()

    def let_time_pass(self) -> None:
        """Have the timeout of every request be over, as if the next run were years later."""
        text = self._state.read_text(encoding="utf-8")
        self._state.write_text(re.sub(r'"sent_at":"\d{4}', '"sent_at":"2020', text), encoding="utf-8")

    def finish(self, *options: str) -> None:
        """Let it run to its end: everything is done, and nothing is twice."""
        done = self.run(*options)
        assert (done.returncode, done.stderr) == (0, "")
        count = len(self.titles)
        assert done.stdout.endswith(f"{count} of {count} files are scheduled\n")
        carried_out = Counter(
            request.path.rpartition("/")[2]
            for request in self.server.requests
            if request.method == "POST" and request.status is not None and request.status < 300
        )
        assert carried_out == {"upload": count, "generate": count, "schedule": count}
        with self.server.client() as client:
            uploads = list(client.content.list())
            assert Counter(upload.title for upload in uploads) == Counter(self.titles)
            for upload in uploads:
                statuses = [output.status for output in client.content.outputs(upload.id).items]
                assert statuses.count("scheduled") == 1


def test_it_is_short(program: Path) -> None:
    assert len(program.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_one_after_the_other_it_is_killed_at_each_write(
    program: Path, folder: Path, server: KillingServer
) -> None:
    publishing = Publishing(program, folder, server, 3)
    alone = ("--concurrency", "1")
    for kill in (
        Kill("instead of", *UPLOAD),
        Kill("before", *UPLOAD),
        Kill("before", "POST", "/generate"),
        Kill("before", "POST", "/schedule"),
        Kill("after", *UPLOAD),
        Kill("after", "POST", "/generate"),
        Kill("after", "POST", "/schedule"),
    ):
        publishing.killed(kill, *alone)
    publishing.finish(*alone)


def test_with_many_files_at_a_time_it_is_killed_amid_their_uploads(
    program: Path, folder: Path, server: KillingServer
) -> None:
    publishing = Publishing(program, folder, server, 6)
    publishing.killed(Kill("before", *UPLOAD, number=3))
    publishing.let_time_pass()  # of others it is written that they are sent, and they were not
    publishing.finish()


@pytest.mark.slow
@pytest.mark.parametrize("moment", get_args(Moment))
def test_it_is_killed_at_one_request_after_the_other(
    program: Path, folder: Path, server: KillingServer, moment: Moment
) -> None:
    publishing = Publishing(program, folder, server, 8)
    for number in range(1, 100):
        kill = Kill(moment, number=number % 7 + 1)
        if publishing.run("--concurrency", "4", kill=kill).returncode == 0:
            break
        publishing.let_time_pass()
    publishing.finish()


@pytest.fixture
def run(program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the program in this process."""

    def run_here(*arguments: object) -> tuple[int, str, list[str]]:
        monkeypatch.setattr(sys, "argv", [str(program), *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            runpy.run_path(str(program), run_name="__main__")
        output, errors = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, output, errors.splitlines()

    return run_here


def test_help_says_what_it_does(run: Run) -> None:
    code, output, _ = run("--help")
    assert code == 0
    assert "schedule the best post of each text" in " ".join(output.split())


def test_what_cannot_begin_says_why(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(*arguments: object) -> str:
        code, output, errors = run(*arguments)
        assert (code, output.strip()) == (2, "")
        return errors[-1].partition("error: ")[2]

    monkeypatch.delenv("PANDOCAST_API_KEY", raising=False)
    nowhere = folder / "nowhere"
    assert refusal(nowhere) == f"there is no folder {nowhere} with *.md files in it"
    assert refusal(folder) == f"there is no folder {folder} with *.md files in it"
    (folder / "a.md").write_text("A text.", encoding="utf-8")
    assert "PANDOCAST_API_KEY" in refusal(folder)
    with UploadJournal(folder / "uploads.jsonl"):
        assert "uploads.jsonl is in use by another process" in refusal(folder)
    monkeypatch.setenv("PANDOCAST_API_KEY", "pk_test_any")
    (folder / "uploads.jsonl").write_text("my own notes\n", encoding="utf-8")
    assert "uploads.jsonl is not an upload journal: line 1" in refusal(folder)


def test_files_that_fail_do_not_lose_the_others(
    run: Run, folder: Path, pandocast_server: ReferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANDOCAST_API_KEY", pandocast_server.api_key)
    monkeypatch.setenv("PANDOCAST_BASE_URL", pandocast_server.base_url)
    for name in ("0-failing", "1-good", "2-good"):
        (folder / f"{name}.md").write_text(TEXT, encoding="utf-8")
    (folder / "3-folder.md").mkdir()
    (folder / "4-latin.md").write_bytes("Träume".encode("latin-1"))
    (folder / "5-empty.md").write_bytes(b"")
    (folder / "6-broken.md").symlink_to(folder / "no such file")
    pandocast_server.content.fail_next("analysis")
    code, output, errors = run(folder, "--concurrency", 1)
    assert code == 1
    assert output.endswith("2 of 7 files are scheduled\n")
    reasons = dict(line.split(": ", 1) for line in errors)
    assert "has failed on the server during its analysis" in reasons.pop("0-failing.md")
    assert "Is a directory" in reasons.pop("3-folder.md")
    assert "'utf-8' codec can't decode" in reasons.pop("4-latin.md")
    assert "raw_content" in reasons.pop("5-empty.md")
    assert "No such file or directory" in reasons.pop("6-broken.md")
    assert reasons == {}

    for name in ("3-folder.md", "6-broken.md"):
        (folder / name).rename(folder / f"{name}.kept")
    for name in ("4-latin.md", "5-empty.md"):
        (folder / name).write_text("Dreams. They have sentences.", encoding="utf-8")
    code, output, errors = run(folder)
    assert (code, errors) == (0, [])
    assert output.endswith("5 of 5 files are scheduled\n")
    with pandocast_server.client() as client:
        statuses = Counter((upload.title, upload.status) for upload in client.content.list())
    assert statuses.pop(("posts/0-failing.md", "failed")) == 1
    assert set(statuses.values()) == {1}, "what had failed was uploaded anew, and nothing else"
    assert len(statuses) == 5


def test_a_lost_response_is_looked_after(
    run: Run, folder: Path, pandocast_server: ReferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANDOCAST_API_KEY", pandocast_server.api_key)
    monkeypatch.setenv("PANDOCAST_BASE_URL", pandocast_server.base_url)
    for number in range(3):
        (folder / f"{number}.md").write_text(TEXT, encoding="utf-8")
    pandocast_server.faults.add("POST", "/content/upload", drop=True, after_commit=True)
    pandocast_server.faults.add("POST", "/content/{id}/generate", status=503, after_commit=True)
    pandocast_server.faults.add("POST", "/content/{id}/schedule", drop=True, after_commit=True)
    code, output, errors = run(folder, "--concurrency", 1)
    assert (code, errors) == (0, [])
    assert output.endswith("3 of 3 files are scheduled\n")
    sent = Counter(
        each.path.rpartition("/")[2] for each in pandocast_server.requests if each.method == "POST"
    )
    assert sent == {"upload": 3, "generate": 3, "schedule": 3}
