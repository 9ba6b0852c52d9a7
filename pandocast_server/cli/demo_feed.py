"""The feed of the demo's second act: a file of the user's, or the one that comes with the package."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from attrs import field, frozen

from pandocast_server.cli.demo_files import UnusableFileError, read_bytes, shown
from pandocast_server.cli.demo_loopback import LoopbackServer, QuietHandler
from pandocast_server.generation.cleaning import has_substance, one_line
from pandocast_server.outgoing import MAX_BODY
from pandocast_server.passband.sources.feeds import FeedError, read_feed

_MEBIBYTE = 1024 * 1024
_LONGEST_NAME = 200
_PATH = "/feed.xml"
_BUNDLED = Path(__file__).with_name("feed.xml")


@frozen
class Feed:
    """A feed that a source can be made of.

    Attributes:
        name: What to call the source.
        entries: How many entries the server will read of it, at least one.
        body: The file as it is.
    """

    name: str
    entries: int
    body: bytes = field(repr=False)


def bundled_feed() -> Feed:
    """Give the feed of the package.

    Raises:
        UnusableFileError: The installation lacks it.
    """
    return _judged(_BUNDLED, "The Second Draft")


def read_feed_file(path: Path) -> Feed:
    """Read a file of RSS or Atom, which is called by the file's name.

    Raises:
        UnusableFileError: There is no such file, or it is none, or it holds no feed, no entries or too much.
    """
    name = one_line(path.stem.replace("_", " ").replace("-", " "))[:_LONGEST_NAME].rstrip()
    return _judged(path, name if has_substance(name) else "Feed")


@contextmanager
def served(feed: Feed) -> Generator[str]:
    """Serve a feed on a free loopback port for as long as the block runs, and give its URL.

    Raises:
        OSError: There is no free port.
    """
    server = _Server(feed.body)
    server.start()
    try:
        yield server.origin + _PATH
    finally:
        server.stop()


def _judged(path: Path, name: str) -> Feed:
    body = read_bytes(path, most=MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise UnusableFileError(f"{shown(path)} is too large: a feed may have {MAX_BODY // _MEBIBYTE} MiB")
    try:
        # As the server will read it, but before there is one.
        entries = read_feed(body, url=f"http://127.0.0.1{_PATH}")
    except FeedError as error:
        raise UnusableFileError(f"{shown(path)} cannot be used: {error}") from error
    if not entries:
        raise UnusableFileError(f"{shown(path)} is a feed without entries: there is nothing to draft from")
    return Feed(name, len(entries), body)


class _Server(LoopbackServer):
    def __init__(self, body: bytes) -> None:
        self.body = body
        super().__init__("feed", _Handler)


class _Handler(QuietHandler):
    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        if self.path == _PATH:
            # Without a charset: the document itself says it.
            self.answer(200, cast("_Server", self.server).body, "application/xml")
        else:
            self.answer(404, b"the feed is elsewhere")
