"""Names what a user can call and no page of the documentation mentions."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from support.doc_pages import pages
from support.exports import exports
from support.sdk_parts import methods

PACKAGES = ("pandocast_sdk", "pandocast_sdk.webhooks")


def faults(root: Path) -> Iterator[str]:
    """Name the public names and the methods that are on no page."""
    documented = [page for page in pages(root) if page.name != "CONTRIBUTING.md"]  # its names are made up
    text = "\n".join(page.read_text(encoding="utf-8") for page in documented)
    names = [name for package in PACKAGES for name, _ in exports(root, package)]
    yield from unmentioned(names, text)
    yield from uncalled(methods(root), text)


def unmentioned(names: Iterable[str], text: str) -> Iterator[str]:
    """Name the names that a text does not have."""
    for name in names:
        if not re.search(rf"\b{name}\b", text):
            yield f"no page mentions {name}"


def uncalled(called: Iterable[str], text: str) -> Iterator[str]:
    """Name the methods, such as `content.list`, that a text does not call."""
    for method in called:
        if f".{method}(" not in text and f"`{method}(" not in text:
            yield f"no page calls {method}"
