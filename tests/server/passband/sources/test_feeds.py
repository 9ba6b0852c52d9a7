"""Feeds as they come: each of the corpus with what is read from it, or the sentence that refuses it."""

import gzip
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pandocast_server.passband.sources.feeds import (
    MAX_ENTRIES,
    MAX_READ,
    MAX_TITLE,
    Entry,
    FeedError,
    read_feed,
)

URL = "https://feeds.example/dir/feed.xml"
CORPUS = Path(__file__).parent / "feeds"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


Row = tuple[str, str | None, datetime | None, str]
"""Title, link, time and content of an entry."""

NOTE = (
    "<p>A note without a title that goes on and on,</p>"
    "<p>until it is much longer than any title should be.</p>"
)

READ: dict[str, list[Row]] = {
    "rss20.xml": [
        ("Second note", "https://blog.example/2", at("2026-03-10 07:30"), "The second."),
        ("First note", "https://blog.example/1", at("2026-03-09 08:00"), "The first."),
    ],
    "rss091_netscape.xml": [("Café olé", "http://old.example/a", None, "From 1999.")],
    "rss10_rdf.xml": [("Triples", "http://rdf.example/1", at("2003-12-13 18:30:02"), "")],
    "atom03.xml": [("Ancient atom", "http://atom.example/1", at("2003-12-13 18:30:02"), "<p>Escaped.</p>")],
    "atom_xml_base.xml": [
        ("Nested bases", "https://base.example/blog/2026/post.html", at("2026-01-01 21:34:05"), "s"),
        ("One base", "https://base.example/root.html", at("2026-01-01"), ""),
    ],
    "atom_xhtml.xml": [
        ("Less is more", "https://a.example/page", at("2026-01-01"), "<p>Marked <b>up</b>.</p>")
    ],
    "atom_prefixed.xml": [("Prefixed", "https://p.example/1", at("2026-02-03 04:05:06"), "")],
    "unusual_namespaces.xml": [
        (
            "Renamed prefixes",
            "https://n.example/1",
            at("2026-03-01"),
            "<p>The long one, under another prefix.</p>",
        )
    ],
    "undeclared_prefix.xml": [("Nobody declared dc", "https://n.example/2", at("2026-03-01"), "")],
    "cdata.xml": [("Tom & Jerry <3 cheese", "https://c.example/?a=1&b=2", None, "<p>One ]]> two</p>")],
    "double_escaped.xml": [
        ("Fish & chips hot", "https://d.example/1", None, ""),
        ("Linked alert(1)title", "https://d.example/2", None, ""),
        ("Why List<T> beats 1 < 2", "https://d.example/3", None, ""),
    ],
    "bare_cdata_end.xml": [
        ("Brackets ]]> in text", "https://b.example/1", None, ""),
        ("R&D; and 1 < 2", "https://b.example/2?x=1&y=2", None, ""),
    ],
    "no_declaration.xml": [("Bare", "https://e.example/", None, "")],
    "leading_blanks.xml": [("Late beginning", "https://l.example/", None, "")],
    "leading_garbage.xml": [("After the warning", "https://g.example/", None, "")],
    "truncated.xml": [
        ("Whole", "https://t.example/1", None, "All of it."),
        ("Cut off", "https://t.example/2", None, ""),
    ],
    "podcast.xml": [
        ("Episode 1", "https://pod.example/1.mp3", None, "We talk."),
        ("https://pod.example/2.mp3", "https://pod.example/2.mp3", None, ""),
    ],
    "guid_kinds.xml": [
        ("Permalink", "https://u.example/perma", None, ""),
        ("No permalink", None, None, ""),
        ("Only a link", "https://u.example/only", None, ""),
        ("Neither", None, None, "Same words."),
        ("Neither", None, None, "Other words."),
    ],
    "duplicate_guids.xml": [("First of its kind", None, None, ""), ("Another", None, None, "")],
    "scripts_of_the_world.xml": [
        ("🚀 Zum Mond 👩🏽\u200d🚀", None, None, ""),
        ("مرحبا بالعالم", None, None, ""),
        ("שלום olleh", None, None, ""),
        ("日本語の題名", None, None, ""),
        ("Ast́rid", None, None, ""),
    ],
    "dates.xml": [
        ("no date", None, None, ""),
        ("nonsense", None, None, ""),
        ("empty", None, None, ""),
        ("iso", None, at("2026-03-10 07:30"), ""),
        ("two digits", None, at("2026-03-10 14:30"), ""),
        ("date only", None, at("2026-03-10"), ""),
        ("far future", None, at("9999-12-31 23:59:59"), ""),
        ("far past", None, at("1601-01-01"), ""),
        ("leap second", None, at("2017-01-01"), ""),
        ("no such day", None, at("2026-03-03 10:00"), ""),  # counted on from the end of February
        ("huge numbers", None, None, ""),
    ],
    "no_titles.xml": [
        (
            "A note without a title that goes on and on, until it is much longer than any…",
            "https://m.example/1",
            None,
            NOTE,
        ),
        ("Short.", "https://m.example/2", None, "<p>Short.</p>"),
        ("https://m.example/3", "https://m.example/3", None, ""),  # and the last says nothing at all
    ],
    "bad_links.xml": [
        ("script", None, None, ""),
        ("data", None, None, ""),
        ("file", None, None, ""),
        ("user", None, None, ""),
        ("relative", "https://feeds.example/dir/posts/1?q=a%20b", None, ""),
        ("rootless", "https://cdn.example/x", None, ""),
        ("umlaut", "https://k.example/gr%C3%BCn", None, ""),
        ("bracket", None, None, ""),
        ("padded", "https://k.example/padded", None, ""),
    ],
    "html_entities.xml": [("Café — déjà vu… &unknown; &c.", "https://h.example/", None, "a\xa0b")],
    "upper_case.xml": [("Shouted", "https://s.example/", None, "")],
    "empty_feed.xml": [],
    "about_entities.xml": [
        (
            "How bombs work",
            "https://z.example/",
            None,
            'Write <!DOCTYPE x [<!ENTITY a "b">]> and &lol; it.',
        )
    ],
}

