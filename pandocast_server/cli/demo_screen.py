"""What the first act of the demo shows."""

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from pandocast_sdk import Output
from pandocast_sdk.webhooks import Event, OutputsGenerated, PostPublished
from pandocast_server.cli.demo_inbox import Received
from pandocast_server.cli.demo_stage import Preview, Stage, counted, match_style
from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.platforms import PART_SEPARATOR, PLATFORMS, Platform

STEPS = 6

_SHORT_LINES, _PREVIEW_LINES = 6, 3
_MOST_TOPICS = 5

_NEXT = (
    ("{program} demo FILE", "publish a text of yours"),
    ("{program} demo --full", "see every post to its last word"),
    ("{program} serve", "a server to develop against"),
    ("{program} keys create", "another key, while it serves"),
    ("{program} webhooks add URL", "have your program told of events"),
    ("docs/quickstart.md", "the same from Python"),
)


class Screen(Stage):
    """Shows an article on its way from upload to webhook."""

    def __init__(self, console: Console, *, full: bool = False) -> None:
        """Make a screen; as `Stage`."""
        super().__init__(console, steps=STEPS, full=full)

    def analysis(self, analysis: Analysis) -> None:
        """Show what is known of the text."""
        words = counted(analysis.word_count, "word")
        self.fact("Analysis", f"{words}, {counted(analysis.reading_minutes, 'minute')} to read")
        phrases = analysis.key_phrases[:_MOST_TOPICS]
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
            text = Text(output.content) if self._full else self._preview(output.content)
            table.add_row(
                Group(Text(output.format_name, style="bold"), text),
                Text(str(output.voice_match_score), style=match_style(output.voice_match_score)),
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
        self._done(
            f"{webhooks} webhooks arrived and all {webhooks} were verified; 1 forged one was refused.",
            seconds,
        )
        self._try_next([(command.format(program=program), purpose) for command, purpose in _NEXT])

    def _preview(self, content: str) -> Preview:
        return Preview(content, self._signs.more, whole=_SHORT_LINES, lines=_PREVIEW_LINES)


def _moment(event: Event) -> str:
    moment = event.timestamp
    return "" if moment is None else f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03} UTC"


def _about(event: Event) -> str:
    match event:
        case OutputsGenerated(data=data) if data.output_ids is not None:
            return counted(len(data.output_ids), "post")
        case PostPublished(data=data) if data.platform_id is not None:
            platform = PLATFORMS.get(data.platform_id)
            return data.platform_id if platform is None else platform.format_name
        case _:
            return ""


def _length(content: str, platform: Platform | None) -> Text:
    if platform is None:
        return Text(f"{len(content):,}")
    lines = [f"{len(content):,} / {platform.max_characters:,}"]
    if platform.max_parts > 1:
        parts = content.split(PART_SEPARATOR)
        lines.append(counted(len(parts), "post"))
        lines.append(f"max {max(map(len, parts)):,} / {platform.max_part_characters:,}")
    return Text("\n".join(lines))
