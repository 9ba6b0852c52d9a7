"""`pandocast-server demo`."""

import json
import logging
import shlex
import shutil
import sys
from pathlib import Path

import click

_CALENDAR = "passband-calendar.ics"


@click.command(epilog="Exit status: 0 all went well, 1 it failed, 2 a file or an option cannot be used.")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--passband", is_flag=True, help="Show the second act: from a feed to posts and a calendar.")
@click.option(
    "--calendar",
    metavar="PATH",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help=f"Name of the second act's calendar file, by default {_CALENDAR}.",
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
    calendar = calendar or Path(_CALENDAR)
    if passband:
        _check_replaceable(calendar)
    # The server's log stays off the screen: without any handler, Python would print warnings.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        # Here, where an interrupt and a failure end well: loading the server takes a moment.
        from rich.console import Console  # noqa: PLC0415

        from pandocast_server.demo import article, feed, surroundings  # noqa: PLC0415
        from pandocast_server.demo.screen import Screen  # noqa: PLC0415

        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a text may hold what a terminal's encoding lacks
        screen = Screen(Console(highlight=False, quiet=as_json), program=_program(), full=full)
        if passband:
            name, body = surroundings.read_feed(file)
            with screen.progress("Passband: one feed, from its entries to posts and a calendar", steps=8):
                document = feed.run(name, body, calendar, screen)
        else:
            text = surroundings.read_article(file)
            with screen.progress("Pandocast: one article, from upload to webhook", steps=6):
                document = article.run(text, screen)
    except (click.ClickException, BrokenPipeError):
        raise  # click prints the one, and ends without a word when nobody reads on
    except Exception as error:  # whatever it is, the person at the keyboard gets one line
        sentence = " ".join(str(error).split())
        raise click.ClickException(f"the demo failed: {sentence} ({type(error).__name__})") from error
    if as_json:
        click.echo(json.dumps(document))


def _check_replaceable(calendar: Path) -> None:
    if not calendar.parent.is_dir():
        raise click.BadParameter("its directory does not exist", param_hint="--calendar")
    if calendar.exists() and not calendar.read_bytes().upper().startswith(b"BEGIN:VCALENDAR"):
        reason = "the file there is not a calendar, and would be lost: choose another name"
        raise click.BadParameter(reason, param_hint="--calendar")


def _program() -> str:
    """Return what to type to call this program: its name, or its path where the shell would not find it."""
    name = click.get_current_context().find_root().command_path
    is_hidden = shutil.which(name) is None and Path(sys.argv[0]).name == name
    return shlex.quote(sys.argv[0]) if is_hidden else name