REFUSED = {
    "refused_billion_laughs.xml": "it declares entities, which is refused",
    "refused_external_entity.xml": "it declares entities, which is refused",
    "refused_page.html": "it is an HTML page, not a feed",
    "refused_page_with_feed_inside.html": "it is an HTML page, not a feed",
    "refused_opml.xml": "it is neither RSS nor Atom",
    "refused_sitemap.xml": "it is neither RSS nor Atom",
    "refused_a_path.txt": "it is neither RSS nor Atom",
    "refused_a_url.txt": "it is neither RSS nor Atom",
}


def rows(entries: list[Entry]) -> list[Row]:
    return [(entry.title, entry.link, entry.published, entry.content) for entry in entries]


def test_every_file_of_the_corpus_has_its_expected_result() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(READ) | set(REFUSED)


@pytest.mark.parametrize("name", READ)
def test_what_is_read_from_a_feed(name: str) -> None:
    assert rows(read_feed((CORPUS / name).read_bytes(), url=URL)) == READ[name]


@pytest.mark.parametrize("name", REFUSED)
def test_why_a_feed_is_refused(name: str) -> None:
    with pytest.raises(FeedError) as refusal:
        read_feed((CORPUS / name).read_bytes(), url=URL)
    assert str(refusal.value) == REFUSED[name]


# ---- encodings, and what no editor would keep as it is

RSS = '<rss version="2.0"><channel><title>t</title>{}</channel></rss>'


def rss(items: str, encoding: str = "utf-8", declared: str | None = None) -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return (declaration + RSS.format(items)).encode(encoding)


def item(title: str, **more: str) -> str:
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return f"<item><title>{title}</title>{fields}</item>"


