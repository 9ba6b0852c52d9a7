"""The checks: `nox` runs them all, `nox -s tests-3.12` one of them, `nox -l` lists them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = True
nox.options.reuse_venv = "yes"

PROJECT = nox.project.load_toml("pyproject.toml")
SUPPORTED = ("3.11", "3.12", "3.13")
ASYNC, SYNC = "pandocast_sdk/_async", "pandocast_sdk/_sync"
OF_HTTP_LIBRARIES = "tests/sdk/drivers/http/test_libraries.py"
OTHER_SESSIONS_DO_THESE = (
    "--ignore=tests/docs",
    "--ignore=tests/test_packaging.py",
    f"--ignore={OF_HTTP_LIBRARIES}",
)
WITH_EVERY_CLIENT = (
    "tests/sdk/drivers/http/test_caller_client.py",
    "tests/sdk/drivers/http/test_connection_errors.py",
    "tests/sdk/drivers/http/test_connection_pool.py",
    "tests/sdk/drivers/http/test_request.py",
    "tests/sdk/drivers/http/test_response.py",
    "tests/sdk/drivers/http/test_timeout.py",
    "tests/sdk/drivers/test_secrets.py",
    "tests/integration/test_outcomes.py",
)
# What the other Pythons do less of: what they could break is not found by the thousandth example.
BRIEFLY = {"HYPOTHESIS_PROFILE": "brief", "SIMULATED_SEEDS": "150"}
# Twice as many as processors: half of the time a test waits for a server, or for a window to open.
WORKERS = str(2 * (os.cpu_count() or 1))
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def installed_pythons() -> dict[str, Path]:
    """Find a Python of each supported version; for its own version, the running one."""
    found = {RUNNING: Path(sys.executable)}
    for version in SUPPORTED:
        for candidate in places(version):
            if version not in found and runs(candidate, version):
                found[version] = candidate
    return dict(sorted(found.items()))


def places(version: str) -> Iterator[Path]:
    """Say where a Python may be: on the path, beside the running one, and where pyenv keeps its own."""
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    for versions in (Path(sys.base_prefix).parent, Path.home() / ".pyenv" / "versions"):
        yield from sorted(versions.glob(f"*{version}.*/bin/python{version}"))


def runs(python: Path, version: str) -> bool:
    """Tell whether it is a complete Python of that version, and not a shim for one that is not there."""
    code = "import sqlite3, ssl, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603 - found under the names of Python only
            [python, "-c", code], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.stdout.strip() == version


PYTHONS = installed_pythons()
# So that nox, asked for a version, finds the same ones.
os.environ["PATH"] = os.pathsep.join([*(str(found.parent) for found in PYTHONS.values()), os.environ["PATH"]])


def install(session: nox.Session, *groups: str, project: str | None = None) -> None:
    """Install dependency groups of pyproject.toml, and the project as `project` says."""
    packages = nox.project.dependency_groups(PROJECT, *groups)
    session.install(*([] if project is None else project.split()), *packages)


@nox.session
def lint(session: nox.Session) -> None:
    """Judge the code by the rules of pyproject.toml."""
    install(session, "lint")
    session.run("ruff", "check")


@nox.session(name="format")
def format_(session: nox.Session) -> None:
    """Compare the layout of the code with the formatter's."""
    install(session, "lint")
    session.run("ruff", "format", "--check")


@nox.session
def generated(session: nox.Session) -> None:
    """Compare the sync clients with what the async ones generate."""
    install(session, "generate")
    fresh = Path(session.create_tmp(), "_sync")
    shutil.rmtree(fresh, ignore_errors=True)
    unasyncd(session, f"{ASYNC}/:{fresh}/")  # its own --check finds nothing, whatever there is to find
    if sources(fresh) != sources(Path(SYNC)):
        session.error(f"{SYNC} is not what {ASYNC} generates; run nox -s generate")


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Generate the sync clients from the async ones."""
    install(session, "generate")
    unasyncd(session)


def unasyncd(session: nox.Session, *files: str) -> None:
    """Generate code; it ends with 1 when it has written something, as well as when it has failed."""
    session.run("unasyncd", "--force", *files, success_codes=[0, 1])


def sources(directory: Path) -> dict[str, str]:
    """Read every module of a directory."""
    return {file.name: file.read_text(encoding="utf-8") for file in directory.glob("*.py")}


@nox.session
def arrows(session: nox.Session) -> None:
    """Hold the directions in which modules may import each other."""
    install(session, "arrows")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, with two checkers, as strictly as they can."""
    install(session, "types", "test", "http-clients", project="-e .[server]")
    session.run("mypy")
    session.run("pyright")
    session.run("pyright", "tests/sdk/http_client_types.py")


@nox.session(python=list(PYTHONS))
def tests(session: nox.Session) -> None:
    """Run the tests on every Python that is here; on the running one, measure what they cover."""
    install(session, "test", project="-e .[server]")
    pytest = ["pytest", "-n", WORKERS, *(session.posargs or OTHER_SESSIONS_DO_THESE)]
    if session.posargs:
        session.run(*pytest)
        return
    if session.python != RUNNING:
        session.run(*pytest, "--ignore=tests/benchmarks", env=BRIEFLY)
        return
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", *pytest)
    session.run("coverage", "combine", "-q")
    session.run("coverage", "report")


@nox.session
def http_clients(session: nox.Session) -> None:
    """Run the tests of the wire with the clients that callers may bring, of each library in turn."""
    install(session, "test", "http-clients", project="-e .[server]")
    session.run("pytest", "-n", WORKERS, *(session.posargs or [OF_HTTP_LIBRARIES]))
    for library in ("httpx", "httpx2", "aiohttp"):
        brought = {"BROUGHT_CLIENT": library}  # where it is not installed, the tests cannot be collected
        session.run("pytest", "-n", WORKERS, *(session.posargs or WITH_EVERY_CLIENT), env=brought)


@nox.session
def docs(session: nox.Session) -> None:
    """Do what the documentation shows, with the package as users install it."""
    install(session, "test", "http-clients", project=".[server]")
    session.run("pytest", "-n", WORKERS, *(session.posargs or ["tests/docs"]))


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """Play the hostile server of the stories over real sockets, for longer than the tests do."""
    install(session, "test", project="-e .[server]")
    session.run("pytest", "tests/integration/test_soak.py", *session.posargs, env={"SOAK_SECONDS": "25"})


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure the SDK beside raw httpx and pydantic; write docs/benchmarks.md, unless subjects are named."""
    install(session, "test", "http-clients", project="-e .[server]")
    session.run("python", "-m", "benchmarks", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session
def package(session: nox.Session) -> None:
    """Build the package, look into it, and use it without its extra."""
    install(session, "package")
    # The fixtures of the other tests need what is not installed here.
    session.run("pytest", "--noconftest", "tests/test_packaging.py", *session.posargs)
