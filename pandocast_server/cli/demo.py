"""`pandocast-server demo`."""

import json
import logging
import shlex
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from pandocast_server.demo.screen import Screen

_FAILED = 1
_INTERRUPTED = 130
_CALENDAR = "passband-calendar.ics"


@click.command(
    epilog="Exit status: 0 all went well, 1 something failed, 2 a file or an option cannot be used, "
    "130 interrupted."
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--passband", is_flag=True, help="Show the second act: from a feed to posts and a calendar.")
@click.option(
    "--calendar",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help=f"Name of the second act's calendar file, if it is not to be {_CALENDAR}.",
)
@click.option("--full", is_flag=True, help="Show every post from its first to its last word.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead, for scripts.")
def demo(*, file: Path | None, passband: bool, calendar: Path | None, full: bool, as_json: bool) -> None:
    """Publish an article, from upload to webhook, in a few seconds.

    FILE is a text or Markdown file of yours in UTF-8, of up to 1,000,000 characters; without one, an article
    that comes with the package is published.

    The demo starts a reference server with an embedded database. Through the SDK it uploads the article,
    waits for its analysis, has a post written for every platform, schedules two of them and moves the
    server's clock forward until they are published. Every webhook is shown as it arrives, verified. Nothing
    leaves this machine, and nothing stays on it.

    With --passband, the second act: FILE is a feed of yours, RSS or Atom, which the demo itself serves;
    without one, a feed that comes with the package. It becomes a source of Passband, whose pipeline drafts
    from the newest entries. The drafts are reviewed, put in the slots of a week and posted. What stays is
    the calendar of the posts, in a file that is written to the current directory; another calendar of that
    name is replaced, any other file is not.
    """
    if calendar is not None and not passband:
        raise click.UsageError("--calendar belongs to the second act: add --passband")
    # The server's log stays off the screen: without any handler, Python would print warnings.
    logging.getLogger().addHandler(logging.NullHandler())
    show = partial(_screen, full=full, quiet=as_json)
    try:
        document = _draft(file, calendar or Path(_CALENDAR), show) if passband else _publish(file, show)
        if as_json:
            click.echo(json.dumps(document))
    except KeyboardInterrupt:
        _end("interrupted", _INTERRUPTED)
    except (click.ClickException, BrokenPipeError):
        raise  # click prints the one, and ends without a word when nobody reads on
    except Exception as error:  # noqa: BLE001 - whatever it is, the person at the keyboard gets one line
        _end(f"the demo failed: {error} ({type(error).__name__})", _FAILED)


# Each part is loaded when it is needed: a file that cannot be used is refused at once, the title is shown
# while the server loads, and an interrupt finds somebody who knows what to say.


def _publish(file: Path | None, show: Callable[[int], "Screen"]) -> dict[str, object]:
    from pandocast_server.demo.files import read_article  # noqa: PLC0415

    article = read_article(file)
    screen = show(6)
    with screen.progress("Pandocast: one article, from upload to webhook"):
        from pandocast_server.demo.article import run  # noqa: PLC0415

        return run(article, screen)


def _draft(file: Path | None, calendar: Path, show: Callable[[int], "Screen"]) -> dict[str, object]:
    from pandocast_server.demo.files import read_feed_file, write_calendar  # noqa: PLC0415

    feed = read_feed_file(file)
    write_calendar(calendar, None)
    screen = show(8)
    with screen.progress("Passband: one feed, from its entries to posts and a calendar"):
        from pandocast_server.demo.feed import run  # noqa: PLC0415

        return run(feed, calendar, screen)


def _screen(steps: int, *, full: bool, quiet: bool) -> "Screen":
    from rich.console import Console  # noqa: PLC0415

    from pandocast_server.demo.screen import Screen  # noqa: PLC0415

    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")  # a text may hold what a terminal's encoding lacks
    return Screen(Console(highlight=False, quiet=quiet), steps=steps, program=_program(), full=full)


def _program() -> str:
    """Say what to type to call this program: its name, or its path where the shell would not find it."""
    name = click.get_current_context().find_root().command_path
    called, found = Path(sys.argv[0]), shutil.which(name)
    if not called.is_file() or (found is not None and called.samefile(found)):
        return name
    return shlex.quote(sys.argv[0])


def _end(sentence: str, status: int) -> NoReturn:
    click.echo(f"Error: {' '.join(sentence.split())}", err=True)
    raise SystemExit(status)
