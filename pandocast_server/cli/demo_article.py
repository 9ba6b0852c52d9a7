"""The text that the demo publishes: a file of the user's, or the article that comes with the package."""

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
_LONGEST_TITLE = 300
_HEADING_WITHIN = 20_000

_PACKAGED = Path(__file__).with_name("article.md")
_IN_THE_REPOSITORY = Path(__file__).parents[2] / "docs" / "article.md"


class ArticleError(click.ClickException):
    """The file cannot be published, in one line for the person who named it."""

    exit_code = 2


@frozen
class Article:
    """A text and its title, both within what the API takes."""

    title: str
    text: str = field(repr=False)


def bundled_article() -> Article:
    """Give the article of the package; an editable checkout has it in `docs/`.

    Raises:
        ArticleError: The installation lacks it.
    """
    return read_article(_PACKAGED if _PACKAGED.is_file() else _IN_THE_REPOSITORY)


def read_article(path: Path) -> Article:
    """Read a file of plain text or Markdown; its title is its first heading, or else its name.

    Of a larger file no more is read than an upload could hold.

    Raises:
        ArticleError: There is no such file, or it is none, or holds no text, no UTF-8, or too much of it.
    """
    name = _shown(path)
    data = _read(path, name)
    if len(data) > _MOST_BYTES:
        raise ArticleError(f"{name} is too large: an upload may hold {MOST_CHARACTERS:,} characters")
    if b"\0" in data:
        raise ArticleError(f"{name} is not text: it looks like a binary file")
    try:
        text = data.removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        raise ArticleError(f"{name} is not UTF-8 text (at byte {error.start + 1:,})") from error
    if len(text) > MOST_CHARACTERS:
        raise ArticleError(
            f"{name} has {len(text):,} characters: an upload may hold {MOST_CHARACTERS:,} characters"
        )
    if not has_substance(clean(text)):
        raise ArticleError(f"{name} is empty: there is nothing to read in it")
    return Article(_title(text, path), text)


def _read(path: Path, name: str) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ArticleError(f"{name} is a directory, not a file")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise ArticleError(f"{name} is a device, not a file")
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise ArticleError(f"{name} does not exist") from error
    except OSError as error:
        reason = error.strerror or errno.errorcode.get(error.errno or 0, "unknown reason")
        raise ArticleError(f"{name} cannot be read: {reason}") from error


def _title(text: str, path: Path) -> str:
    # Only whoever has a readable file pays for loading a Markdown parser.
    from pandocast_server.generation.markup import read_blocks  # noqa: PLC0415

    blocks = read_blocks(clean(text[:_HEADING_WITHIN]))
    titles = [one_line(block.text) for block in blocks if block.kind == "heading"]
    titles.append(one_line(path.stem.replace("_", " ").replace("-", " ")))
    return next(filter(has_substance, titles), "Untitled")[:_LONGEST_TITLE].rstrip()


def _shown(path: Path) -> str:
    # A name may hold line breaks, and what a terminal would obey.
    name = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(path)
    )
    return f"'{name}'"
