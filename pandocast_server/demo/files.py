"""The files that people name when they start the demo, and those that come with the package."""

import errno
import stat
from pathlib import Path

import click
from attrs import field, frozen

from pandocast_server.generation.cleaning import clean, has_substance, one_line

MOST_CHARACTERS = 1_000_000
"""What an upload may hold (contract, section 1, "Bodies")."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_BYTES = len(_BYTE_ORDER_MARK) + 4 * MOST_CHARACTERS
_MEBIBYTE = 1024 * 1024
_LONGEST_TITLE = 300
_LONGEST_NAME = 200
_HEADING_WITHIN = 20_000
_HERE = Path(__file__).parent


class UnusableFileError(click.ClickException):
    """A file cannot be used, in one line for the person who named it."""

    exit_code = 2

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{shown(path)} {reason}")


@frozen
class Article:
    """A text and its title, both within what the API takes."""

    title: str
    text: str = field(repr=False)


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


def read_article(path: Path | None) -> Article:
    """Read a file of plain text or Markdown; its title is its first heading, or else its name.

    Without a path it is the article of the package, which an editable checkout has in `docs/`. Of a larger
    file no more is read than an upload could hold.

    Raises:
        UnusableFileError: There is no such file, or it is none, or it holds no text, no UTF-8 or too much.
    """
    if path is None:
        path = _HERE / "article.md"
        path = path if path.is_file() else _HERE.parents[1] / "docs" / "article.md"
    data = _read(path, most=_MOST_BYTES + 1)
    limit = f"an upload may hold {MOST_CHARACTERS:,} characters"
    if len(data) > _MOST_BYTES:
        raise UnusableFileError(path, f"is too large: {limit}")
    if b"\0" in data:
        raise UnusableFileError(path, "is not text: it looks like a binary file")
    try:
        text = data.removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        raise UnusableFileError(path, f"is not UTF-8 text (at byte {error.start + 1:,})") from error
    if len(text) > MOST_CHARACTERS:
        raise UnusableFileError(path, f"has {len(text):,} characters: {limit}")
    if not has_substance(clean(text)):
        raise UnusableFileError(path, "is empty: there is nothing to read in it")
    return Article(_title(text, path), text)


def read_feed_file(path: Path | None) -> Feed:
    """Read a file of RSS or Atom, which is called by the file's name; without a path, the one of the package.

    Raises:
        UnusableFileError: There is no such file, or it is none, or it holds no feed, no entries or too much.
    """
    from pandocast_server.outgoing import MAX_BODY  # noqa: PLC0415 - a bad name is refused without these
    from pandocast_server.passband.sources.feeds import FeedError, read_feed  # noqa: PLC0415

    name = "The Second Draft" if path is None else _words(path)[:_LONGEST_NAME].rstrip()
    path = path or _HERE / "feed.xml"
    body = _read(path, most=MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise UnusableFileError(path, f"is too large: a feed may have {MAX_BODY // _MEBIBYTE} MiB")
    try:
        entries = read_feed(body, url="http://127.0.0.1/feed.xml")  # as the server will read it
    except FeedError as error:
        raise UnusableFileError(path, f"cannot be used: {error}") from error
    if not entries:
        raise UnusableFileError(path, "is a feed without entries: there is nothing to draft from")
    return Feed(name if has_substance(name) else "Feed", len(entries), body)


def reason(error: OSError) -> str:
    """Return in a few words why the system refused."""
    return error.strerror or errno.errorcode.get(error.errno or 0, "unknown reason")


def shown(path: Path) -> str:
    """Return a path to be shown: a name may hold line breaks, and what a terminal would obey."""
    characters = (each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in str(path))
    return f"'{''.join(characters)}'"


def _read(path: Path, *, most: int) -> bytes:
    """Return what a file or a pipe holds, or the first `most` bytes of more."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UnusableFileError(path, "is a directory, not a file")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise UnusableFileError(path, "is a device, not a file")
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError as error:
        raise UnusableFileError(path, "does not exist") from error
    except OSError as error:
        raise UnusableFileError(path, f"cannot be read: {reason(error)}") from error


def _title(text: str, path: Path) -> str:
    # Only whoever has a readable file pays for loading a Markdown parser.
    from pandocast_server.generation.markup import read_blocks  # noqa: PLC0415

    blocks = read_blocks(clean(text[:_HEADING_WITHIN]))
    titles = [one_line(block.text) for block in blocks if block.kind == "heading"]
    return next(filter(has_substance, [*titles, _words(path)]), "Untitled")[:_LONGEST_TITLE].rstrip()


def _words(path: Path) -> str:
    return one_line(path.stem.replace("_", " ").replace("-", " "))
