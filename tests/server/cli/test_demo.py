"""The demo as people run it: in a pipe, in a terminal, twice at once, interrupted, and with bad files."""

import json
import re
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len
from support.demo_process import finish, run_in_a_terminal, start

from pandocast_server.cli import demo, main
from pandocast_server.generation.platforms import PLATFORMS

A_SECRET = re.compile(r"(pk_(test|live)|whsec)_\w")
EVENTS = ["content.uploaded", "content.analyzed", "outputs.generated", "post.published", "post.published"]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["demo", *arguments], env={"COLUMNS": "80"})


def test_it_shows_every_step_on_80_columns_of_a_pipe() -> None:
    status, output, errors = finish(start(COLUMNS="80"))
    assert (status, errors) == (0, "")
    lines = output.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert "\x1b" not in output
    assert [line.split()[1] for line in lines if re.match(r"\d [A-Z]", line)] == [
        "Server",
        "Upload",
        "Generate",
        "Schedule",
        "Clock",
        "Forgery",
    ]
    assert "Write Once, Publish Calmly" in output
    assert re.findall(r"← (\S+) +✓ verified", output) == EVENTS
    assert "✗ refused with 401" in output
    assert "5 webhooks arrived and all 5 were verified; 1 forged one was refused." in output
    for platform in PLATFORMS.values():
        [row] = [line for line in lines if line.strip().startswith(platform.format_name) and "/" in line[50:]]
        score, length = re.fullmatch(r".* (\d+) +([\d,]+) / [\d,]+\s*", row).groups()  # type: ignore[union-attr]  # None fails the test
        assert 0 <= int(score) <= 100
        assert 0 < int(length.replace(",", "")) <= platform.max_characters
        assert row.rstrip().endswith(f" / {platform.max_characters:,}")
    assert "pandocast-server serve" in output
    assert not A_SECRET.search(output)


@pytest.mark.slow
def test_two_at_the_same_time_do_not_meet(tmp_path: Path) -> None:
    texts = {"one": "# The first\n\nIt has a text.", "two": "Another text.\n\nIt has no heading."}
    for name, text in texts.items():
        (tmp_path / f"{name}.md").write_text(text)
    running = [start("--json", str(tmp_path / f"{name}.md")) for name in texts]
    documents = []
    for process in running:
        status, output, errors = finish(process)
        assert (status, errors) == (0, "")
        documents.append(json.loads(output))
    assert [document["content"]["title"] for document in documents] == ["The first", "two"]
    for document in documents:
        assert [webhook["event"] for webhook in document["webhooks"]] == EVENTS
        assert {webhook["data"]["content_id"] for webhook in document["webhooks"]} == {
            document["content"]["id"]
        }


def check_document(document: Mapping[str, Any]) -> None:
    outputs = {output["id"]: output for output in document["outputs"]}
    assert document["content"]["status"] == "generated"
    assert len(outputs) >= 5
    published = [output["id"] for output in document["outputs"] if output["status"] == "published"]
    assert published == [post["output_id"] for post in document["scheduled"]]
    assert [webhook["event"] for webhook in document["webhooks"]] == EVENTS
    assert document["forgery"] == {"status": 401}


def test_json_is_one_document_with_everything() -> None:
    result = invoke("--json")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    check_document(document)
    assert document["content"]["title"] == "Write Once, Publish Calmly"
    assert [post["output_id"] for post in document["scheduled"]] == [
        output["id"]
        for output in document["outputs"]
        if output["platform_id"] in {"twitter_single", "linkedin_post"}
    ]
    assert not A_SECRET.search(result.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["7", "短い。", "# Only a heading"])
def test_any_text_gives_at_least_five_posts(tmp_path: Path, text: str) -> None:
    path = tmp_path / "text.md"
    path.write_text(text, encoding="utf-8")
    result = invoke("--json", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    check_document(json.loads(result.stdout))


@pytest.mark.slow
def test_full_shows_posts_to_their_last_word(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    words = " ".join(f"word{number}" for number in range(30))
    path.write_text(f"{words}. " + "It goes on with a sentence that is short. " * 30 + "Endmark is here.")
    brief, full = invoke(str(path)).stdout, invoke(str(path), "--full").stdout
    assert "…" in brief
    assert "…" not in full
    assert len(full.splitlines()) > len(brief.splitlines())


def test_a_terminal_shows_progress_and_no_colour_where_none_is_wanted() -> None:
    status, text, errors = run_in_a_terminal()
    assert (status, errors) == (0, "")
    assert re.search(r"Generate .* 2/6", text)
    assert not re.search("\x1b\\[[0-9;]*3[0-7]m", text)


def test_an_interrupt_ends_it_cleanly() -> None:
    process = start()
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Pandocast")
    process.send_signal(signal.SIGINT)
    status, _, errors = finish(process)
    assert (status, errors) == (1, "\nAborted!\n")


@pytest.mark.slow
def test_it_ends_quietly_when_nobody_reads_on() -> None:
    process = start()
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), errors) == (1, "")


@pytest.mark.slow
def test_an_encoding_without_the_signs_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "text.md"
    path.write_text("# Café\n\nÜber allem steht ein Wort.", encoding="utf-8")
    status, output, errors = finish(start(str(path), encoding="ascii"))
    assert (status, errors) == (0, "")
    assert "Upload  Caf? (" in output
    assert output.isascii()


@pytest.mark.slow
def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert invoke("--json").exit_code == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "there is nothing to read"),
        (b" \n\t\n", "there is nothing to read"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it is not UTF-8 text"),
        ("Straße".encode("latin-1"), "it is not UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    check_refusal(invoke(str(path)), reason)
    check_refusal(invoke(str(path), "--json"), reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"a" * 1_000_001, "raw_content must have at most 1000000 characters"), (b"a b\0", "NUL")],
)
def test_a_text_that_the_api_refuses_ends_it_in_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    result = invoke("--json", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: the demo failed: ")
    assert reason in line


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "missing.md", "does not exist"), (tmp_path, "is a directory")):
        result = invoke(str(path))
        assert (result.exit_code, result.stdout) == (2, "")
        assert reason in result.stderr


def check_refusal(result: Result, reason: str) -> None:
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Error: Invalid value for FILE: {reason}" in result.stderr


def test_help_tells_what_it_does_and_how_it_ends() -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    assert "Nothing leaves this machine" in " ".join(result.stdout.split())
    assert "Exit status: 0 all went well" in " ".join(result.stdout.split())


def test_commands_are_told_as_they_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "my bin" / "pandocast-server"
    program.parent.mkdir()
    program.write_text("#!/bin/sh")
    program.chmod(0o755)
    monkeypatch.setattr("sys.argv", [str(program)])
    monkeypatch.setenv("PATH", str(tmp_path))
    with click.Context(main, info_name="pandocast-server"):
        assert demo._program() == f"'{program}'"
        monkeypatch.setenv("PATH", str(program.parent))
        assert demo._program() == "pandocast-server"
        monkeypatch.setattr("sys.argv", ["-c"])
        assert demo._program() == "pandocast-server"
