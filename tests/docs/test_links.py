"""Every link from one page to another leads somewhere."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from support.doc_pages import ROOT, pages


def inlines(page: Path) -> Iterator[tuple[Token, Token]]:
    """Give each piece of running text with the token before it."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    yield from ((before, token) for before, token in pairwise(tokens) if token.type == "inline")


def anchors(page: Path) -> set[str]:
    titles = (token.content for before, token in inlines(page) if before.type == "heading_open")
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(page: Path) -> Iterator[str]:
    for _, token in inlines(page):
        for child in token.children or []:
            if child.type == "link_open":
                yield str(child.attrs["href"])


HERE = [(page, link) for page in pages() for link in links(page) if not link.startswith("https://")]


@pytest.mark.parametrize(("page", "link"), HERE, ids=lambda value: str(value).removeprefix(f"{ROOT}/"))
def test_a_link_leads_somewhere(page: Path, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    assert target.is_file()
    assert not anchor or anchor in anchors(target)
