import pytest

from pandocast_server.generation.markup import Block, read_blocks


def read(text: str) -> list[tuple[str, str]]:
    return [(block.kind, " ".join(block.text.split())) for block in read_blocks(text)]


def test_markdown_becomes_prose() -> None:
    text = """---
title: Front matter
tags: [a]
---
# A *title*

Plain **bold** and _italic_, `code`, [a link](https://example.com "title"), <https://auto.example>
and more.[^1] Next line\\
after a break.

![An image](image.png)

- First item
- Second item

  still the second

1. Numbered

> A quotation.

| a | b |
|---|---|
| 1 | 2 |

<!-- a comment -->
***

Setext
------

[ref]: https://example.com
A [reference][ref] &amp; an entity.
"""
    assert read(text) == [
        ("heading", "A title"),
        (
            "prose",
            "Plain bold and italic, code, a link, https://auto.example and more. Next line after a break.",
        ),
        ("item", "First item"),
        ("item", "Second item"),
        ("item", "still the second"),
        ("item", "Numbered"),
        ("quote", "A quotation."),
        ("heading", "Setext"),
        ("prose", "A reference & an entity."),
    ]


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_fenced_code_is_left_out(fence: str) -> None:
    assert read(f"Before.\n\n{fence}python\nprint('This is code. Not prose.')\n{fence}\n\nAfter.") == [
        ("prose", "Before."),
        ("prose", "After."),
    ]


def test_indented_text_is_prose() -> None:
    assert read("    It was a dark night, and the rain fell.") == [
        ("prose", "It was a dark night, and the rain fell.")
    ]


def test_bullets_of_plain_text_are_items() -> None:
    assert read("Take:\n• a pen\n• some paper\n") == [
        ("prose", "Take:"),
        ("item", "a pen"),
        ("item", "some paper"),
    ]


def test_a_rule_at_the_beginning_is_no_front_matter() -> None:
    assert ("prose", "Just text.") in read("---\nJust text.\n\n---\nMore.")


def test_html_becomes_prose() -> None:
    text = """<!DOCTYPE html><html><head><title>Unread</title></head><body>
<h1>Heading</h1><p>One &lt;paragraph&gt; with <b>bold</b> words.</p><script>var unread = "<p>no</p>";</script>
<ul><li>First</li><li><p>Second</p></li></ul><blockquote><p>Quoted.</p></blockquote>
<!-- unread > --><style>p { color: red }</style>Loose end<br>and more</body></html>"""
    assert read(text) == [
        ("heading", "Heading"),
        ("prose", "One <paragraph> with bold words."),
        ("item", "First"),
        ("item", "Second"),
        ("quote", "Quoted."),
        ("prose", "Loose end"),
        ("prose", "and more"),
    ]


def test_inline_html_is_dropped_and_line_breaks_are_spaces() -> None:
    assert read("Some <em>inline</em> HTML<br/>here.") == [("prose", "Some inline HTML here.")]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "***", "#", "```\n", "<!-- open", "<script>", "|a|\n|-|\n|b|", "![](x)", "[x]: /y"]
)
def test_what_has_no_prose_has_no_blocks(text: str) -> None:
    assert read(text) == []


def test_deep_nesting_is_no_recursion() -> None:
    assert read(">" * 10_000 + "deep") == []
    assert read("[" * 10_000 + "deep") == [("prose", "[" * 10_000 + "deep")]


def test_a_paragraph_of_any_length_is_read_whole() -> None:
    sentence = "Words *and* more words. "
    (block,) = read_blocks(sentence * 2_000)
    assert block.text.split() == ("Words and more words. " * 2_000).split()
    (block,) = read_blocks("x" * 50_000)
    assert block == Block("prose", "x" * 50_000)
