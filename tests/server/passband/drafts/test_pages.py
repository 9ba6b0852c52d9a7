"""Reading web pages: what is kept, what is left out, and input that nobody would write by hand."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.passband.drafts.pages import MAX_TITLE, Page, PageError, read_page


def read(source: str | bytes, content_type: bytes | None = b"text/html") -> Page:
    return read_page(source.encode() if isinstance(source, str) else source, content_type or b"")


def test_paragraphs_headings_lists_and_quotations_are_kept_in_their_order() -> None:
    page = read(
        """<html><head><title>
        The  title &lt;3</title><style>p { color: red }

        </style></head><body><h1>First</h1>

            <p>One <b>bold</b> word
            and a <a href="/x">link</a>.</p>
        <ul><li>item</li>

        <li><p>another</p></li></ul><blockquote>said</blockquote>
        <script>if (a < b) { document.write("<p>never</p>") }

        </script><p>1 &amp; 2 &#x1F388;</p></body></html>"""
    )
    assert page.title == "The title <3"
    assert page.text.split("\n\n") == [
        "## First",
        "One bold word and a link.",
        "- item",
        "- another",
        "> said",
        "1 & 2 🎈",
    ]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<nav>Menu</nav><p>Text</p><footer>Foot</footer>", "Text"),
        ("<p>Around</p><main><p>Text</p></main><p>Around</p>", "Text"),
        ("<main><p>Around</p><article><p>Text</p></article></main>", "Text"),
        ("<article>One</article><p>Two</p><article>Three</article>", "One\n\nTwo\n\nThree"),
        ("<p>Text</p><ASIDE class='x'><p>Advert</p></ASIDE>", "Text"),
        ("<p>Text</p></nav></footer>", "Text"),
        ("<nav>Menu<nav>Inner</nav>Menu</nav><p>Text</p>", "Text"),
        ("</article><p>Text</p><article>", "Text"),
        ("<navy>Text</navy>", "Text"),
        ("no tags at all", "no tags at all"),
    ],
)
def test_what_stands_around_the_text_is_left_out(source: str, text: str) -> None:
    assert read(source).text == text


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("<title>A</title><h1>B</h1>x", "A"),
        ("<TITLE lang=en>A</TITLE>x", "A"),
        ("<h1>B</h1><p>x</p>", "B"),
        ("<title></title><h2>B</h2>x", "B"),
        ("<title>never closed <p>x</p>", ""),
        ("<p>x</p>", ""),
        ("<title>" + "a" * 1_000 + "</title>x", "a" * MAX_TITLE),
    ],
)
def test_the_title_is_that_of_the_page_or_its_first_heading(source: str, title: str) -> None:
    assert read(source).title == title


@pytest.mark.parametrize(
    ("content_type", "source", "text"),
    [
        (b"text/html; charset=utf-8", "é€".encode(), "é€"),
        (b"text/html", "é€".encode(), "é€"),
        (b"text/html; charset=ISO-8859-1", "é€".encode("windows-1252"), "é€"),
        (b'text/html; Charset="shift_jis"', "日本".encode("shift_jis"), "日本"),
        (b"text/html", b"<meta charset=windows-1251>" + "Да".encode("windows-1251"), "Да"),
        (b"text/html; charset=latin1", b"\xef\xbb\xbf" + "é".encode(), "é"),
        (b"text/html", b"\xff\xfe" + "é".encode("utf-16-le"), "é"),
        (b"text/html; charset=zlib", b"plain", "plain"),
        (b"text/html; charset=idna", b"plain", "plain"),
        (b"text/html; charset=windows-9999", b"plain", "plain"),
        (b"text/html; charset=\xff", b"plain", "plain"),
        (b"text/html; charset=utf-8", b"a\xffb", "ab"),
        (b"text/html", b"a\xffb", "aÿb"),
        (b"text/html; charset=utf-8", "é€é".encode() + b"\xff", "é€é"),
        (b"text/html; charset=utf-8", b"<meta charset=windows-1251>" + "Да".encode("windows-1251"), "Да"),
        (b"text/html; charset=shift_jis", "日本".encode("shift_jis") + b"\xff", "日本"),
        (b"text/plain; charset=koi8-r", "Да".encode("koi8-r"), "Да"),
        (b"text/html; charset=iso-8859-1", "é€".encode(), "é€"),
        (b"text/html; charset=utf-16", b"plain", "plain"),
        (b"text/html; charset=utf-16", "é€".encode(), "é€"),
    ],
)
def test_every_charset_is_read_as_far_as_it_can_be(content_type: bytes, source: bytes, text: str) -> None:
    assert read(source, content_type).text == text


def test_plain_text_and_markdown_are_kept_as_they_are() -> None:
    text = "# Title\n\nif a < b: *stress*"
    for content_type in (b"text/plain", b"text/markdown", b"TEXT/Plain; charset=utf-8"):
        assert read(text, content_type) == Page("Title", text)


def test_without_a_type_a_page_is_known_by_how_it_begins() -> None:
    assert read("\n<!doctype html><title>A</title><p>x", None) == Page("A", "x")
    assert read("x < y", None).text == "x < y"


@pytest.mark.parametrize(
    ("content_type", "source", "message"),
    [
        (b"application/pdf", "%PDF", "it is application/pdf, not a page of text"),
        (b"image/png;x", "x", "it is image/png, not"),
        (b"text/html", "", "it holds no text"),
        (b"text/plain", " \n\t", "it holds no text"),
        (b"text/html", "<p> </p><!-- x --><script>1</script>", "it holds no text"),
    ],
)
def test_what_is_no_page_is_refused(content_type: bytes, source: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        read(source, content_type)


@given(st.binary(max_size=300) | st.text("<>/!-&;apnvtile \n\"'=", max_size=300).map(str.encode))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    for content_type in (b"text/html", b"text/plain", None):
        try:
            page = read(body, content_type)
        except PageError:
            continue
        assert page.text.strip()
        (page.title + page.text).encode()


@pytest.mark.parametrize(
    "piece",
    [b"<title", b"<nav ", b"<!--", b" ", b"<p>", b"<", b"&", b"<nav>", b"<script>", b"<a ", b"</nav>"],
)
def test_reading_time_is_proportional_to_size(piece: bytes) -> None:
    """A megabyte of the same piece would take minutes if the time grew with its square."""
    begin = time.process_time()
    for content_type in (b"text/html", b"text/plain"):
        try:
            read(piece * (1_000_000 // len(piece)), content_type)
        except PageError:
            continue
    assert time.process_time() - begin < 30
