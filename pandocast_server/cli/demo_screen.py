"""What the demo shows: readable on 80 columns, without colours, and in a pipe."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext

from attrs import frozen
from rich import box
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

from pandocast_sdk import Output
from pandocast_sdk.webhooks import Event, OutputsGenerated, PostPublished
from pandocast_server.cli.demo_inbox import Received
from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.platforms import PART_SEPARATOR, PLATFORMS, Platform

STEPS = 6

_INDENT = 4
_LABEL = 8
_NARROWEST = 20
_SHORT_LINES, _PREVIEW_LINES = 6, 3
_MOST_TOPICS = 5
_GOOD_MATCH, _FAIR_MATCH = 75, 50

_NEXT = (
    ("{program} demo FILE", "publish a text of yours"),
    ("{program} demo --full", "see every post to its last word"),
    ("{program} serve", "a server to develop against"),
    ("{program} keys create", "another key, while it serves"),
    ("{program} webhooks add URL", "have your program told of events"),
    ("docs/quickstart.md", "the same from Python"),
)


@frozen
class _Signs:
    arrived: str
    refused: str
    good: str
    more: str


_UNICODE = _Signs(arrived="←", refused="✗", good="✓", more="…")
_ASCII = _Signs(arrived="<-", refused="x", good="*", more="...")


class Screen:
    """Shows the demo on a console, from any thread."""

    def __init__(self, console: Console, *, full: bool = False) -> None:
        """Make a screen.

        Args:
            console: Where to show it; a quiet one shows nothing.
            full: Whether posts are shown to their last word.
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
        self._task = self._progress.add_task("Starting", total=STEPS)

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
        self._labelled(Text(f"{label:<{_LABEL}}  "), Text(sentence))

    def analysis(self, analysis: Analysis) -> None:
        """Show what is known of the text."""
        words = _counted(analysis.word_count, "word")
        self.fact("Analysis", f"{words}, {_counted(analysis.reading_minutes, 'minute')} to read")
        phrases = (analysis.topics or analysis.key_phrases)[:_MOST_TOPICS]
        if phrases:
            self.fact("About", ", ".join(phrases))

    def received(self, received: Received) -> None:
        """Show a verified webhook."""
        event = received.event
        self._labelled(
            Text(f"{self._signs.arrived} {event.event:<18} ", style="green"),
            Text.assemble(
                (f"{self._signs.good} verified", "green"), f"  {_moment(event)}  {_about(event)}".rstrip()
            ),
        )

    def refused(self, event_type: str, status: int, reason: str) -> None:
        """Show a webhook that was not let in."""
        self._labelled(
            Text(f"{self._signs.arrived} {event_type:<18} ", style="red"),
            Text.assemble((f"{self._signs.refused} refused with {status}", "red"), f": {reason}"),
        )

    def posts(self, outputs: Sequence[Output]) -> None:
        """Show the posts: where each goes, how well it matches the voice, how long it is and may be."""
        table = Table(box=box.SIMPLE_HEAD, expand=True, show_edge=False, pad_edge=False, leading=1)
        table.add_column("Post", ratio=1)
        table.add_column("Voice\nmatch", justify="right", no_wrap=True)
        table.add_column("Characters\n/ limit", justify="right", no_wrap=True)
        for output in outputs:
            text = Text(output.content) if self._full else _Preview(output.content, self._signs.more)
            table.add_row(
                Group(Text(output.format_name, style="bold"), text),
                _score(output.voice_match_score),
                _length(output.content, PLATFORMS.get(output.platform_id)),
            )
        self._print(Text(), table)

    def summary(self, *, webhooks: int, seconds: float, program: str) -> None:
        """Say what has been shown, and what to try next.

        Args:
            webhooks: How many arrived.
            seconds: How long it took.
            program: How this program is called.
        """
        done = f"{webhooks} webhooks arrived and all {webhooks} were verified; 1 forged one was refused."
        self._print(Text(), Text(f"{self._signs.good} {done} ({seconds:.1f} s)", style="bold green"))
        self._print(Text(), Text("Try next", style="bold"))
        commands = [command.format(program=program) for command, _ in _NEXT]
        column = max(map(len, commands))
        purposes = [purpose for _, purpose in _NEXT]
        aligned = column + max(map(len, purposes)) + 4 <= self._console.width
        for command, purpose in zip(commands, purposes, strict=True):
            gap = " " * (column - len(command) + 2) if aligned else "\n" + " " * _INDENT
            # Never wrapped: a command is there to be copied.
            self._console.print(Text.assemble("  ", (command, "cyan"), gap, purpose), soft_wrap=True)

    def _labelled(self, label: Text, text: Text) -> None:
        margin = _INDENT + len(label)
        lines = text.wrap(self._console, max(_NARROWEST, self._console.width - margin))
        for line in lines:
            line.rstrip()
        self._print(Text.assemble(" " * _INDENT, label, Text("\n" + " " * margin).join(lines)))

    def _print(self, *parts: Text | Table) -> None:
        self._console.print(Group(*parts))


@frozen
class _Preview:
    """The beginning of a post, without its blank lines; only where it is laid out is its width known."""

    content: str
    more: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        lines = Text("\n".join(filter(str.strip, self.content.splitlines()))).wrap(console, width)
        shown = lines[: len(lines) if len(lines) <= _SHORT_LINES else _PREVIEW_LINES]
        if len(shown) < len(lines):
            shown[-1] = self._shortened(shown[-1], width - len(self.more) - 1)
        yield Text("\n").join(shown)

    def _shortened(self, line: Text, width: int) -> Text:
        line.rstrip()
        if line.cell_len > width:
            line.truncate(width)
            beginning, _, _ = line.plain.rpartition(" ")  # a word that was cut goes too
            line = Text(beginning or line.plain)
        return Text(f"{line.plain} {self.more}")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _moment(event: Event) -> str:
    moment = event.timestamp
    return "" if moment is None else f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03} UTC"


def _about(event: Event) -> str:
    match event:
        case OutputsGenerated(data=data) if data.output_ids is not None:
            return _counted(len(data.output_ids), "post")
        case PostPublished(data=data) if data.platform_id is not None:
            platform = PLATFORMS.get(data.platform_id)
            return data.platform_id if platform is None else platform.format_name
        case _:
            return ""


def _score(score: int) -> Text:
    style = "green" if score >= _GOOD_MATCH else "yellow" if score >= _FAIR_MATCH else "red"
    return Text(str(score), style=style)


def _length(content: str, platform: Platform | None) -> Text:
    if platform is None:
        return Text(f"{len(content):,}")
    lines = [f"{len(content):,} / {platform.max_characters:,}"]
    if platform.max_parts > 1:
        parts = content.split(PART_SEPARATOR)
        lines.append(_counted(len(parts), "post"))
        lines.append(f"max {max(map(len, parts)):,} / {platform.max_part_characters:,}")
    return Text("\n".join(lines))
