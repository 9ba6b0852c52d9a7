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
_MORE = " …"


class DemoError(Exception):
    """The demo cannot go on, in a sentence."""


class Screen:
    """Shows the steps of an act on a console, from any thread."""

    def __init__(self, console: Console, *, program: str, full: bool = False) -> None:
        """Make a screen; `program` is what to type to call this program, `full` shows texts to their end."""
        self._console = console
        self._full = full
        self._program = program
        self._step = 0
        self._progress = Progress(
            SpinnerColumn("line"),
            "{task.description}",
            BarColumn(20),
            MofNCompleteColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("Starting")

    @contextmanager
    def progress(self, title: str, *, steps: int) -> Generator[None]:
        """Show a title, and on a terminal how far the demo is, for as long as the block runs."""
        self.show(Text(title, style="bold"))
        self._progress.update(self._task, total=steps)
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
        sign, colour = ("✓", "green") if good else ("✗", "red")
        judged = Text.assemble((f"{sign} {judgement}", colour), rest)
        self._row(Text(f"← {event_type:<17}", style=colour), judged)

    def excerpt(self, label: str, text: str, note: str | Text = "") -> None:
        """Show a text that is known already on one line, with a note beside it."""
        line = Text(" ".join(text.split()), no_wrap=True, overflow="ellipsis")
        self._row(f"{label:<8}", line, note)

    def text(self, label: str, text: str, note: str | Text = "") -> None:
        """Show a new text, with a note beside it."""
        self._row(f"{label:<8}", self.preview(text, lines=2), note)

    def preview(self, text: str, *, lines: int) -> RenderableType:
        """Return the first lines of a text; in full, all of them."""
        return Text(text) if self._full else _Preview(text, lines)

    def done(self, sentence: str, seconds: float, commands: Sequence[tuple[str, str]]) -> None:
        """Say what has been shown, and what to try next: commands, and what each is for."""
        self.show(Text(), Text(f"✓ {sentence} ({seconds:.1f} s)", style="bold green"))
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

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = Text("\n".join(filter(str.strip, self.content.splitlines())))
        lines = text.wrap(console, options.max_width - len(_MORE))
        shown = lines[: self.lines]
        if len(lines) > self.lines:
            shown[-1].rstrip()
            shown[-1].append(_MORE)
        yield Text("\n").join(shown)


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
