import io
import re
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console

from pandocast_sdk.models.drafts import Draft, DraftItem
from pandocast_sdk.models.engagement import EngagementSummary
from pandocast_sdk.models.schedule import PostingTime, Slot
from pandocast_sdk.models.sources import SourceTestItem
from pandocast_server.cli.demo_passband_screen import PassbandScreen

NOW = datetime(2026, 3, 28, 10, tzinfo=UTC)


class Shown:
    def __init__(self, width: int = 80, *, full: bool = False, encoding: str = "utf-8") -> None:
        self._bytes = io.BytesIO()
        self._file = io.TextIOWrapper(self._bytes, encoding=encoding, errors="replace")
        self.screen = PassbandScreen(
            Console(file=self._file, width=width, highlight=False, color_system=None), full=full
        )

    @property
    def lines(self) -> list[str]:
        self._file.flush()
        return [line.rstrip() for line in self._bytes.getvalue().decode().splitlines()]


def draft(
    text: str,
    *,
    item: str | None = "1",
    title: str | None = "The title",
    format: str = "SHORT",  # noqa: A002 - the model's name
    confidence: float | None = 0.8,
) -> Draft:
    return Draft(
        id="drf_1",
        text=text,
        format=format,
        status="pending_review",
        created_at=NOW,
        updated_at=NOW,
        confidence=confidence,
        item_id=item,
        item=None if item is None else DraftItem(id=item, title=title),
    )


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize(
    "text", ["several words " * 60, "人工智能代理需要长期记忆。" * 30, "x" * 900, "a\n\n\nb\n" * 20]
)
def test_a_long_draft_is_cut_to_lines_that_fit(width: int, text: str) -> None:
    shown = Shown(width)
    shown.screen.drafts([draft(text)])
    shown.screen.excerpt("Weakest", text, "0.80")
    shown.screen.excerpt("Mon 23 Nov 09:00 UTC", text, "THREAD")
    assert max(map(cell_len, shown.lines)) <= width
    assert [line.split()[0] for line in shown.lines if "…" in line][-2:] == ["Weakest", "Mon"]


def test_drafts_stand_under_the_title_of_their_item() -> None:
    shown = Shown()
    shown.screen.drafts(
        [
            draft("One post."),
            draft("1/2 A thread.", format="THREAD", confidence=None),
            draft("Another.", item="2", title="Another title", confidence=0.5),
            draft("Of nothing.", item=None),
            draft("Of something.", item="3", title=None),
        ]
    )
    assert [re.split(r"\s{2,}", line.strip()) for line in shown.lines if line and "─" not in line] == [
        ["Format", "Draft", "Confidence"],
        ["The title"],
        ["SHORT", "One post.", "0.80"],
        ["THREAD", "1/2 A thread."],
        ["Another title"],
        ["SHORT", "Another.", "0.50"],
        ["Untitled"],
        ["SHORT", "Of nothing.", "0.80"],
        ["Untitled"],
        ["SHORT", "Of something.", "0.80"],
    ]


def test_full_shows_new_texts_whole_and_known_ones_on_one_line() -> None:
    shown = Shown(full=True)
    text = "\n\n".join(f"Paragraph {number}." for number in range(9))
    shown.screen.drafts([draft(text)])
    shown.screen.changed("Anew", draft(text))
    assert sum("Paragraph 8." in line for line in shown.lines) == 2
    shown.screen.excerpt("Edited", text)
    assert shown.lines[-1] == "    Edited    Paragraph 0. …"
    assert sum("Paragraph 8." in line for line in shown.lines) == 2


def test_markup_in_a_feed_is_text() -> None:
    shown = Shown()
    shown.screen.found([SourceTestItem(title="[bold]:smile:[/bold]", published_at=NOW)], entries=1)
    shown.screen.drafts([draft("[link=x]", title="[red]")])
    assert [line for line in shown.lines if "[" in line] == [
        f"{'              [bold]:smile:[/bold]':<69}28 Mar 2026",
        "         [red]",
        f"{'SHORT    [link=x]':<76}0.80",
    ]


def test_of_many_entries_some_are_named() -> None:
    shown = Shown()
    shown.screen.found([SourceTestItem(title=f"Entry {number}") for number in range(10)], entries=1234)
    assert shown.lines[0] == "    Found     1,234 entries"
    assert [line.strip() for line in shown.lines[1:]] == [f"Entry {number}" for number in range(6)]


@pytest.mark.parametrize(("confidence", "colour"), [(0.9, "32"), (0.6, "33"), (0.1, "31")])
def test_a_confidence_has_a_colour_on_a_terminal(confidence: float, colour: str) -> None:
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system="standard", _environ={})
    PassbandScreen(console).changed("Anew", draft("Text.", confidence=confidence))
    assert f"\x1b[{colour}m" in file.getvalue()


def test_times_of_the_week_are_told_as_people_say_them() -> None:
    shown = Shown()
    shown.screen.slots([Slot(day_of_week=0, hour=9, minute=5), Slot(day_of_week=6, hour=16, minute=0)])
    times = [PostingTime(platform="twitter", day_of_week=day, hour=9, minute=0, score=1) for day in range(5)]
    shown.screen.times(times)
    assert shown.lines == [
        "    Slots     Sun 09:05, Sat 16:00 UTC",
        "    Best      twitter Sun 09:00, twitter Mon 09:00, twitter Tue 09:00 UTC",
    ]


@pytest.mark.parametrize(("rate", "told"), [(None, "0.0 %"), (0.0734, "7.3 %"), (1, "100.0 %")])
def test_engagement_is_told_in_numbers(rate: float | None, told: str) -> None:
    shown = Shown()
    shown.screen.engagement(
        EngagementSummary(
            total_posted=3,
            total_with_metrics=2,
            total_likes=1234,
            total_replies=1,
            total_reposts=0,
            total_impressions=9,
            top_posts=[],
            by_format=[],
            by_platform=[],
            avg_engagement_rate=rate,
        )
    )
    assert shown.lines == [f"    Summary   1,234 likes, 1 reply, 0 reposts; {told} engagement on average"]


def test_the_summary_counts_and_tells_what_to_try() -> None:
    narrow, wide = Shown(40), Shown(80)
    for shown in (narrow, wide):
        shown.screen.summary(items=1, drafts=2, posted=1, seconds=1.26, program="a/way/to/it")
    assert "✓ 1 entry became 2 drafts; 1 post went out on time. (1.3 s)" in wide.lines
    assert "  a/way/to/it demo --passband FILE" in narrow.lines
    assert any(line.startswith("  a/way/to/it demo --passband FILE  ") for line in wide.lines)
    assert any(line.startswith("  docs/passband.md ") for line in wide.lines)


def test_signs_are_those_that_the_encoding_has() -> None:
    shown = Shown(encoding="ascii")
    shown.screen.excerpt("Edited", "word " * 60)
    [line] = shown.lines
    assert line.isascii()
    assert line.endswith(" ...")
