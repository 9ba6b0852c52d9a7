"""What importing the test server and its plugin loads, and what is said when the extra is missing."""

import subprocess
import sys

import pytest

import pandocast_server.testing

WITHOUT_EXTRA = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {'sqlalchemy', 'uvicorn', 'starlette', 'click'}:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Missing())
"""


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603


def test_the_plugin_loads_nothing_of_the_packages() -> None:
    result = python(
        "import sys, pandocast_server.testing.plugin\n"
        "print(sorted(name for name in sys.modules if name.startswith(('pandocast', 'sqlalchemy', 'httpx'))))"
    )
    assert result.stdout.strip() == str(
        ["pandocast_server", "pandocast_server.testing", "pandocast_server.testing.plugin"]
    )


def test_the_plugin_can_be_imported_without_the_extra() -> None:
    assert python(WITHOUT_EXTRA + "import pandocast_server.testing.plugin").returncode == 0


def test_the_server_names_the_missing_extra() -> None:
    result = python(WITHOUT_EXTRA + "from pandocast_server.testing import ReferenceServer")
    assert "pip install 'pandocast[server]'" in result.stderr.splitlines()[-1]


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        _ = pandocast_server.testing.Nonsense
