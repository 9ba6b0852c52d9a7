"""What both acts of the demo show alike: readable on 80 columns, without colours, and in a pipe."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime

from attrs import frozen
from rich.console import Console, ConsoleOptions, Group, RenderResult
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

MASK = "********"
"""Stands where a secret would."""

INDENT = 4
"""Columns by which what belongs to a step is moved in."""

_LABEL = 8
_NARROWEST = 20
_GOOD_MATCH, _FAIR_MATCH = 75, 50


@frozen
class Signs:
    """The signs that an encoding has."""

    arrived: str
    refused: str
    good: str
    more: str


_UNICODE = Signs(arrived="←", refused="✗", good="✓", more="…")
_ASCII = Signs(arrived="<-", refused="x", good="*", more="...")


class Stage:
    """Shows the steps of an act on a console, from any thread."""

    def __init__(self, console: Console, *, steps: int, full: bool = False) -> None:
        """Make a stage.

        Args:
            console: Where to show it; a quiet one shows nothing.
            steps: How many there will be.
            full: Whether texts are shown to their last word.
        """
        self._console = console
        self._full = full
        self._signs = _ASCII if console.options.ascii_only else _UNICODE
        self._step = 0
        self._progress = Progress(
            SpinnerColumn("line" if console.options.ascii_only else "dots"),
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
        heading = Text.assemble((f"{self._step} {name}", "bold cyan"), "  ", detail)
        self._print(Text(), heading)

    def fact(self, label: str, sentence: str) -> None:
        """Tell something within a step."""
        self._labelled(Text(f"{self._label(label)}  "), Text(sentence))

    def _done(self, sentence: str, seconds: float) -> None:
        self._print(Text(), Text(f"{self._signs.good} {sentence} ({seconds:.1f} s)", style="bold green"))

    def _try_next(self, commands: Sequence[tuple[str, str]]) -> None:
        """Show commands and what each is for."""
        self._print(Text(), Text("Try next", style="bold"))
        column = max(len(command) for command, _ in commands)
        aligned = column + max(len(purpose) for _, purpose in commands) + 4 <= self._console.width
        for command, purpose in commands:
            gap = " " * (column - len(command) + 2) if aligned else "\n" + " " * INDENT
            # Never wrapped: a command is there to be copied.
            self._console.print(Text.assemble("  ", (command, "cyan"), gap, purpose), soft_wrap=True)

    def _label(self, label: str) -> str:
        return f"{label:<{_LABEL}}"

    def _labelled(self, label: Text, text: Text) -> None:
        margin = INDENT + len(label)
        lines = text.wrap(self._console, max(_NARROWEST, self._console.width - margin))
        for line in lines:
            line.rstrip()
        self._print(Text.assemble(" " * INDENT, label, Text("\n" + " " * margin).join(lines)))

    def _print(self, *parts: Text | Table) -> None:
        self._console.print(Group(*parts))


@frozen
class Preview:
    """The beginning of a text, without its blank lines; only where it is laid out is its width known.

    Attributes:
        content: The text.
        more: The sign that it goes on.
        whole: It is shown whole if it has no more lines than these.
        lines: As many are shown of a longer one.
        style: How it is shown.
    """

    content: str
    more: str
    whole: int
    lines: int
    style: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        lines = Text("\n".join(filter(str.strip, self.content.splitlines()))).wrap(console, width)
        shown = lines[: len(lines) if len(lines) <= self.whole else self.lines]
        if len(shown) < len(lines):
            shown[-1] = self._shortened(shown[-1], width - len(self.more) - 1)
        yield Text("\n", style=self.style).join(shown)

    def _shortened(self, line: Text, width: int) -> Text:
        line.rstrip()
        if line.cell_len > width:
            line.truncate(width)
            beginning, _, _ = line.plain.rpartition(" ")  # a word that was cut goes too
            line = Text(beginning or line.plain)
        return Text(f"{line.plain} {self.more}")


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Give a number with its noun, in the plural where it is one."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def day_and_time(moment: datetime) -> str:
    """Give a time as people say it; it must be in UTC."""
    return f"{moment:%a %d %b %H:%M} UTC"


def match_style(score: float) -> str:
    """Give the colour of a voice match of 0 to 100."""
    return "green" if score >= _GOOD_MATCH else "yellow" if score >= _FAIR_MATCH else "red"
