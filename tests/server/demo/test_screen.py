import io
import re
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console

from pandocast_sdk import Output
from pandocast_sdk.models.drafts import Draft, DraftItem
from pandocast_sdk.webhooks.events import (
    OutputsGenerated,
    OutputsGeneratedData,
    PostPublished,
    PostPublishedData,
    UnknownEvent,
)
from pandocast_server.demo.article import _show_analysis, _show_arrival, _show_posts
from pandocast_server.demo.feed import _show_drafts
from pandocast_server.demo.screen import Screen
from pandocast_server.demo.surroundings import Article

NOW = datetime(2026, 3, 28, 10, 0, 0, 123_456, tzinfo=UTC)


class Shown:
    def __init__(self, width: int = 80, *, full: bool = False, encoding: str = "utf-8") -> None:
        self._bytes = io.BytesIO()
        self._file = io.TextIOWrapper(self._bytes, encoding=encoding, errors="replace")
        self.screen = Screen(
            Console(file=self._file, width=width, highlight=False, color_system=None),
            program="a/long/way/to/the/program",
            full=full,
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


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize(
    "content", ["several words " * 60, "人工智能代理需要长期记忆。" * 30, "x" * 900, "a\n\n\nb\n" * 20]
)
def test_a_long_post_is_cut_to_a_few_lines_that_fit(width: int, content: str) -> None:
    shown = Shown(width)
    _show_posts([output(content)], shown.screen)
    assert max(map(cell_len, shown.lines)) <= width
    [cut] = [line for line in shown.lines if line.split("  ")[0].endswith(" …")]
    assert shown.lines.index(cut) == shown.lines.index(next(x for x in shown.lines if "The name" in x)) + 3


def test_a_cut_falls_between_words() -> None:
    shown = Shown(60)
    _show_posts([output("extraordinarily " * 60)], shown.screen)
    words = {word for line in shown.lines for word in line.split()}
    assert "extraordinarily" in words
    assert not {word for word in words if word.startswith("extra") and word != "extraordinarily"}


def test_a_short_post_is_shown_whole() -> None:
    shown = Shown()
    _show_posts([output("The first line.\n\nThe last line.")], shown.screen)
    assert "The last line." in shown.lines
    assert "…" not in "".join(shown.lines)


def test_full_keeps_every_line() -> None:
    shown = Shown(full=True)
    _show_posts([output("\n\n".join(f"Paragraph {number}." for number in range(30)))], shown.screen)
    assert sum(line.startswith("Paragraph") for line in shown.lines) == 30


def test_markup_in_a_post_is_text() -> None:
    shown = Shown()
    _show_posts([output("[bold]:smile:[/bold] [link=x]")], shown.screen)
    assert "[bold]:smile:[/bold] [link=x]" in shown.lines


def test_characters_are_shown_with_the_limit() -> None:
    shown = Shown()
    _show_posts([output("é" * 1234)], shown.screen)
    [row] = [line.split() for line in shown.lines if line.startswith("The name")]
    assert row == ["The", "name", "80", "1,234", "/", "3,000"]


def test_a_thread_also_shows_its_longest_post() -> None:
    shown = Shown()
    _show_posts([output("1/2 short\n\n2/2 longer", "twitter_thread")], shown.screen)
    text = "\n".join(shown.lines)
    assert re.search(r" 2 posts$", text, re.MULTILINE)
    assert re.search(r" max 10 / 280$", text, re.MULTILINE)


@pytest.mark.parametrize(("score", "colour"), [(90, "32"), (60, "33"), (10, "31")])
def test_a_score_has_a_colour_on_a_terminal(score: int, colour: str) -> None:
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system="standard", _environ={})
    _show_posts([output("Text.", score=score)], Screen(console, program=""))
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
        UnknownEvent(event="a.new.one", timestamp=None, data={}),
    ):
        _show_arrival(event, shown.screen)
    assert shown.lines == [
        "    ← outputs.generated  ✓ verified  10:00:00.123 UTC  1 post",
        "    ← post.published     ✓ verified  10:00:00.123 UTC  Bluesky Post",
        "    ← a.new.one          ✓ verified",
    ]


def test_long_lines_go_on_under_their_beginning() -> None:
    shown = Shown(60)
    shown.screen.arrival(
        "post.published", "refused with 401", ": the signature does not belong to this body", good=False
    )
    assert shown.lines == [
        "    ← post.published     ✗ refused with 401: the signature",
        "                         does not belong to this body",
    ]


def test_what_is_known_of_a_text() -> None:
    shown = Shown()
    _show_analysis(Article("A title", "One."), shown.screen)
    _show_analysis(Article("A title", "Roses and tulips. " * 300), shown.screen)
    assert shown.lines[:2] == [
        "    Analysis  1 word, 1 minute to read",
        "    Analysis  900 words, 4 minutes to read",
    ]
    assert shown.lines[2].startswith("    About     ")


def test_commands_are_never_wrapped() -> None:
    for shown in (Shown(40), Shown(80)):
        shown.screen.done(
            "All went well.", 1.26, [("{program} serve", "a server"), ("docs/x.md", "a text of yours")]
        )
        assert "✓ All went well. (1.3 s)" in shown.lines
        assert "  a/long/way/to/the/program serve  a server" in shown.lines


def draft(
    text: str, *, item: str | None = "1", title: str | None = "The title", confidence: float = 0.8
) -> Draft:
    return Draft(
        id="drf_1",
        text=text,
        format="SHORT",
        status="pending_review",
        created_at=NOW,
        updated_at=NOW,
        confidence=confidence,
        item_id=item,
        item=None if item is None else DraftItem(id=item, title=title),
    )


def test_drafts_stand_under_the_title_of_their_item() -> None:
    shown = Shown()
    drafts = [
        draft("One post."),
        draft("Two."),
        draft("Of nothing.", item=None),
        draft("[red]", item="3", title=None),
    ]
    _show_drafts(drafts, shown.screen)
    assert [re.split(r"\s{2,}", line.strip()) for line in shown.lines if line and "─" not in line] == [
        ["The title"],
        ["SHORT", "One post.", "0.80"],
        ["SHORT", "Two.", "0.80"],
        ["Untitled"],
        ["SHORT", "Of nothing.", "0.80"],
        ["Untitled"],
        ["SHORT", "[red]", "0.80"],
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("text", ["several words " * 60, "人工智能代理需要长期记忆。" * 30, "x" * 900])
def test_an_excerpt_is_one_line_that_fits(width: int, text: str) -> None:
    shown = Shown(width, full=True)
    shown.screen.excerpt("Weakest", text, "0.80")
    [line] = shown.lines
    assert cell_len(line) <= width
    assert "…" in line


def test_full_shows_new_texts_whole() -> None:
    shown = Shown(full=True)
    shown.screen.text("Anew", "\n\n".join(f"Paragraph {number}." for number in range(9)))
    assert sum("Paragraph" in line for line in shown.lines) == 9
