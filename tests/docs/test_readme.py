"""A newcomer does what README.md says, to the letter and in order; CI runs what needs the network."""

import sys
from pathlib import Path

from support.doc_pages import ROOT, Reader, blocks, environment_with

README = ROOT / "README.md"


def test_what_it_shows_can_be_pasted_from_top_to_bottom(tmp_path: Path) -> None:
    # What the install line makes, in what looks like a clone.
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    environment = {
        name: value
        for name, value in environment_with({}).items()
        if not name.startswith(("PANDOCAST_", "PASSBAND_"))
    }
    exports: list[str] = []
    outputs: list[str] = []
    with Reader(tmp_path, environment) as reader:
        for block in blocks(README):
            if block.language == "console":
                reader.follow(block)
                exports = [line for line in reader.printed.splitlines() if line.startswith("export ")]
            elif block.language == "python":
                (tmp_path / "publish.py").write_text(block.code, encoding="utf-8")
                shell = "\n".join([*exports, ".venv/bin/python publish.py"])
                outputs.append(reader.succeed(["sh", "-c", shell]))
    assert len(exports) == 2
    assert ", voice match " in outputs[0]


def test_it_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) < 120
