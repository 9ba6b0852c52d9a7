"""What is built, and what it does where only the package itself is installed, without its `server` extra."""

import subprocess
import sys
import tarfile
import tomllib
import venv
from email import message_from_string
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("pandocast_sdk", "pandocast_server")


def run(*words: str | Path, directory: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=directory, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - our own words


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "hatchling", "build", "-d", directory)
    assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def bare_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a Python that has the package without its extra, and pytest."""
    directory = tmp_path_factory.mktemp("bare")
    venv.create(directory, with_pip=True)
    python = directory / "bin" / "python"
    done = run(python, "-m", "pip", "install", "-q", wheel, "pytest")
    assert done.returncode == 0, done.stderr
    return python


def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_string(archive.read(name).decode())


def test_the_wheel_holds_both_packages_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for ending in ("*.py", "*.pyi")
        for path in (ROOT / package).rglob(ending)
    }
    assert names == modules | {
        "pandocast_sdk/_core/rate_limit/budget.lua",
        "pandocast_sdk/py.typed",
        "pandocast_server/py.typed",
        "pandocast_server/openapi/pandocast.yaml",
        "pandocast_server/openapi/passband.yaml",
        "pandocast_server/demo/article.md",
        "pandocast_server/demo/feed.xml",
    }


def test_the_metadata_are_those_of_the_project(wheel: Path) -> None:
    told = metadata(wheel)
    assert told["Version"] == PROJECT["version"]
    assert told["Requires-Python"] == PROJECT["requires-python"]
    required = [line for line in told.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert len(required) == len(PROJECT["dependencies"])


def test_the_changelog_tells_of_this_version() -> None:
    assert f"[{PROJECT['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_source_distribution_can_be_checked(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"noxfile.py", ".importlinter", "CHANGELOG.md", "docs/article.md", "tests/test_packaging.py"}
    assert wanted <= names


def test_the_sdk_works_without_the_extra(bare_python: Path, tmp_path: Path) -> None:
    code = """
import pandocast_sdk, pandocast_sdk.webhooks as webhooks
for module in (pandocast_sdk, webhooks):
    for name in module.__all__:
        getattr(module, name)
pandocast_sdk.Pandocast(api_key="pk_test_x").content
pandocast_sdk.AsyncPandocast(api_key="pk_test_x").content
"""
    done = run(bare_python, "-I", "-W", "error", "-c", code, directory=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_endpoints_need_no_framework_until_they_are_made(bare_python: Path, tmp_path: Path) -> None:
    code = """
from importlib import import_module
from pandocast_sdk.webhooks import Webhook
for name in ("asgi", "aws_lambda", "wsgi", "aiohttp", "django", "flask"):
    module = import_module(f"pandocast_sdk.webhooks.{name}")
    try:
        module.endpoint(Webhook("whsec_x"), print)
    except ModuleNotFoundError as error:
        assert name == error.name, error
    else:
        assert name in ("asgi", "aws_lambda", "wsgi")
"""
    done = run(bare_python, "-I", "-W", "error", "-c", code, directory=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_fixtures_name_the_missing_extra(bare_python: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("test_bare.py").write_text(
        "def test_without(): pass\ndef test_with(pandocast_server): pass\n", encoding="utf-8"
    )
    done = run(bare_python, "-m", "pytest", "-p", "no:cacheprovider", directory=tmp_path)
    assert "pip install 'pandocast[server]'" in done.stdout
    assert "1 passed, 1 error" in done.stdout


def test_the_command_names_the_missing_extra(bare_python: Path, tmp_path: Path) -> None:
    done = run(bare_python.with_name("pandocast-server"), "--help", directory=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "pip install 'pandocast[server]'" in done.stderr
