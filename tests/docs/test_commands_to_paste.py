"""What the documentation gives to paste into a shell is what CI runs, but for a few lines that are known."""

from support.doc_pages import ROOT, blocks, pages

TRIED_BY_HAND = {
    "pip install .",
    "pip install '.[server]'",
    "pip install '.[redis]'",
    ".venv/bin/pip install -qU pip && .venv/bin/pip install -q -e '.[server]' --group dev",
    ".venv/bin/pytest -n auto",
    ".venv/bin/nox -l",
    ".venv/bin/nox -s lint format types",
}


def pasted(page: str) -> list[str]:
    return [
        line for block in blocks(ROOT / page) if block.language == "sh" for line in block.code.splitlines()
    ]


def test_the_lines_of_the_readme_are_those_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    install, demo, checks = pasted("README.md")
    assert demo == f"{install} && .venv/bin/pandocast-server demo"
    assert checks.endswith("nox")
    assert demo in ci
    assert checks in ci


def test_they_stand_on_the_first_screens_of_the_readme() -> None:
    first_screens = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:60]
    assert set(pasted("README.md")) <= set(first_screens)


def test_no_other_line_is_given_to_paste() -> None:
    given = {line for page in pages() for line in pasted(str(page.relative_to(ROOT)))}
    assert given == {*pasted("README.md"), *TRIED_BY_HAND}