ENCODED: dict[str, tuple[bytes, str, str]] = {
    "utf-8 with a mark": (b"\xef\xbb\xbf" + rss(item("Grün"), declared="utf-8"), "", "Grün"),
    "utf-16 with a mark": (rss(item("Grün"), "utf-16", "utf-16"), "", "Grün"),
    "utf-16 that says it is utf-8": (rss(item("Grün"), "utf-16", "utf-8"), "", "Grün"),
    "windows-1252": (rss(item("“Grün”"), "windows-1252", "windows-1252"), "", "“Grün”"),
    "windows-1252 that says latin-1": (rss(item("“Grün”"), "windows-1252", "ISO-8859-1"), "", "“Grün”"),
    "utf-8 with a broken byte": (
        rss(item("Grün für bl*au"), declared="utf-8").replace(b"*", b"\xff"),
        "",
        "Grün für blau",
    ),
    "utf-8 that says windows-1252": (rss(item("“Grün”"), "utf-8", "windows-1252"), "", "“Grün”"),
    "ascii that says it is utf-16": (rss(item("Plain"), "ascii", "utf-16"), "", "Plain"),
    "utf-8 that says nothing": (rss(item("“Grün”")), "text/xml; charset=us-ascii", "“Grün”"),
    "the header alone": (rss(item("Жук"), "koi8-r"), 'text/xml; charset="koi8-r"', "Жук"),
    "the document before the header": (rss(item("Жук"), "koi8-r", "koi8-r"), "a/b; charset=latin1", "Жук"),
    "shift_jis": (rss(item("日本語"), "shift_jis", "Shift_JIS"), "", "日本語"),
    "gb18030": (rss(item("漢字"), "gb18030", "gb18030"), "", "漢字"),
    "an encoding that nobody has": (rss(item("Plain"), "ascii", "x-klingon"), "", "Plain"),
    "a codec that is no charset": (rss(item("Plain"), "ascii", "zlib"), "", "Plain"),
    "windows code page that does not exist": (rss(item("Plain"), "ascii", "windows-9999"), "", "Plain"),
    "nul and control characters": (
        rss(item("A\0 \x01con\x1btrol\x7fled\ufffe title")),
        "",
        "A controlled title",
    ),
    "windows-1252 by reference": (rss(item("It&#146;s")), "", "It\u2019s"),
    "a wrong content type": (rss(item("Served as a picture")), "image/png", "Served as a picture"),
}


@pytest.mark.parametrize("case", ENCODED)
def test_text_arrives_whatever_it_is_encoded_in(case: str) -> None:
    body, content_type, title = ENCODED[case]
    assert [entry.title for entry in read_feed(body, url=URL, content_type=content_type.encode())] == [title]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "it is empty, not a feed"),
        (b" \r\n\t ", "it is empty, not a feed"),
        (b"\xef\xbb\xbf", "it is empty, not a feed"),
        (b"[1, 2]", "it is neither RSS nor Atom"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "it is neither RSS nor Atom"),
        (gzip.compress(b"<rss/>", mtime=0), "it is neither RSS nor Atom"),
        (b"<?xml version='1.0'?>", "it is neither RSS nor Atom"),
        (b"<rssfeed><item/></rssfeed>", "it is neither RSS nor Atom"),
        (
            "<!DOCTYPE rss [<!ENTITY a 'b'>]>".encode("utf-16") + rss("", "utf-16-le"),
            "it declares entities, which is refused",
        ),
    ],
    ids=range(9),
)
def test_what_is_no_feed_is_refused_in_a_sentence(body: bytes, sentence: str) -> None:
    with pytest.raises(FeedError, match=sentence):
        read_feed(body, url=URL)


# ---- sizes


def test_of_very_many_entries_the_first_are_read() -> None:
    many = rss("".join(item(f"Entry {n}", guid=f"g{n}") for n in range(10_000)))
    entries = read_feed(many, url=URL)
    assert [entry.title for entry in entries] == [f"Entry {n}" for n in range(MAX_ENTRIES)]


