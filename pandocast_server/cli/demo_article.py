"""The text that the demo publishes: a file of the user's, or the article that comes with the package."""

from pathlib import Path

from attrs import field, frozen

from pandocast_server.cli.demo_files import UnusableFileError, read_bytes, shown
from pandocast_server.generation.cleaning import clean, has_substance, one_line

MOST_CHARACTERS = 1_000_000
"""What an upload may hold (contract, section 1, "Bodies")."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_BYTES = len(_BYTE_ORDER_MARK) + 4 * MOST_CHARACTERS
_LONGEST_TITLE = 300
_HEADING_WITHIN = 20_000

_PACKAGED = Path(__file__).with_name("article.md")
_IN_THE_REPOSITORY = Path(__file__).parents[2] / "docs" / "article.md"


@frozen
class Article:
    """A text and its title, both within what the API takes."""

    title: str
    text: str = field(repr=False)


def bundled_article() -> Article:
    """Give the article of the package; an editable checkout has it in `docs/`.

    Raises:
        UnusableFileError: The installation lacks it.
    """
    return read_article(_PACKAGED if _PACKAGED.is_file() else _IN_THE_REPOSITORY)


def read_article(path: Path) -> Article:
    """Read a file of plain text or Markdown; its title is its first heading, or else its name.

    Of a larger file no more is read than an upload could hold.

    Raises:
        UnusableFileError: There is no such file, or it is none, or it holds no text, no UTF-8 or too much.
    """
    name = shown(path)
    data = read_bytes(path, most=_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise UnusableFileError(f"{name} is too large: an upload may hold {MOST_CHARACTERS:,} characters")
    if b"\0" in data:
        raise UnusableFileError(f"{name} is not text: it looks like a binary file")
    try:
        text = data.removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        raise UnusableFileError(f"{name} is not UTF-8 text (at byte {error.start + 1:,})") from error
    if len(text) > MOST_CHARACTERS:
        raise UnusableFileError(
            f"{name} has {len(text):,} characters: an upload may hold {MOST_CHARACTERS:,} characters"
        )
    if not has_substance(clean(text)):
        raise UnusableFileError(f"{name} is empty: there is nothing to read in it")
    return Article(_title(text, path), text)


def _title(text: str, path: Path) -> str:
    # Only whoever has a readable file pays for loading a Markdown parser.
    from pandocast_server.generation.markup import read_blocks  # noqa: PLC0415

    blocks = read_blocks(clean(text[:_HEADING_WITHIN]))
    titles = [one_line(block.text) for block in blocks if block.kind == "heading"]
    titles.append(one_line(path.stem.replace("_", " ").replace("-", " ")))
    return next(filter(has_substance, titles), "Untitled")[:_LONGEST_TITLE].rstrip()
