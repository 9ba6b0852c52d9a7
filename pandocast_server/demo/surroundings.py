"""What surrounds the demo: the texts that it reads, and a receiver or a site of the user's own."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click
from attrs import field, frozen
from starlette.types import ASGIApp

from pandocast_server.generation.cleaning import clean, has_substance, one_line
from pandocast_server.generation.markup import read_blocks
from pandocast_server.serving import HttpServer, listen
from pandocast_server.testing.server_thread import ServerThread

_LONGEST_TITLE = 300
_LONGEST_NAME = 200
_HEADING_WITHIN = 20_000
_HERE = Path(__file__).parent


@frozen
class Article:
    """A text and its title."""

    title: str
    text: str = field(repr=False)


def read_article(path: Path | None) -> Article:
    """Read a file of plain text or Markdown; its title is its first heading, or else its name.

    Without a path it is the article of the package, which an editable checkout has in `docs/`.
    """
    if path is None:
        path = _HERE / "article.md"
        path = path if path.is_file() else _HERE.parents[1] / "docs" / "article.md"
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.BadParameter("it is not UTF-8 text", param_hint="FILE") from error
    if not has_substance(clean(text)):
        raise click.BadParameter("there is nothing to read in it", param_hint="FILE")
    blocks = read_blocks(clean(text[:_HEADING_WITHIN]))
    titles = [one_line(block.text) for block in blocks if block.kind == "heading"]
    title = next(filter(has_substance, [*titles, _words(path)]), "Untitled")
    return Article(title[:_LONGEST_TITLE].rstrip(), text)


def read_feed(path: Path | None) -> tuple[str, bytes]:
    """Return the name and the bytes of a file of RSS or Atom; without a path, of the one of the package."""
    name = "The Second Draft" if path is None else _words(path)[:_LONGEST_NAME].rstrip()
    return name or "Feed", (path or _HERE / "feed.xml").read_bytes()


@contextmanager
def serving(app: ASGIApp, path: str) -> Generator[str]:
    """Serve an application on a free loopback port for as long as the block runs, and yield its URL."""
    with listen("127.0.0.1", 0) as listener:
        thread = ServerThread(HttpServer(app, grace=0), listener, workers=())
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
        finally:
            thread.stop()


def _words(path: Path) -> str:
    return one_line(path.stem.replace("_", " ").replace("-", " "))
