import io
import re
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console

from pandocast_sdk import Output
from pandocast_sdk.webhooks.events import (
    OutputsGenerated,
    OutputsGeneratedData,
    PostPublished,
    PostPublishedData,
    UnknownEvent,
)
from pandocast_server.cli.demo_inbox import Received
from pandocast_server.cli.demo_screen import Screen
from pandocast_server.generation.analysis import Analysis

NOW = datetime(2026, 3, 28, 10, 0, 0, 123_456, tzinfo=UTC)


class Shown:
    def __init__(self, width: int = 80, *, full: bool = False, encoding: str = "utf-8") -> None:
        self._bytes = io.BytesIO()
        self._file = io.TextIOWrapper(self._bytes, encoding=encoding, errors="replace")
        self.screen = Screen(
            Console(file=self._file, width=width, highlight=False, color_system=None), full=full
        )

    @property
    def lines(self) -> list[str]:
        self._file.flush()
        return [line.rstrip() for line in self._bytes.getvalue().decode().splitlines()]


def output(content: str, platform_id: str = "linkedin_post", score: int = 80) -> Output:
    return Output(
        id="out_1",
        platform_id=platform_id,
        format_name="The name",
        content=content,
        voice_match_score=score,
        status="draft",
        created_at=NOW,
    )


def analysis(*, key_phrases: tuple[str, ...] = ()) -> Analysis:
    return Analysis(
        sentences=(),
        headings=("",),
        key_phrases=key_phrases,
        language="en",
        word_count=1,
        reading_seconds=150,
    )


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize(
    "content", ["several words " * 60, "人工智能代理需要长期记忆。" * 30, "x" * 900, "a\n\n\nb\n" * 20]
)
def test_a_long_post_is_cut_to_a_few_lines_that_fit(width: int, content: str) -> None:
    shown = Shown(width)
    shown.screen.posts([output(content)])
    assert max(map(cell_len, shown.lines)) <= width
    [cut] = [line for line in shown.lines if line.split("  ")[0].endswith(" …")]
    assert shown.lines.index(cut) == shown.lines.index(next(x for x in shown.lines if "The name" in x)) + 3


def test_a_cut_falls_between_words() -> None:
    shown = Shown(60)
    shown.screen.posts([output("extraordinarily " * 60)])
    words = {word for line in shown.lines for word in line.split()}
    assert "extraordinarily" in words
    assert not {word for word in words if word.startswith("extra") and word != "extraordinarily"}


def test_a_short_post_is_shown_whole() -> None:
    shown = Shown()
    shown.screen.posts([output("The first line.\n\nThe last line.")])
    assert "The last line." in shown.lines
    assert "…" not in "".join(shown.lines)


def test_full_keeps_every_line() -> None:
    shown = Shown(full=True)
    shown.screen.posts([output("\n\n".join(f"Paragraph {number}." for number in range(30)))])
    assert sum(line.startswith("Paragraph") for line in shown.lines) == 30


def test_markup_in_a_post_is_text() -> None:
    shown = Shown()
    shown.screen.posts([output("[bold]:smile:[/bold] [link=x]")])
    assert "[bold]:smile:[/bold] [link=x]" in shown.lines


def test_characters_are_shown_with_the_limit() -> None:
    shown = Shown()
    shown.screen.posts([output("é" * 1234), output("12345", "a_new_platform")])
    rows = [line.split() for line in shown.lines if line.startswith("The name")]
    assert rows == [["The", "name", "80", "1,234", "/", "3,000"], ["The", "name", "80", "5"]]


def test_a_thread_also_shows_its_longest_post() -> None:
    shown = Shown()
    shown.screen.posts([output("1/2 short\n\n2/2 longer", "twitter_thread")])
    text = "\n".join(shown.lines)
    assert re.search(r" 2 posts$", text, re.MULTILINE)
    assert re.search(r" max 10 / 280$", text, re.MULTILINE)


@pytest.mark.parametrize(("score", "colour"), [(90, "32"), (60, "33"), (10, "31")])
def test_a_score_has_a_colour_on_a_terminal(score: int, colour: str) -> None:
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system="standard", _environ={})
    Screen(console).posts([output("Text.", score=score)])
    assert f"\x1b[{colour}m" in file.getvalue()


def test_events_are_told_in_a_few_words() -> None:
    shown = Shown()
    for event in (
        OutputsGenerated(
            event="outputs.generated", timestamp=NOW, data=OutputsGeneratedData(output_ids=["out_1"])
        ),
        PostPublished(
            event="post.published", timestamp=NOW, data=PostPublishedData(platform_id="bluesky_post")
        ),
        PostPublished(event="post.published", timestamp=NOW, data=PostPublishedData(platform_id="new_one")),
        UnknownEvent(event="a.new.one", timestamp=None, data={}),
    ):
        shown.screen.received(Received(event, None))
    assert shown.lines == [
        "    ← outputs.generated  ✓ verified  10:00:00.123 UTC  1 post",
        "    ← post.published     ✓ verified  10:00:00.123 UTC  Bluesky Post",
        "    ← post.published     ✓ verified  10:00:00.123 UTC  new_one",
        "    ← a.new.one          ✓ verified",
    ]


def test_long_lines_go_on_under_their_beginning() -> None:
    shown = Shown(60)
    shown.screen.refused("post.published", 401, "the signature does not belong to this body")
    assert shown.lines == [
        "    ← post.published     ✗ refused with 401: the signature",
        "                         does not belong to this body",
    ]


def test_what_is_known_of_a_text() -> None:
    shown = Shown()
    shown.screen.analysis(analysis())
    shown.screen.analysis(analysis(key_phrases=("b", "c")))
    facts = "    Analysis  1 word, 2 minutes to read"
    assert shown.lines == [facts, facts, "    About     b, c"]


def test_commands_are_never_wrapped() -> None:
    narrow, wide = Shown(40), Shown(80)
    for shown in (narrow, wide):
        shown.screen.summary(webhooks=5, seconds=1.23, program="a/long/way/to/the/program")
    assert "  a/long/way/to/the/program webhooks add URL" in narrow.lines
    assert "    publish a text of yours" in narrow.lines
    assert any(line.startswith("  a/long/way/to/the/program serve  ") for line in wide.lines)


def test_signs_are_those_that_the_encoding_has() -> None:
    shown = Shown(encoding="ascii")
    shown.screen.received(Received(UnknownEvent(event="new", timestamp=NOW, data={}), None))
    assert shown.lines == ["    <- new                * verified  10:00:00.123 UTC"]
