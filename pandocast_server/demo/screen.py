"""What the demo shows: readable on 80 columns, without colours, and in a pipe."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime

from attrs import frozen
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn
from rich.table import Table
from rich.text import Text

from pandocast_sdk.models.drafts import Draft

MASK = "********"
"""Stands where a secret would."""

_GOOD_MATCH, _FAIR_MATCH = 75, 50


class DemoError(Exception):
    """The demo cannot go on, in a sentence."""


class Screen:
    """Shows the steps of an act on a console, from any thread."""

    def __init__(self, console: Console, *, steps: int, program: str, full: bool = False) -> None:
        """Make a screen; `program` is what to type to call this program, `full` shows texts to their end."""
        self._console = console
        self._full = full
        self._program = program
        self._signs = ("<-", "*", "x") if console.options.ascii_only else ("←", "✓", "✗")
        self._step = 0
        self._progress = Progress(
            SpinnerColumn("line"),
            "{task.description}",
            BarColumn(20),
            MofNCompleteColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("Starting", total=steps)

    @contextmanager
    def progress(self, title: str) -> Generator[None]:
        """Show a title, and on a terminal how far the demo is, for as long as the block runs."""
        self.show(Text(title, style="bold"))
        with self._progress if self._console.is_terminal else nullcontext():
            yield

    def show(self, *parts: RenderableType) -> None:
        """Show something as it is."""
        self._console.print(Group(*parts))

    def step(self, name: str, detail: str) -> None:
        """Begin a step."""
        self._progress.update(self._task, description=name, completed=self._step, refresh=True)
        self._step += 1
        self.show(Text(), Text.assemble((f"{self._step} {name}", "bold cyan"), "  ", detail))

    def fact(self, label: str, sentence: str) -> None:
        """Show something within a step."""
        self._row(f"{label:<8}", Text(sentence))

    def arrival(self, event_type: str, judgement: str, rest: str, *, good: bool) -> None:
        """Show a webhook, and what became of it."""
        arrow, yes, no = self._signs
        colour = "green" if good else "red"
        judged = Text.assemble((f"{yes if good else no} {judgement}", colour), rest)
        self._row(Text(f"{arrow} {event_type:<17}", style=colour), judged)

    def excerpt(self, label: str, text: str, note: str | Text = "") -> None:
        """Show a text that is known already on one line, with a note beside it."""
        self._row(f"{label:<8}", _Preview(text, lines=1, whole=1), note)

    def text(self, label: str, text: str, note: str | Text = "") -> None:
        """Show a new text, with a note beside it."""
        self._row(f"{label:<8}", self.preview(text, lines=2, whole=3), note)

    def preview(self, text: str, *, lines: int, whole: int) -> RenderableType:
        """Return the first lines of a text; with no more than `whole` lines, or in full, all of them."""
        return Text(text) if self._full else _Preview(text, lines, whole)

    def done(self, sentence: str, seconds: float, commands: Sequence[tuple[str, str]]) -> None:
        """Say what has been shown, and what to try next: commands, and what each is for."""
        self.show(Text(), Text(f"{self._signs[1]} {sentence} ({seconds:.1f} s)", style="bold green"))
        self.show(Text(), Text("Try next", style="bold"))
        named = [(command.format(program=self._program), purpose) for command, purpose in commands]
        width = max(len(command) for command, _ in named)
        for command, purpose in named:
            # Never wrapped: a command is there to be copied.
            line = Text.assemble("  ", (f"{command:<{width}}", "cyan"), "  ", purpose)
            self._console.print(line, soft_wrap=True)

    def _row(self, label: str | Text, text: RenderableType, note: str | Text = "") -> None:
        row = Table.grid(expand=bool(note), padding=(0, 2, 0, 0))
        row.add_column(no_wrap=True)
        row.add_column(ratio=1, overflow="fold")
        cells = [Text.assemble(" " * 4, label), text]
        if note:
            row.add_column(justify="right", no_wrap=True)
            cells.append(note)
        row.add_row(*cells)
        self.show(row)


@frozen
class _Preview:
    """The first lines of a text, without the blank ones; only where it is laid out is its width known."""

    content: str
    lines: int
    whole: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        more = " ..." if options.ascii_only else " …"
        text = Text("\n".join(filter(str.strip, self.content.splitlines())))
        lines = list(text.wrap(console, options.max_width - len(more)))
        if len(lines) > self.whole:
            lines = lines[: self.lines]
            lines[-1].rstrip()
            lines[-1].append(more)
        yield Text("\n").join(lines)


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
