"""Everything that the documentation shows is done, page by page, from top to bottom.

`test_readme` does what README.md shows.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.doc_pages import ARTICLE, ROOT, Reader, blocks, environment_with, pages

from pandocast_server.testing import ReferenceServer

SECRET = "whsec_of_the_documentation"


@pytest.fixture
def quiet_afterwards() -> Iterator[None]:
    """Undo what a page tells the SDK's logger."""
    yield
    logging.getLogger("pandocast_sdk").setLevel(logging.NOTSET)


@pytest.mark.usefixtures("quiet_afterwards")
@pytest.mark.parametrize(
    "page", [page for page in pages() if page.name != "README.md"], ids=lambda page: page.name
)
def test_a_page_does_what_it_shows(
    page: Path, pandocast_server: ReferenceServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {
        "PANDOCAST_API_KEY": pandocast_server.api_key,
        "PANDOCAST_BASE_URL": pandocast_server.base_url,
        "PASSBAND_API_KEY": pandocast_server.api_key,
        "PASSBAND_BASE_URL": pandocast_server.passband_url,
        "PANDOCAST_WEBHOOK_SECRET": SECRET,
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("docs").symlink_to(ROOT / "docs")
    tmp_path.joinpath("article.md").write_bytes(ARTICLE.read_bytes())
    with Reader(tmp_path, environment_with(told)) as reader:
        for block in blocks(page):
            reader.follow(block)


def test_every_block_says_what_it_is() -> None:
    known = {"python", "console", "sh", "text", "json", "http", "toml", "markdown"}
    unknown = [
        f"{block.page.relative_to(ROOT)}:{block.line}: {block.language!r}"
        for page in pages()
        for block in blocks(page)
        if block.language not in known
    ]
    assert not unknown
