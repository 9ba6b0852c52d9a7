"""What the demo shows: readable on 80 columns, without colours, and in a pipe."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime

from attrs import frozen
from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from pandocast_sdk.models.drafts import Draft

MASK = "********"
"""Stands where a secret would."""

_INDENT = " " * 4
_LABEL = 8
_NARROWEST = 20
_GOOD_MATCH, _FAIR_MATCH = 75, 50


class DemoError(Exception):
    """The demo cannot go on, in a sentence."""


class Screen:
    """Shows the steps of an act on a console, from any thread."""

    def __init__(self, console: Console, *, steps: int, program: str, full: bool = False) -> None:
        """Make a screen.

        Args:
            console: Where to show it; a quiet one shows nothing.
            steps: How many there will be.
            program: What to type to call this program.
            full: Whether texts are shown to their last word.
        """
        self._console = console
        self._full = full
        self._program = program
        self._ascii = console.options.ascii_only
        self._step = 0
        self._progress = Progress(
            SpinnerColumn("line" if self._ascii else "dots"),
            TextColumn("{task.description}", markup=False),
            BarColumn(20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("Starting", total=steps)

    @contextmanager
    def progress(self, title: str) -> Generator[None]:
        """Show a title, and on a terminal how far the demo is, for as long as the block runs."""
        self._print(Text(title, style="bold"))
        with self._progress if self._console.is_terminal else nullcontext():
            yield

    def step(self, name: str, detail: str) -> None:
        """Begin a step."""
        self._progress.update(self._task, description=name, completed=self._step, refresh=True)
        self._step += 1
        self._print(Text(), Text.assemble((f"{self._step} {name}", "bold cyan"), "  ", detail))

    def fact(self, label: str, sentence: str) -> None:
        """Show something within a step."""
        self._labelled(Text(f"{label:<{_LABEL}}  "), Text(sentence))

    def arrival(self, event_type: str, judgement: str, rest: str, *, good: bool) -> None:
        """Show a webhook, and what became of it."""
        signs = ("<-", "*", "x") if self._ascii else ("←", "✓", "✗")
        colour = "green" if good else "red"
        judged = Text.assemble((f"{signs[1] if good else signs[2]} {judgement}", colour), rest)
        self._labelled(Text(f"{signs[0]} {event_type:<18} ", style=colour), judged)

    def excerpt(self, label: str, text: str, note: str | Text = "") -> None:
        """Show a text that is known already on one line, with a note beside it."""
        self._row(label, self.preview(text, whole=1, lines=1), note)

    def changed(self, label: str, text: str, note: str | Text = "") -> None:
        """Show a new text, with a note beside it."""
        self._row(label, self.text(text, whole=3, lines=2), note)

    def text(self, content: str, *, whole: int, lines: int) -> RenderableType:
        """Return a text to be shown: its beginning, unless everything is to be seen."""
        return Text(content) if self._full else self.preview(content, whole=whole, lines=lines)

    def preview(self, content: str, *, whole: int, lines: int, style: str = "") -> RenderableType:
        """Return the beginning of a text to be shown."""
        return _Preview(content, "..." if self._ascii else "…", whole, lines, style)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[RenderableType]], wide: int) -> None:
        """Show a table whose column `wide` takes the width that the others leave."""
        table = Table(box=box.SIMPLE_HEAD, expand=True, show_edge=False, pad_edge=False)
        for place, heading in enumerate(headings):
            table.add_column(
                heading,
                ratio=1 if place == wide else None,
                no_wrap=place != wide,
                justify="right" if place > wide else "left",
            )
        for row in rows:
            if row:
                table.add_row(*row)
            else:
                table.add_section()
        self._print(Text(), table)

    def done(self, sentence: str, seconds: float, commands: Sequence[tuple[str, str]]) -> None:
        """Say what has been shown, and what to try next: commands, and what each is for."""
        sign = "*" if self._ascii else "✓"
        self._print(Text(), Text(f"{sign} {sentence} ({seconds:.1f} s)", style="bold green"))
        self._print(Text(), Text("Try next", style="bold"))
        commands = [(command.format(program=self._program), purpose) for command, purpose in commands]
        column = max(len(command) for command, _ in commands)
        aligned = column + max(len(purpose) for _, purpose in commands) + 4 <= self._console.width
        for command, purpose in commands:
            gap = " " * (column - len(command) + 2) if aligned else f"\n{_INDENT}"
            # Never wrapped: a command is there to be copied.
            self._console.print(Text.assemble("  ", (command, "cyan"), gap, purpose), soft_wrap=True)

    def _row(self, label: str, text: RenderableType, note: str | Text) -> None:
        row = Table.grid(expand=True, padding=(0, 2, 0, 0))
        row.add_column(no_wrap=True)
        row.add_column(ratio=1)
        row.add_column(justify="right", no_wrap=True)
        row.add_row(f"{_INDENT}{label:<{_LABEL}}", text, note)
        self._print(row)

    def _labelled(self, label: Text, text: Text) -> None:
        margin = len(_INDENT) + len(label)
        lines = text.wrap(self._console, max(_NARROWEST, self._console.width - margin))
        for line in lines:
            line.rstrip()
        self._print(Text.assemble(_INDENT, label, Text("\n" + " " * margin).join(lines)))

    def _print(self, *parts: RenderableType) -> None:
        self._console.print(Group(*parts))


@frozen
class _Preview:
    """The beginning of a text, without its blank lines; only where it is laid out is its width known."""

    content: str
    more: str
    whole: int
    """It is shown whole if it has no more lines than these."""

    lines: int
    """As many are shown of a longer one."""

    style: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        lines = Text("\n".join(filter(str.strip, self.content.splitlines()))).wrap(console, width)
        shown = lines[: len(lines) if len(lines) <= self.whole else self.lines]
        if len(shown) < len(lines):
            last, most = shown[-1], width - len(self.more) - 1
            last.rstrip()
            if last.cell_len > most:
                last.truncate(most)
                beginning, _, _ = last.plain.rpartition(" ")  # a word that was cut goes too
                last = Text(beginning or last.plain)
            shown[-1] = Text(f"{last.plain} {self.more}")
        yield Text("\n", style=self.style).join(shown)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, in the plural where it is one."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def day_and_time(moment: datetime) -> str:
    """Return a time as people say it; it must be in UTC."""
    return f"{moment:%a %d %b %H:%M} UTC"


def confidence(draft: Draft) -> Text:
    """Return a draft's confidence, in the colour of what it says; nothing where it has none."""
    return Text() if draft.confidence is None else match(100 * draft.confidence, f"{draft.confidence:.2f}")


def match(score: float, shown: str) -> Text:
    """Return a voice match of 0 to 100, in the colour of what it says."""
    colour = "green" if score >= _GOOD_MATCH else "yellow" if score >= _FAIR_MATCH else "red"
    return Text(shown, style=colour)
