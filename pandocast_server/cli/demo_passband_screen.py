"""What the second act of the demo shows."""

from collections.abc import Sequence
from itertools import groupby

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pandocast_sdk.models.drafts import Draft
from pandocast_sdk.models.engagement import EngagementSummary
from pandocast_sdk.models.schedule import PostingTime, Slot
from pandocast_sdk.models.sources import SourceTestItem
from pandocast_server.cli.demo_stage import INDENT, Preview, Stage, counted, match_style

STEPS = 8

_SHORT_LINES, _PREVIEW_LINES = 3, 2
_MOST_TITLES = 6
_MOST_TIMES = 3
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")

_NEXT = (
    ("{program} demo --passband FILE", "draft from a feed of yours"),
    ("{program} demo --passband --full", "see every draft to its last word"),
    ("{program} demo", "the first act: an article, to webhook"),
    ("{program} serve", "a server to develop against"),
    ("docs/passband.md", "the same from Python: Passband"),
)


class PassbandScreen(Stage):
    """Shows a feed on its way to posted drafts and a calendar."""

    def __init__(self, console: Console, *, full: bool = False) -> None:
        """Make a screen; as `Stage`."""
        super().__init__(console, steps=STEPS, full=full)

    def found(self, items: Sequence[SourceTestItem], *, entries: int) -> None:
        """Show what a test fetch has found.

        Args:
            items: Some of it.
            entries: How many there are.
        """
        self.fact("Found", counted(entries, "entry", "entries"))
        for item in items[:_MOST_TITLES]:
            day = "" if item.published_at is None else f"{item.published_at:%d %b %Y}"
            self.excerpt("", item.title or "", day)

    def drafts(self, drafts: Sequence[Draft]) -> None:
        """Show drafts: of each item its title, then the formats, their texts and their confidence."""
        table = Table(box=box.SIMPLE_HEAD, expand=True, show_edge=False, pad_edge=False)
        table.add_column("Format", no_wrap=True)
        table.add_column("Draft", ratio=1)
        table.add_column("Confidence", justify="right", no_wrap=True)
        for _, group in groupby(drafts, key=lambda draft: draft.item_id):
            of_item = list(group)
            item = of_item[0].item
            title = (item and item.title) or "Untitled"
            table.add_row("", self._preview(title, whole=1, lines=1, style="bold"), "")
            for draft in of_item:
                text = self._text(draft.text, whole=_SHORT_LINES, lines=_PREVIEW_LINES)
                table.add_row(draft.format, text, confidence(draft))
            table.add_section()
        self._print(Text(), table)

    def excerpt(self, label: str, text: str, note: str | Text = "") -> None:
        """Show a text that is known already on one line, with a note beside it."""
        self._row(label, self._preview(text, whole=1, lines=1), note)

    def changed(self, label: str, draft: Draft) -> None:
        """Show a draft that has a new text, and its confidence."""
        self._row(label, self._text(draft.text, whole=_SHORT_LINES, lines=_PREVIEW_LINES), confidence(draft))

    def slots(self, slots: Sequence[Slot]) -> None:
        """Show the slots of a week."""
        times = ", ".join(_time(slot.day_of_week, slot.hour, slot.minute) for slot in slots)
        self.fact("Slots", f"{times} UTC")

    def engagement(self, summary: EngagementSummary) -> None:
        """Show engagement in numbers."""
        counts = (
            counted(summary.total_likes, "like"),
            counted(summary.total_replies, "reply", "replies"),
            counted(summary.total_reposts, "repost"),
        )
        rate = percent(summary.avg_engagement_rate)
        self.fact("Summary", f"{', '.join(counts)}; {rate} engagement on average")

    def times(self, times: Sequence[PostingTime]) -> None:
        """Show the best times to post."""
        told = (
            f"{time.platform} {_time(time.day_of_week or 0, time.hour or 0, time.minute or 0)}"
            for time in times[:_MOST_TIMES]
        )
        self.fact("Best", f"{', '.join(told)} UTC")

    def summary(self, *, items: int, drafts: int, posted: int, seconds: float, program: str) -> None:
        """Say what has been shown, and what to try next.

        Args:
            items: How many were fetched.
            drafts: How many were generated.
            posted: How many of them were posted.
            seconds: How long it took.
            program: How this program is called.
        """
        told = (counted(items, "entry", "entries"), counted(drafts, "draft"), counted(posted, "post"))
        self._done(f"{told[0]} became {told[1]}; {told[2]} went out on time.", seconds)
        self._try_next([(command.format(program=program), purpose) for command, purpose in _NEXT])

    def _row(self, label: str, text: Text | Preview, note: str | Text) -> None:
        row = Table.grid(expand=True, padding=(0, 2, 0, 0))
        row.add_column(no_wrap=True)
        row.add_column(ratio=1)
        row.add_column(justify="right", no_wrap=True)
        row.add_row(" " * INDENT + self._label(label), text, note)
        self._print(row)

    def _text(self, content: str, *, whole: int, lines: int) -> Text | Preview:
        return Text(content) if self._full else self._preview(content, whole=whole, lines=lines)

    def _preview(self, content: str, *, whole: int, lines: int, style: str = "") -> Preview:
        return Preview(content, self._signs.more, whole=whole, lines=lines, style=style)


def confidence(draft: Draft) -> Text:
    """Give a draft's confidence, in the colour of what it says; nothing where it has none."""
    if draft.confidence is None:
        return Text()
    return Text(f"{draft.confidence:.2f}", style=match_style(100 * draft.confidence))


def percent(rate: float | None) -> str:
    """Give a rate of 0 to 1 in per cent."""
    return f"{100 * (rate or 0):.1f} %"


def _time(day: int, hour: int, minute: int) -> str:
    return f"{_DAYS[day]} {hour:02}:{minute:02}"
