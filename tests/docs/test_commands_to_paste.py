"""What the documentation gives to paste into a shell is what CI runs, or installs the package."""

from doc_pages import ROOT, blocks, pages

INSTALLATIONS = {"pip install .", "pip install '.[server]'", ".venv/bin/pip install -e '.[server]'"}


def pasted(page: str) -> list[str]:
    return [
        line for block in blocks(ROOT / page) if block.language == "sh" for line in block.code.splitlines()
    ]


def test_the_readme_begins_with_the_two_lines_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    demo, checks = pasted("README.md")[:2]
    assert demo.endswith("pandocast-server demo")
    assert checks.endswith("nox")
    assert demo in ci
    assert checks in ci


def test_both_lines_stand_on_the_first_screen_of_the_readme() -> None:
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]
    assert set(pasted("README.md")[:2]) <= set(first_screen)


def test_other_lines_to_paste_are_known_to_work() -> None:
    known = {*INSTALLATIONS, *pasted("README.md")[:2], *(f".venv/bin/nox{rest}" for rest in SESSIONS)}
    assert {line for page in pages() for line in pasted(str(page.relative_to(ROOT)))} <= known


SESSIONS = {"", " -l", " -s lint format types"}
