"""Writes the blocking flavour of the SDK from the async one, by a table of regular expressions.

`python tests/support/unasync.py` writes; with `--check` it compares, and names what differs. A rule that
matches nothing is an error, and so is anything async left in what was written. A docstring or comment that
must read otherwise in the other flavour gets a rule; code that must work otherwise gets a hand-written module
a flavour (`_drivers/async_lists.py`, `_drivers/async_steps.py` and the like).
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

SDK = Path(__file__).parents[2] / "pandocast_sdk"
NOTE = "# Generated from {source} by tests/support/unasync.py; edit that file.\n"

RULES = [
    # what a list is before it is read; the blocking clients read it at once
    (r"\bAsyncPages\b", "Page"),
    (r"\bAsyncCursorPages\b", "CursorPage"),
    # the language
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAwaitable\[([^\[\]]*)\]", r"\1"),
    (r"\bAwaitable, ", ""),
    (r"\b__a(enter|exit|iter|next)__\b", r"__\1__"),
    (r"\ba(next\()", r"\1"),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    # names
    (r"\b(_?)Async(?=[A-Z])", r"\1"),
    (r"\b_async\b", "_sync"),
    (r"\basync_(?=[a-z])", "sync_"),
    (r"load_all\(\"async\"\)", 'load_all("sync")'),
    # words
    (r"\bAwait (?=it\b)", "Call "),
    (r"\btask(s?)\b", r"thread\1"),
    (r"\bThe awaiting driver\b(.*), under asyncio or trio", r"The blocking driver\1"),
    (
        r"Requests that are under way are cancelled\.",
        "It waits for the responses to requests that were sent already.",
    ),
]

LEFT_OVER = re.compile(r"async|await", re.IGNORECASE)

TWINS = ["async_cursor_pages", "async_iteration", "async_pages", "async_session"]
"""The modules of `_drivers` that are the same idea in both flavours."""


def sources() -> dict[Path, Path]:
    """Return which module is written from which."""
    clients = {SDK / "_sync" / file.name: file for file in sorted((SDK / "_async").glob("*.py"))}
    drivers = {
        SDK / "_drivers" / f"{name.replace('async_', 'sync_')}.py": SDK / "_drivers" / f"{name}.py"
        for name in TWINS
    }
    return clients | drivers


def blocking(text: str, used: Counter[str]) -> str:
    """Return a module's text in the blocking flavour, and count the rules that it took."""
    for pattern, replacement in RULES:
        text, times = re.subn(pattern, replacement, text)
        used[pattern] += times
    return text


def formatted(text: str, target: Path) -> str:
    """Return a module's text as ruff lays it out."""
    for command in (["check", "--fix-only", "--select=I,F401", "--quiet"], ["format"]):
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-m", "ruff", *command, f"--stdin-filename={target}", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        )
        text = done.stdout
    return text


def generate() -> dict[Path, str]:
    """Return what every generated module should hold."""
    used: Counter[str] = Counter()
    texts = {
        target: blocking(source.read_text(encoding="utf-8"), used) for target, source in sources().items()
    }
    unused = [pattern for pattern, _ in RULES if not used[pattern]]
    if unused:
        sys.exit(f"rules that match nothing: {', '.join(unused)}")
    for target, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if LEFT_OVER.search(line):
                source = sources()[target].relative_to(SDK.parent)
                sys.exit(f"{source}:{number}: no rule makes this blocking: {line.strip()}")
    return {
        target: formatted(NOTE.format(source=sources()[target].relative_to(SDK.parent)) + text, target)
        for target, text in texts.items()
    }


def main(arguments: list[str]) -> None:
    """Write the generated modules, or with `--check` name those that are not as they should be."""
    texts = generate()
    stray = set((SDK / "_sync").glob("*.py")) - texts.keys()
    if "--check" not in arguments:
        for target, text in texts.items():
            target.write_text(text, encoding="utf-8")
        for target in stray:
            target.unlink()
        return
    differing = stray | {
        target
        for target, text in texts.items()
        if not target.exists() or target.read_text(encoding="utf-8") != text
    }
    if differing:
        names = ", ".join(str(target.relative_to(SDK.parent)) for target in sorted(differing))
        sys.exit(f"not as generated: {names}; run nox -s generate")


if __name__ == "__main__":
    main(sys.argv[1:])
