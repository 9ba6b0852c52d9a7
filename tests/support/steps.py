"""Follows the steps of CONTRIBUTING.md in a copy of the repository, or forgets a part of one."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from support.doc_pages import ROOT, Block, blocks

COPIED = ("pandocast_sdk", "pandocast_server", "docs", "tests/support")
FILES = ("pyproject.toml", ".importlinter", "README.md")
END_OF_TABLE = "    )\n}\n"
FOR_TYPE_CHECKERS = "  # under `if TYPE_CHECKING:`\n"


def copy_with_steps(target: Path) -> None:
    """Copy what the checks of the SDK need, and follow each step there."""
    for folder in COPIED:
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in FILES:
        shutil.copy(ROOT / file, target)
    for step in steps():
        follow(step, target)


def steps() -> Iterator[Block]:
    """Return the blocks of the page that are for a file."""
    return (block for block in blocks(ROOT / "CONTRIBUTING.md") if block.file is not None)


def follow(step: Block, root: Path) -> None:
    """Write a block to its file, or to the end of the table or class there."""
    target = root / str(step.file)
    text = step.code.partition("\n")[2]
    if not target.exists():
        target.write_text(text, encoding="utf-8")
        return
    before = target.read_text(encoding="utf-8")
    if target.suffix == ".md":
        after = insert(text, r"(?<=\n)(?!\|)", before, start=before.rindex("\n|") + 1)
    else:
        imports, _, body = text.rpartition(FOR_TYPE_CHECKERS)
        end = END_OF_TABLE if before.endswith(END_OF_TABLE) else ""
        after = insert(f"{imports}\n", r"(?<=^if TYPE_CHECKING:\n)", before) if imports else before
        after = after.removesuffix(end) + body + end
    target.write_text(after, encoding="utf-8")


def insert(text: str, pattern: str, into: str, *, start: int = 0) -> str:
    """Insert a text before the first match of a pattern."""
    found = re.compile(pattern, re.MULTILINE).search(into, start)
    assert found is not None, f"there is nowhere to insert {text!r}"
    return into[: found.start()] + text + into[found.start() :]


def forget_definition(path: Path, name: str) -> None:
    """Take a function, a method or a class out of a module."""
    text = path.read_text(encoding="utf-8")
    (found,) = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name
    ]
    assert found.end_lineno is not None
    lines = text.splitlines(keepends=True)
    first = min([found.lineno, *(decorator.lineno for decorator in found.decorator_list)])
    path.write_text("".join(lines[: first - 1] + lines[found.end_lineno :]), encoding="utf-8")


def forget(path: Path, words: str, *, instead: str = "") -> None:
    """Take words that stand once out of a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(words) == 1, f"{path} has {words!r} {text.count(words)} times"
    path.write_text(text.replace(words, instead), encoding="utf-8")


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the packages of a copy; what it covers is not measured."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *words],
        cwd=root,
        env={**inherited, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
