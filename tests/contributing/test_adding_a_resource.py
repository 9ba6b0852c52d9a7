"""The steps of CONTRIBUTING.md add a resource, and each part that is forgotten is named by a check."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import doc_mentions, doc_tables, exports, openapi_operations, sdk_parts
from support.openapi_document import DESCRIPTIONS, PASSBAND_MOUNT
from support.steps import copy_with_steps, forget, forget_definition, run

CALLS = Path(__file__).with_name("call_notes.py")
CREATE = {"operationId": "create_note", "tags": ["Notes"], "responses": {"201": {}}}
LIST = {"operationId": "list_notes", "tags": ["Notes"], "responses": {"200": {}}}

ROUTES = "pandocast_sdk/_core/operations/passband_routes.py"
OPERATIONS = "pandocast_sdk/_core/operations/notes.py"
MODELS = "pandocast_sdk/models/notes.py"
RESOURCE = "pandocast_sdk/_async/notes.py"
CLIENT = "pandocast_sdk/_async/passband.py"
PAGE = "docs/passband.md"

Change = Callable[[Path], None]


def described(*, create: dict[str, Any] = CREATE, tag: str = "Notes") -> dict[str, Any]:
    """Return Passband's document with the notes."""
    known = DESCRIPTIONS[PASSBAND_MOUNT].at()
    notes = {"get": LIST, "post": create} if create else {"get": LIST}
    return {**known, "paths": known["paths"] | {"/notes": notes}, "tags": [*known["tags"], {"name": tag}]}


def faults(root: Path, *, generated: bool = True, **notes: Any) -> Iterator[str]:
    """Run the checks that read the copy: those that CONTRIBUTING.md names."""
    if generated:
        exports.main(root, check=False)
    routes = sdk_parts.routes(root, "passband")
    yield from sdk_parts.faults(root)
    yield from openapi_operations.route_faults(described(**notes), routes)
    yield from openapi_operations.tag_faults(described(**notes))
    yield from exports.faults(root)
    yield from doc_tables.operation_faults(root / PAGE, routes)
    yield from doc_mentions.faults(root)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with the notes, before anything was generated."""
    root = tmp_path_factory.mktemp("followed")
    copy_with_steps(root)
    return root


@pytest.fixture
def copy(followed: Path, tmp_path: Path) -> Path:
    """A copy in which to forget something."""
    for folder in ("pandocast_sdk", "docs", "tests"):
        shutil.copytree(followed / folder, tmp_path / folder)
    for file in ("README.md", "pyproject.toml"):
        shutil.copy(followed / file, tmp_path)
    return tmp_path


def test_the_steps_forget_nothing(copy: Path) -> None:
    assert list(faults(copy)) == []


def words(file: str, text: str, *, instead: str = "") -> Change:
    return lambda root: forget(root / file, text, instead=instead)


def definition(file: str, name: str) -> Change:
    return lambda root: forget_definition(root / file, name)


FORGOTTEN: dict[str, tuple[Change, list[str]]] = {
    "the route": (
        words(ROUTES, '        RouteSpec("create_note", "POST", "/notes", 201),\n'),
        [
            f"{OPERATIONS}: passband_routes.py has no route create_note",
            "create_note is described, and the SDK has no route for it",
            "passband.md has a row for create_note, POST /notes, and the SDK no such route",
        ],
    ),
    "the operation": (
        definition(OPERATIONS, "create_note"),
        ["passband_routes.py: no operation uses the route create_note"],
    ),
    "the method": (definition(RESOURCE, "create"), [f"{OPERATIONS}: no method calls create_note"]),
    "the method of a list": (definition(RESOURCE, "list"), [f"{OPERATIONS}: no method calls all_notes"]),
    "the property": (
        definition(CLIENT, "notes"),
        [f"{RESOURCE}: no client has a property that returns AsyncNotesResource"],
    ),
    "the export": (
        words(MODELS, '__all__ = ["Note"]', instead="__all__ = []"),
        [f"{MODELS}: Note is neither in __all__ nor in _UNEXPORTED"],
    ),
    "the other list of names": (
        words(MODELS, '_UNEXPORTED = ["NoteList"]\n'),
        [f"{MODELS}: NoteList is neither in __all__ nor in _UNEXPORTED"],
    ),
    "the row of the table": (
        words(PAGE, "| `create_note` | `POST /notes` | `client.notes.create(text=...)` | `Note` |\n"),
        ["passband.md has no row for create_note, POST /notes", "no page calls notes.create"],
    ),
    "the call on a page": (
        words(PAGE, "`client.notes.create(text=...)`"),
        ["no page calls notes.create"],
    ),
}


@pytest.mark.parametrize(("change", "named"), FORGOTTEN.values(), ids=FORGOTTEN)
def test_what_is_forgotten_is_named(copy: Path, change: Change, named: list[str]) -> None:
    change(copy)
    assert list(faults(copy)) == named


UNDESCRIBED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "the operation": ({"create": {}}, ["the SDK has a route for create_note, which is not described"]),
    "its tag": ({"create": CREATE | {"tags": []}}, ["create_note has 0 tags instead of one"]),
    "the tag": (
        {"tag": "Nodes"},
        [
            "list_notes has the tag Notes, which the document does not declare",
            "create_note has the tag Notes, which the document does not declare",
            "no operation has the tag Nodes",
        ],
    ),
}


@pytest.mark.parametrize(("notes", "named"), UNDESCRIBED.values(), ids=UNDESCRIBED)
def test_what_the_openapi_document_lacks_is_named(
    copy: Path, notes: dict[str, Any], named: list[str]
) -> None:
    assert list(faults(copy, **notes)) == named


@pytest.fixture
def tools() -> None:
    """Skip where only the tests are installed, as on the other Pythons."""
    for tool in ("importlinter", "mypy", "ruff"):
        pytest.importorskip(tool)


@pytest.mark.usefixtures("tools")
def test_generated_files_that_are_out_of_date_are_named(copy: Path) -> None:
    assert list(faults(copy, generated=False)) == [
        f"{file}: not as generated; run tests/support/exports.py"
        for file in (
            "pandocast_sdk/_exports.py",
            "pandocast_sdk/__init__.pyi",
            "pandocast_sdk/models/__init__.pyi",
        )
    ]
    done = run(copy, "tests/support/unasync.py", "--check")
    files = "pandocast_sdk/_sync/notes.py, pandocast_sdk/_sync/passband.py"
    assert done.returncode == 1
    assert done.stdout == f"not as generated: {files}; run nox -s generate\n"


@pytest.mark.usefixtures("tools")
def test_the_steps_add_a_resource(followed: Path, tmp_path: Path) -> None:
    shutil.copytree(followed, tmp_path, dirs_exist_ok=True)
    for command in (
        ["-m", "ruff", "check", "--quiet", "--fix-only", "--select", "I"],  # as an editor would
        ["-m", "ruff", "format", "--quiet"],
        ["tests/support/unasync.py"],
        ["tests/support/exports.py"],
        ["tests/support/unasync.py", "--check"],
        ["tests/support/exports.py", "--check"],
        ["-m", "ruff", "check"],
        ["-m", "ruff", "format", "--check"],
        ["-c", "from importlinter.cli import *; lint_imports_command()", "--no-cache"],
        ["-m", "mypy", "pandocast_sdk"],
        [str(CALLS)],
    ):
        done = run(tmp_path, *command)
        assert done.returncode == 0, f"{command}:\n{done.stdout}"