@pytest.mark.parametrize("prefix", ["", "a:"])
def test_of_a_very_large_feed_the_entries_that_fit_are_read(prefix: str) -> None:
    text = "&lt;p&gt;word " * 1_000
    fields = f"<{prefix}title>Entry {{}}</{prefix}title><{prefix}summary>{text}</{prefix}summary>"
    entry = f"<{prefix}entry>{fields}</{prefix}entry>"
    namespace = f"xmlns{prefix and ':a'}='http://www.w3.org/2005/Atom'"
    feed = f"<{prefix}feed {namespace}>{''.join(entry.format(n) for n in range(60))}</{prefix}feed>"
    entries = read_feed(feed.encode(), url=URL)
    assert [entry.title for entry in entries] == [f"Entry {n}" for n in range(MAX_READ // len(entry))]
    assert {len(entry.content) for entry in entries} == {len("<p>word ") * 1_000 - 1}


def test_a_first_entry_that_is_too_large_is_refused() -> None:
    with pytest.raises(FeedError, match="first entry does not end within 262144 characters"):
        read_feed(rss(item("T", description="x" * MAX_READ)), url=URL)


def test_an_enormous_title_is_cut() -> None:
    entries = read_feed(rss(item("x" * 200_000) + item("<![CDATA[" + "long " * 1000 + "]]>")), url=URL)
    assert {len(entry.title) for entry in entries} <= {MAX_TITLE, MAX_TITLE - 1}


DUBLIN_CORE = 'xmlns:x="http://purl.org/dc/elements/1.1/"'

HOSTILE = (
    *("<a/>", "<a>", "&", "<", "<![CDATA[", "<![CDATA[x]]>", "<!x ", "<?x ", "<!-- ", "<!---->", "<b a='"),
    *("<item>", "</item>", "&amp;", "&#65;", "&#0;", "&nbsp;", "<feed ", "<rss ", "<a b=c d e='", "<script>"),
)


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_no_feed_takes_long(unit: str) -> None:
    body = rss("<item><description>" + unit * (250_000 // len(unit)))
    started = time.process_time()
    with suppress(FeedError):
        read_feed(body, url=URL)
    assert time.process_time() - started < 30  # a second


LONG = "a" * 250_000

EXHAUSTING = {
    "an author of one word": item("T").replace("</item>", f"<author>{LONG}</author></item>"),
    "one in another namespace": item("T").replace(
        "</item>", f"<x:creator {DUBLIN_CORE}>{LONG}</x:creator></item>"
    ),
    "one that is not well-formed": f"</b><item><title>T</title><webMaster>{LONG}</item>",
    "categories": "<item><title>T</title>" + "<category>a</category>" * 10_000 + "</item>",
    "terms": "<item><title>T</title><media:keywords>" + "a,b" * 80_000 + "</media:keywords></item>",
    "attributes": "<item " + " ".join(f"a{n}=''" for n in range(20_000)) + "><title>T</title></item>",
    "a base": f"<item xml:base='http://a/{'b/' * 60_000}'><title>T</title>{'<c/>' * 30_000}</item>",
}


@pytest.mark.slow
@pytest.mark.parametrize("case", EXHAUSTING)
def test_what_is_not_read_of_a_feed_costs_little(case: str) -> None:
    started = time.process_time()
    entries = read_feed(rss(EXHAUSTING[case]), url=URL)
    assert [entry.title for entry in entries] == ["T"]
    assert time.process_time() - started < 30  # a word as long as that would take hours


def test_a_place_that_is_none_does_not_cost_the_feed() -> None:
    place = '<x:pos xmlns:x="http://www.opengis.net/gml">here</x:pos>'
    entries = read_feed(rss(item("T").replace("</item>", f"{place}</item>")), url=URL)
    assert [entry.title for entry in entries] == ["T"]


# ---- identity

DIFFERENT: dict[str, Callable[[str], str]] = {
    "guid": lambda value: item("T", guid=value, link="https://a.example/"),
    "link": lambda value: item("T", link=f"https://a.example/{value}"),
    "content": lambda value: item("T", description=value),
    "title": item,
}


@pytest.mark.parametrize("by", DIFFERENT)
def test_entries_are_told_apart_by_the_best_there_is(by: str) -> None:
    make = DIFFERENT[by]
    one, again, other = (fingerprints(make(value))[0] for value in ("1", "1", "2"))
    assert one == again != other
    assert fingerprints(make("1") + make("2") + make("1")) == [one, other]


def test_an_entry_with_a_guid_stays_the_same_when_all_else_changes() -> None:
    before = item("Before", guid="7", link="https://a.example/1", description="one")
    after = item("After", guid="7", link="https://b.example/2", description="two")
    assert fingerprints(before) == fingerprints(after) == fingerprints(before, "https://moved.example/")


def fingerprints(items: str, url: str = URL) -> list[str]:
    return [entry.fingerprint for entry in read_feed(rss(items), url=url)]


# ---- whatever comes

PIECES = st.sampled_from(
    [
        *HOSTILE,
        *("<rss version='2.0'>", "<channel>", "<title>", "</title>", "<guid>", "</guid>", "<link/>", "]]>"),
        *("<link href='http://[::1'/>", "<enclosure url='%'/>", "<pubDate>", "Tue, 10 Mar 2026 10:00:00"),
        *("</pubDate>", "<content type='xhtml' xml:base='//['>", "<entry>", "</entry>", "\ud800", "\0", "ü"),
        *(
            "<!DOCTYPE rss [",
            "]>",
            "<!ENTITY a 'b'>",
            "<?xml version='1.0' encoding='utf-7'?>",
            "+ADw-",
            "--",
        ),
        *("<category/>", "<source>", "<author>", "<a@b.c>", "<media:content url='x'/>", "<georss:point>1"),
        *(
            "<itunes:duration>x",
            "<gml:pos>",
            "<where>",
            "<dc:date>",
            "99999-99-99T99:99:99+99:99",
            "</dc:date>",
        ),
    ]
)


@settings(max_examples=3 * settings().max_examples)
@given(
    st.binary(max_size=400)
    | st.lists(PIECES, max_size=40).map("".join).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
@example(b"<rss><channel><item><link>//[</link></item>")
@example(
    b"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://['><entry><link href='x'/></entry></feed>"
)
def test_any_bytes_are_read_or_refused_and_nothing_worse(body: bytes) -> None:
    for candidate in (body, b"<rss><channel><item>" + body, b"<feed><entry><title>x</title>" + body):
        try:
            entries = read_feed(candidate, url=URL)
        except FeedError as error:
            assert str(error)  # noqa: PT017 - a refusal need not come
            continue
        for entry in entries:
            assert 0 < len(entry.title) <= MAX_TITLE
            assert entry.link is None or entry.link.startswith(("http://", "https://"))
            assert "\0" not in entry.title + entry.content
            (entry.title + entry.content).encode()


def test_reading_opens_no_file_and_no_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(rss(item("From a file")))
    external = f'<!DOCTYPE rss SYSTEM "file://{feed}">'.encode()
    read_feed(rss(item("once, so that all is imported")), url=URL)
    opened: list[object] = []

    def refuse(*given: Any, **_: Any) -> Any:
        opened.append(given)
        raise AssertionError(given)

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for body in (str(feed).encode(), f"file://{feed}".encode(), b"http://127.0.0.1:9/"):
        with pytest.raises(FeedError):
            read_feed(body, url=URL)
    assert [entry.title for entry in read_feed(external + rss(item("Mine")), url=URL)] == ["Mine"]
    assert opened == []


def test_what_breaks_the_parser_is_the_feeds_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> object:
        raise RecursionError

    monkeypatch.setattr("feedparser.parse", break_down)
    with pytest.raises(FeedError, match="cannot be read as a feed"):
        read_feed(rss(item("T")), url=URL)
