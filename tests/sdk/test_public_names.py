"""The public names: complete, written once, and loaded only when they are first used."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Literal, get_origin

import pytest
from support import exports

import pandocast_sdk
from pandocast_sdk import models, webhooks

ROOT = Path(__file__).parents[2]


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own


@pytest.mark.parametrize("package", [pandocast_sdk, models, webhooks], ids=lambda package: package.__name__)
def test_every_name_is_found_and_listed(package: ModuleType) -> None:
    for name in package.__all__:
        value = getattr(package, name)
        if isinstance(value, type):
            assert value.__name__ == name
    assert set(package.__all__) <= set(dir(package))


def test_literals_are_exported_beside_classes() -> None:
    assert get_origin(pandocast_sdk.DraftFormat) is Literal


def test_envelopes_of_responses_are_not_exported_at_the_top() -> None:
    assert set(models.__all__) > {"ContentList", "SlotList"}
    assert not {"ContentList", "SlotList", "WireModel"} & set(pandocast_sdk.__all__)


@pytest.mark.parametrize("package", [pandocast_sdk, models, webhooks], ids=lambda package: package.__name__)
def test_any_other_name_is_an_attribute_error(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
        _ = package.Nonsense


def test_the_generated_files_are_current() -> None:
    assert list(exports.faults(ROOT)) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the SDK to break."""
    shutil.copytree(ROOT / "pandocast_sdk", tmp_path / "pandocast_sdk")
    return tmp_path


def test_a_class_in_no_list_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = copy / "pandocast_sdk/models/notes.py"
    notes.write_text('__all__ = ["Note"]\n\nclass Note: ...\nclass NoteList: ...\nclass _Hidden: ...\n')
    assert exports.main(copy, check=False) == 1
    assert "models/notes.py: NoteList is neither in __all__ nor in _UNEXPORTED\n" in capsys.readouterr().err
    notes.write_text(
        '__all__ = ["Note"]\n_UNEXPORTED = ["NoteList"]\n\nclass Note: ...\nclass NoteList: ...\n'
    )
    assert exports.main(copy, check=False) == 0


def test_a_module_without_a_list_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "pandocast_sdk/models/notes.py").write_text("class Note: ...\n")
    assert exports.main(copy, check=True) == 1
    assert capsys.readouterr().err == "pandocast_sdk/models/notes.py has no __all__\n"


def test_a_module_with_a_list_twice_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "pandocast_sdk/models/notes.py").write_text('__all__ = ["Note"]\n__all__ = []\n')
    assert exports.main(copy, check=True) == 1
    assert capsys.readouterr().err == "models/notes.py has __all__ twice\n"


def test_a_module_that_has_moved_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "pandocast_sdk/options.py").unlink()
    assert exports.main(copy, check=True) == 1
    assert "there is no pandocast_sdk/options.py" in capsys.readouterr().err


def test_a_name_of_two_modules_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "pandocast_sdk/models/notes.py").write_text('__all__ = ["Slot"]\n\nclass Slot: ...\n')
    assert exports.main(copy, check=False) == 1
    assert "pandocast_sdk: two modules have Slot in their __all__\n" in capsys.readouterr().err


def test_a_file_that_is_not_as_generated_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "pandocast_sdk/models/notes.py").write_text('__all__ = ["Note"]\n\nclass Note: ...\n')
    assert exports.main(copy, check=True) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{file}: not as generated; run tests/support/exports.py"
        for file in (
            "pandocast_sdk/_exports.py",
            "pandocast_sdk/__init__.pyi",
            "pandocast_sdk/models/__init__.pyi",
        )
    ]


HEAVY = {"httpx", "pydantic", "attrs", "tenacity"}


@pytest.mark.parametrize(
    ("statement", "unloaded"),
    [
        ("import pandocast_sdk", HEAVY),
        ("from pandocast_sdk import models, webhooks", HEAVY),
        ("from pandocast_sdk import PandocastError", HEAVY),
        ("from pandocast_sdk import Pandocast, AsyncPandocast", HEAVY - {"attrs"}),
        ("from pandocast_sdk import Passband, AsyncPassband", HEAVY - {"attrs"}),
        ("import pandocast_sdk; pandocast_sdk.Pandocast(api_key='pk_test_x')", HEAVY - {"attrs"}),
        (
            "from pandocast_sdk import Passband; Passband(api_key='pk_test_x', base_url='https://a.example')",
            HEAVY - {"attrs"},
        ),
    ],
)
def test_importing_one_name_loads_no_heavy_module(statement: str, unloaded: set[str]) -> None:
    assert not unloaded & set(run(f"{statement}\nimport sys\nprint(*sys.modules)").split())
