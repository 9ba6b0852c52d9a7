"""The second act as people run it: in a pipe, in a terminal, interrupted, and with bad files."""

import json
import re
import signal
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len
from support.demo_process import finish, run_in_a_terminal, start

from pandocast_server.cli import main

A_SECRET = re.compile(r"pk_(test|live)_\w|/calendar/[^*]")
STEPS = ["Source", "Voice", "Pipeline", "Review", "Schedule", "Calendar", "Clock", "Engagement"]
A_POST = re.compile(r"^ {4}(\w{3} \d\d \w{3} \d\d:\d\d) UTC  \S.* (SHORT|THREAD|posted)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in a directory that only the demo writes to."""
    directory = tmp_path / "here"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["demo", "--passband", *arguments], env={"COLUMNS": "80"})


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def feed(*entries: str) -> str:
    return f"<rss version='2.0'><channel><title>News</title>{''.join(entries)}</channel></rss>"


def entry(title: str, text: str) -> str:
    return f"<item><title>{title}</title><guid>{title}</guid><description>{text}</description></item>"


def test_it_shows_every_step_on_80_columns_of_a_pipe(here: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    status, output, errors = finish(start("--passband", directory=here, COLUMNS="80", TMPDIR=str(temporary)))
    assert (status, errors) == (0, "")
    lines = output.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert "\x1b" not in output
    assert [line.split()[1] for line in lines if re.match(r"\d [A-Z]", line)] == STEPS
    assert "6 items fetched, 12 drafts generated" in output
    assert len([line for line in lines if re.match(r" {4}(SHORT|THREAD) .* [01]\.\d\d\s*$", line)]) == 12
    posts = A_POST.findall(output)
    planned = [time for time, note in posts if note != "posted"]
    assert len(planned) == len(set(planned)) == 6
    assert [time for time, note in posts if note == "posted"] == planned
    assert "'passband-calendar.ics', 6 events" in output
    assert "6 entries became 12 drafts; 6 posts went out on time." in output
    assert "pandocast-server demo --passband FILE" in output
    assert not A_SECRET.search(output)
    assert (names(here), names(temporary)) == (["passband-calendar.ics"], [])


def time_of(post: Mapping[str, str], field: str) -> datetime:
    return datetime.fromisoformat(post[field])


def check_document(document: Mapping[str, Any]) -> None:
    drafts = {draft["id"]: draft for draft in document["drafts"]}
    review, schedule = document["review"], document["schedule"]
    assert document["run"]["status"] == "completed"
    assert document["source"]["itemCount"] == document["run"]["itemsFetched"]
    assert len(drafts) == document["run"]["draftsGenerated"] + 1  # the one that was written anew

    rejected, rewritten = drafts[review["rejected"]["id"]], drafts[review["rewritten"]["id"]]
    assert (rejected["status"], rejected["rejectionFeedback"]) == ("archived", review["rejected"]["feedback"])
    assert rewritten["regeneratedFromId"] == rejected["id"]
    assert drafts[review["edited"]["id"]]["text"] == review["edited"]["after"]
    assert review["edited"]["after"].endswith(review["edited"]["before"])
    assert review["edited"]["id"] in review["approved"]

    times = [(one["scheduledAt"], one["id"]) for one in schedule["scheduled"]]
    assert times == sorted(times)
    assert {draft_id for _, draft_id in times} == set(review["approved"])
    assert [post["id"] for post in document["posts"]] == [draft_id for _, draft_id in times]
    assert {one["itemId"] for one in document["posts"]} == {one["itemId"] for one in drafts.values()}
    for draft in drafts.values():
        assert draft["status"] == ("posted" if draft["id"] in review["approved"] else "archived")
    for post in document["posts"]:
        assert drafts[post["id"]] == post
    moments = [(time_of(post, "scheduledAt"), time_of(post, "postedAt")) for post in document["posts"]]
    assert all(planned <= posted for planned, posted in moments)
    assert all(posted < planned for (_, posted), (planned, _) in pairwise(moments))

    engagement = document["engagement"]
    assert engagement["summary"]["totalPosted"] == len(times)
    assert engagement["summary"]["totalWithMetrics"] == len(engagement["records"]) >= 2
    assert engagement["summary"]["totalLikes"] == sum(record["likes"] for record in engagement["records"])
    assert engagement["bestTimes"][0]["score"] == 1


def test_json_is_one_document_with_everything_and_a_calendar_is_written(here: Path) -> None:
    result = invoke("--json", "--calendar", "mine.ics")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    check_document(document)
    assert [item["title"] for item in document["test"]["items"]] == list(
        dict.fromkeys(draft["item"]["title"] for draft in document["drafts"])
    )
    assert document["voiceProfile"]["style"]
    assert len(document["schedule"]["slots"]) == 5
    assert document["calendar"] == {"path": str(here / "mine.ics"), "events": 6}
    assert names(here) == ["mine.ics"]
    check_calendar(here / "mine.ics", document["posts"])
    assert not A_SECRET.search(result.stdout)


def check_calendar(path: Path, posts: Sequence[Mapping[str, Any]]) -> None:
    events = icalendar.Calendar.from_ical(path.read_bytes()).events
    found = {str(event["uid"]): event for event in events}
    assert set(found) == {f"{post['id']}@passband" for post in posts}
    assert len(events) == len(posts)
    for post in posts:
        event = found[f"{post['id']}@passband"]
        assert event.start == time_of(post, "scheduledAt")
        assert (str(event["description"]), str(event["status"])) == (post["text"], "TENTATIVE")


def test_a_calendar_that_cannot_be_written_is_refused_at_once(here: Path) -> None:
    result = invoke("--calendar", str(here / "missing" / "mine.ics"))
    assert (result.exit_code, result.output) == (2, result.stderr)
    assert "its directory does not exist" in result.stderr


def test_a_calendar_without_the_second_act_is_refused() -> None:
    result = CliRunner().invoke(main, ["demo", "--calendar", "mine.ics"])
    assert (result.exit_code, result.output) == (2, result.stderr)
    assert "add --passband" in result.stderr


def test_a_file_that_is_no_calendar_is_kept(here: Path) -> None:
    path = here / "passband-calendar.ics"
    path.write_text("my notes")
    result = invoke("--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the file there is not a calendar, and would be lost" in result.stderr
    assert path.read_text() == "my notes"
    assert names(here) == ["passband-calendar.ics"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        feed("<item><title>Only a title</title></item>"),
        feed(
            entry("One", "It has a text. It has two sentences."),
            entry("短い。", "人工智能代理。这是第二句话。"),
        ),
        feed(*(entry(f"Number {number}", f"This is text {number}.") for number in range(30))),
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>[bold]Straße[/bold]</title></entry></feed>",
    ],
    ids=["a title", "two entries", "many entries", "atom"],
)
def test_any_feed_with_entries_is_drafted_from(tmp_path: Path, text: str) -> None:
    path = tmp_path / "my_feed.xml"
    path.write_text(text, encoding="utf-8")
    result = invoke("--json", str(path))
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    check_document(document)
    assert document["source"]["name"] == "my feed"


@pytest.mark.slow
def test_full_shows_new_texts_to_their_last_word(tmp_path: Path) -> None:
    path = tmp_path / "long.xml"
    words = " ".join(f"word{number}" for number in range(30))
    # Of a sentence as long as this, whichever draft opens with it, one or two lines do not show the end.
    last = f"At last {words} and an Endmark is here."
    path.write_text(feed(entry("Long", f"{words}. " + "It goes on with a sentence. " * 30 + last)))
    brief, full = invoke(str(path)).stdout, invoke(str(path), "--full").stdout
    assert "Endmark" not in brief
    assert "Endmark" in full
    assert len(full.splitlines()) > len(brief.splitlines())


@pytest.mark.slow
def test_a_terminal_shows_progress_and_no_colour_where_none_is_wanted(here: Path) -> None:
    status, text, errors = run_in_a_terminal("--passband", directory=here)
    assert (status, errors) == (0, "")
    assert re.search(r"Pipeline .* 2/8", text)
    assert not re.search("\x1b\\[[0-9;]*3[0-7]m", text)


@pytest.mark.slow
def test_an_interrupt_leaves_nothing_behind(here: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = start("--passband", directory=here, TMPDIR=str(temporary))
    assert process.stdout is not None
    while not process.stdout.readline().startswith("3 Pipeline"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    status, _, errors = finish(process)
    assert (status, errors) == (1, "\nAborted!\n")
    assert (names(here), names(temporary)) == ([], [])


@pytest.mark.slow
def test_it_ends_quietly_when_nobody_reads_on(here: Path) -> None:
    process = start("--passband", directory=here)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), errors) == (1, "")


@pytest.mark.slow
def test_an_encoding_without_the_signs_is_enough(here: Path, tmp_path: Path) -> None:
    path = tmp_path / "café.xml"
    path.write_text(feed(entry("Über", "Über allem steht ein Wort. " * 9)), encoding="utf-8")
    status, output, errors = finish(start("--passband", str(path), encoding="ascii", directory=here))
    assert (status, errors) == (0, "")
    assert "Source  caf?, served on this machine" in output
    assert output.isascii()


def test_a_proxy_in_the_environment_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(feed(entry("One", "It has a text.")))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert invoke("--json", str(path)).exit_code == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"Just words.", "it is neither RSS nor Atom"),
        (b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss version='2.0'/>", "it declares entities"),
        (feed().encode(), "there are fewer than two drafts to review"),
    ],
    ids=["empty", "text", "entities", "no entries"],
)
def test_a_feed_that_cannot_be_used_ends_it_in_one_line(
    here: Path, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "bad.xml"
    path.write_bytes(content)
    result = invoke(str(path), "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: the demo failed: ")
    assert reason in line
    assert names(here) == []


def test_what_cannot_be_a_file_is_refused(here: Path) -> None:
    for arguments in (["missing.xml"], [str(here)], ["--calendar", str(here)]):
        result = invoke(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
    assert names(here) == []


def test_help_tells_of_both_acts() -> None:
    result = CliRunner().invoke(main, ["demo", "--help"])
    told = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert "With --passband, the second act" in told
    assert "--calendar PATH" in told
