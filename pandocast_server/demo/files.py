"""The files of the demo: an article or a feed that it reads, and the calendar that it writes."""

import os
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click
from attrs import field, frozen

from pandocast_server.generation.cleaning import clean, has_substance, one_line

MOST_CHARACTERS = 1_000_000
"""What an upload may hold (contract, section 1, "Bodies")."""

_LONGEST_TITLE = 300
_LONGEST_NAME = 200
_HEADING_WITHIN = 20_000
_CALENDAR = b"BEGIN:VCALENDAR"
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
    """A feed that a source can be made of, with the number of its entries, at least one."""

    name: str
    entries: int
    body: bytes = field(repr=False)


def read_article(path: Path | None) -> Article:
    """Read a file of plain text or Markdown; its title is its first heading, or else its name.

    Without a path it is the article of the package, which an editable checkout has in `docs/`. Of a larger
    file no more is read than an upload could hold.
    """
    if path is None:
        path = _HERE / "article.md"
        path = path if path.is_file() else _HERE.parents[1] / "docs" / "article.md"
    with _refusals(path, "cannot be read"), path.open(encoding="utf-8-sig", newline="") as file:
        text = file.read(MOST_CHARACTERS + 1)
    if "\0" in text:
        raise UnusableFileError(path, "is not text: it looks like a binary file")
    if len(text) > MOST_CHARACTERS:
        raise UnusableFileError(path, f"is too large: an upload may hold {MOST_CHARACTERS:,} characters")
    if not has_substance(clean(text)):
        raise UnusableFileError(path, "is empty: there is nothing to read in it")
    return Article(_title(text, path), text)


def read_feed_file(path: Path | None) -> Feed:
    """Read a file of RSS or Atom, called by its name; without a path, the one of the package."""
    from pandocast_server.outgoing import MAX_BODY  # noqa: PLC0415 - a bad name is refused without these
    from pandocast_server.passband.sources.feeds import FeedError, read_feed  # noqa: PLC0415

    name = "The Second Draft" if path is None else _words(path)[:_LONGEST_NAME].rstrip()
    path = path or _HERE / "feed.xml"
    with _refusals(path, "cannot be read"), path.open("rb") as file:
        body = file.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise UnusableFileError(path, f"is too large: a feed may have {MAX_BODY // 1024**2} MiB")
    try:
        entries = read_feed(body, url="http://127.0.0.1/feed.xml")  # as the server will read it
    except FeedError as error:
        raise UnusableFileError(path, f"cannot be used: {error}") from error
    if not entries:
        raise UnusableFileError(path, "is a feed without entries: there is nothing to draft from")
    return Feed(name if has_substance(name) else "Feed", len(entries), body)


def write_calendar(path: Path, document: bytes | None) -> None:
    """Write a calendar, whole or not at all; without a document, only find out whether one can be written."""
    target = Path(os.path.realpath(path))
    new = target.parent / f".passband-{secrets.token_hex(8)}.tmp"
    with _refusals(path, "cannot be written"):
        exists = target.exists()
        if exists and not target.is_file():
            raise UnusableFileError(path, "is not a file")
        if exists and _beginning(target) not in {b"", _CALENDAR}:
            raise UnusableFileError(path, "is not a calendar, and would be lost: choose another name")
        try:
            new.write_bytes(document or b"")
            if document is not None:
                if exists:
                    shutil.copymode(target, new)
                new.replace(target)
        finally:
            new.unlink(missing_ok=True)


def shown(path: Path) -> str:
    """Return a path in quotes; what a terminal would obey is escaped."""
    return repr(str(path))


@contextmanager
def _refusals(path: Path, problem: str) -> Generator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise UnusableFileError(path, "is not UTF-8 text") from error
    except OSError as error:
        raise UnusableFileError(path, f"{problem}: {error.strerror}") from error


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_CALENDAR)).upper()


def _title(text: str, path: Path) -> str:
    from pandocast_server.generation.markup import read_blocks  # noqa: PLC0415 - it loads a Markdown parser

    blocks = read_blocks(clean(text[:_HEADING_WITHIN]))
    titles = [one_line(block.text) for block in blocks if block.kind == "heading"]
    return next(filter(has_substance, [*titles, _words(path)]), "Untitled")[:_LONGEST_TITLE].rstrip()


def _words(path: Path) -> str:
    return one_line(path.stem.replace("_", " ").replace("-", " "))
