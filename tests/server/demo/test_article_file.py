import os
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.demo import files
from pandocast_server.demo.files import Article, UnusableFileError, read_article


def read(tmp_path: Path, content: bytes, name: str = "file.md") -> Article:
    path = tmp_path / name
    path.write_bytes(content)
    return read_article(path)


def refusal(path: Path) -> str:
    with pytest.raises(UnusableFileError) as caught:
        read_article(path)
    return caught.value.message


def test_the_bundled_article_is_a_long_one_with_a_title() -> None:
    article = read_article(None)
    assert article.title == "Write Once, Publish Calmly"
    assert len(article.text.split()) > 1000


def test_a_packaged_article_comes_before_the_repository_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged = tmp_path / "article.md"
    packaged.write_text("# Packaged\n\nText.")
    monkeypatch.setattr(files, "_HERE", tmp_path)
    assert read_article(None).title == "Packaged"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The *first* heading\n\nText.\n\n# The second", "The first heading"),
        ("Underlined\n==========\n\nText.", "Underlined"),
        ("Text first.\n\n## Then a heading\n\nMore text.", "Then a heading"),
        ("```\n# a comment\n```\n\n# After code", "After code"),
        ("#\n\n# ---\n\n# Words at last", "Words at last"),
        ("# Spaced   out\twidely", "Spaced out widely"),
        ("# " + "long " * 100, ("long " * 60).rstrip()),
        ("Plain text.", "my first draft"),
    ],
)
def test_the_title_is_the_first_heading_or_the_name(tmp_path: Path, text: str, title: str) -> None:
    assert read(tmp_path, text.encode(), "my-first_draft.txt").title == title


def test_a_name_without_words_gives_no_title(tmp_path: Path) -> None:
    assert read(tmp_path, b"Text.", "---.txt").title == "Untitled"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfText.").text == "Text."


def test_the_longest_text_is_taken_whole(tmp_path: Path) -> None:
    text = "\N{GRINNING FACE}" * 1_000_000
    assert read(tmp_path, b"\xef\xbb\xbf" + text.encode()).text == text


def test_one_character_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("é" * 1_000_001, encoding="utf-8")
    assert refusal(path).endswith("is too large: an upload may hold 1,000,000 characters")


def test_of_a_huge_file_no_more_is_read_than_could_be_used(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    tracemalloc.start()
    try:
        assert "looks like a binary file" in refusal(path)
        _, most_memory = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_memory < 10_000_000


@pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\x01\x02", "\u200b\u2003".encode()])
def test_a_file_without_anything_to_read_is_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    assert refusal(path).endswith("is empty: there is nothing to read in it")


def test_text_in_another_encoding_is_told_from_text(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes("abc é".encode("latin-1"))
    assert refusal(path).endswith("is not UTF-8 text")
    path.write_bytes("abc".encode("utf-16-le"))
    assert refusal(path).endswith("looks like a binary file")


def test_a_file_that_fails_while_it_is_read_is_refused() -> None:
    failing = Path("/proc/self/mem")
    if not failing.exists():
        pytest.skip("no such file")
    assert refusal(failing) == "'/proc/self/mem' cannot be read: Input/output error"


@contextmanager
def no_privileges() -> Iterator[None]:
    """Be somebody who may not read everything, for as long as it takes."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "private.txt"
    path.write_text("Text.")
    path.chmod(0)
    with no_privileges():
        assert refusal(path).endswith("cannot be read: Permission denied")


def test_a_name_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    message = refusal(tmp_path / "a\nb\x1b[31m")
    assert message.isprintable()


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_an_article_that_can_be_uploaded_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as directory:
        try:
            article = read(Path(directory), content)
        except UnusableFileError:
            return
    assert 1 <= len(article.title) <= 300
    assert article.title == " ".join(article.title.split())
    assert "\0" not in article.text
