from pathlib import Path
from tempfile import TemporaryDirectory

import click
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from pandocast_server.demo import surroundings
from pandocast_server.demo.surroundings import Article, read_article, read_feed, serving
from pandocast_server.passband.sources.feeds import read_feed as parse


def read(tmp_path: Path, content: bytes, name: str = "file.md") -> Article:
    path = tmp_path / name
    path.write_bytes(content)
    return read_article(path)


def refusal(path: Path) -> str:
    with pytest.raises(click.BadParameter) as caught:
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
    monkeypatch.setattr(surroundings, "_HERE", tmp_path)
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


@pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\x01\x02", "\u200b\u2003".encode()])
def test_a_file_without_anything_to_read_is_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    assert refusal(path) == "there is nothing to read in it"


def test_text_in_another_encoding_is_told_from_text(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes("abc é".encode("latin-1"))
    assert refusal(path) == "it is not UTF-8 text"


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_an_article_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as directory:
        try:
            article = read(Path(directory), content)
        except click.BadParameter:
            return
    assert 1 <= len(article.title) <= 300
    assert article.title == " ".join(article.title.split())


@pytest.mark.parametrize(
    ("name", "source"),
    [("my-first_feed.xml", "my first feed"), ("---.rss", "Feed"), (f"{'x' * 240}.xml", "x" * 200)],
)
def test_a_source_is_called_by_the_file_s_name(tmp_path: Path, name: str, source: str) -> None:
    (tmp_path / name).write_bytes(b"A feed.")
    assert read_feed(tmp_path / name) == (source, b"A feed.")


def test_the_bundled_feed_has_entries_from_the_newest_on() -> None:
    _, body = read_feed(None)
    times = [entry.published for entry in parse(body, url="http://127.0.0.1/feed.xml") if entry.published]
    assert len(times) >= 6
    assert times == sorted(times, reverse=True)


def test_it_is_served_no_longer_than_the_block_runs() -> None:
    with serving(Response(b"a feed"), "/feed.xml") as url:
        assert httpx.get(url, trust_env=False).content == b"a feed"
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
