import os
import tracemalloc
from pathlib import Path
from threading import Thread

import pytest

from pandocast_server.demo.files import Feed, UnusableFileError, read_feed_file
from pandocast_server.passband.sources.feeds import read_feed

FEED = b"<rss version='2.0'><channel><item><title>A title</title></item></channel></rss>"


def refusal(path: Path) -> str:
    with pytest.raises(UnusableFileError) as caught:
        read_feed_file(path)
    return caught.value.message


def test_the_bundled_feed_has_six_entries_with_something_to_say() -> None:
    feed = read_feed_file(None)
    entries = read_feed(feed.body, url="https://example.com/feed.xml")
    assert (feed.name, feed.entries, len(entries)) == ("The Second Draft", 6, 6)
    assert all(entry.link and entry.published and len(entry.content.split()) > 90 for entry in entries)
    assert all("<p>" in entry.content for entry in entries)
    assert [entry.published for entry in entries] == sorted(
        (entry.published for entry in entries if entry.published), reverse=True
    )


@pytest.mark.parametrize(
    ("name", "source"),
    [("my-first_feed.xml", "my first feed"), ("---.rss", "Feed"), (f"{'x' * 240}.xml", "x" * 200)],
)
def test_a_source_is_called_by_the_file_s_name(tmp_path: Path, name: str, source: str) -> None:
    (tmp_path / name).write_bytes(FEED)
    assert read_feed_file(tmp_path / name) == Feed(source, 1, FEED)


def test_the_largest_feed_is_taken_and_one_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    path.write_bytes(FEED.ljust(10 * 1024 * 1024))
    assert read_feed_file(path).entries == 1
    path.write_bytes(FEED.ljust(10 * 1024 * 1024 + 1))
    assert refusal(path).endswith("large.xml' is too large: a feed may have 10 MiB")


def test_of_a_huge_file_no_more_is_read_than_could_be_used(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    tracemalloc.start()
    try:
        assert "is too large" in refusal(path)
        _, most_memory = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_memory < 25_000_000


def test_a_feed_may_come_from_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    try:
        os.mkfifo(pipe)
    except (AttributeError, OSError):
        pytest.skip("needs named pipes")
    writer = Thread(target=pipe.write_bytes, args=(FEED,))
    writer.start()
    assert read_feed_file(pipe).body == FEED
    writer.join()
