"""The public names: complete, and loaded only when they are asked for."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_origin

import pytest

import pandocast_sdk


def test_the_checkers_see_what_is_there_and_nothing_else() -> None:
    tree = ast.parse(Path(pandocast_sdk.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = [name.asname for node in block.body if isinstance(node, ast.ImportFrom) for name in node.names]
    assert sorted(seen, key=str) == sorted(pandocast_sdk.__all__)


def test_every_name_is_found_and_listed() -> None:
    for name in pandocast_sdk.__all__:
        value = getattr(pandocast_sdk, name)
        assert get_origin(value) is Literal or value.__name__ == name
    assert set(pandocast_sdk.__all__) <= set(dir(pandocast_sdk))


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
        _ = pandocast_sdk.Nonsense


@pytest.mark.parametrize(
    ("statement", "unloaded"),
    [
        ("import pandocast_sdk", {"httpx", "pydantic", "attrs", "tenacity"}),
        ("from pandocast_sdk import PandocastError", {"httpx", "pydantic", "attrs", "tenacity"}),
        ("from pandocast_sdk import Pandocast, AsyncPandocast", {"httpx", "pydantic", "tenacity"}),
        ("from pandocast_sdk import Passband, AsyncPassband", {"httpx", "pydantic", "tenacity"}),
        ("import pandocast_sdk; pandocast_sdk.Pandocast(api_key='pk_test_x')", {"httpx", "pydantic"}),
        (
            "from pandocast_sdk import Passband; Passband(api_key='pk_test_x', base_url='https://a.example')",
            {"httpx", "pydantic"},
        ),
    ],
)
def test_importing_one_thing_loads_that_thing(statement: str, unloaded: set[str]) -> None:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(  # noqa: S603 - our own statements
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not unloaded & set(done.stdout.split())
