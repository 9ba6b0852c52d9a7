"""The checks: `nox` runs them on this Python, `nox -s tests-3.12` the tests on another, `nox -l` lists them.

Most sessions share the virtual environment of `dev`: making one for each takes longer than they do. Two run
at a time, the tests first, since they take the longest.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nox

nox.needs_version = ">=2026.10.20"  # runs sessions in parallel, each after those that it requires
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = True
nox.options.parallel = 2
nox.options.reuse_venv = "yes"
# Where it is set, each of the many processes under test compiles both packages anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PROJECT = nox.project.load_toml("pyproject.toml")
SUPPORTED = ("3.11", "3.12", "3.13")
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
OTHERS = [version for version in SUPPORTED if version != RUNNING]
DEV = Path(".nox", "dev", "Scripts" if os.name == "nt" else "bin").absolute()
PACKAGES = ("pandocast_sdk", "pandocast_server")
GENERATORS = ("tests/support/unasync.py", "tests/support/exports.py")
TYPED = ("pandocast_sdk", "pandocast_server.testing")
TYPE_TESTS = ("tests/sdk/http_client_types.py", "tests/sdk/webhooks/webhook_types.py")
OF_HTTP_LIBRARIES = "tests/sdk/drivers/http/test_libraries.py"
OTHER_SESSIONS_DO_THESE = (
    "--ignore=tests/docs",
    "--ignore=tests/wild",
    "--ignore=tests/test_packaging.py",
    f"--ignore={OF_HTTP_LIBRARIES}",
)
# Nothing here exchanges anything with a server in the process of the test, where judges sit.
WITHOUT_EXCHANGES = (
    "--ignore=tests/integration/test_kills.py",
    "--ignore=tests/sdk/core",
    "--ignore=tests/sdk/models",
    "--ignore=tests/sdk/webhooks",
    "--ignore=tests/sdk/test_completion.py",
    "--ignore=tests/sdk/test_fake_clocks.py",
    "--ignore=tests/sdk/test_unpublished_responses.py",
)
DIFFERENTIAL = ("tests/server/test_openapi_bounds.py",)
REFERENCE_SAMPLES = ("tests/integration/test_curl_lines.py", "tests/integration/test_node_receiver.py")
IN_THEIR_OWN_SESSIONS = tuple(f"--ignore={path}" for path in (*DIFFERENTIAL, *REFERENCE_SAMPLES))
BESIDE_TOOLS = ("tests/wild", "tests/sdk/test_fake_clocks.py", "tests/server/testing/test_fake_clocks.py")
IN_THE_WILD = (
    "freezegun",
    "gevent",
    "opentelemetry.instrumentation.httpx",
    "opentelemetry.sdk",
    "pytest_httpx",
    "sentry_sdk",
    "uvloop",
)
QUICK = ("-m", "not slow")
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
DOCUMENTS = {name: Path("pandocast_server", "openapi", f"{name}.yaml") for name in ("pandocast", "passband")}
FOREIGN = Path("tests", "foreign")  # what other people's tools do with the documents and the server
NPM_FLAGS = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--no-package-lock")
SIMULATOR = "tests/sdk/core/call/test_simulated_calls.py"
# How hard the tests try: on another Python, by default, and once a day.
BRIEF = {"HYPOTHESIS_PROFILE": "brief", "SIMULATED_SEEDS": "150"}
USUAL = {"SIMULATED_SEEDS": "60"}
THOROUGH = {"HYPOTHESIS_PROFILE": "thorough", "SIMULATED_SEEDS": "600"}
# Most sessions use what `dev` has installed. Two of those that are PARALLEL run at the same time.
SHARED: dict[str, Any] = {"venv_backend": "none", "requires": ["dev"]}
PARALLEL: dict[str, Any] = {**SHARED, "allow_parallel": True}
# There are more workers than processors, as the tests wait for servers and for windows to open. A few tests
# have fewer, as a worker takes seconds to start.
WORKERS = ("-n", str((os.cpu_count() or 1) * 2), "--dist", "worksteal")
FEW_WORKERS = ("-n", "2")


def find_python(version: str) -> Path | None:
    """Find a Python of this version."""
    return next((python for python in candidates(version) if runs(python, version)), None)


def candidates(version: str) -> Iterator[Path]:
    """Yield the paths where a Python may be: on PATH, beside the running one, where pyenv has its own."""
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    for versions in (Path(sys.base_prefix).parent, Path.home() / ".pyenv" / "versions"):
        yield from sorted(versions.glob(f"*{version}.*/bin/python{version}"))


def runs(python: Path, version: str) -> bool:
    """Return whether it is a complete Python of that version, and not a shim for one that is not there."""
    code = "import sqlite3, ssl, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(  # noqa: S603 - found under the names of Python only
            [python, "-c", code], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == version


# So that nox finds them too. The running Python stays the first of its own name.
FOUND = [str(python.parent) for version in OTHERS if (python := find_python(version))]
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), *FOUND, os.environ["PATH"]])


def packages(*groups: str) -> tuple[str, ...]:
    """Return the packages of dependency groups of pyproject.toml."""
    return nox.project.dependency_groups(PROJECT, *groups)


def run(
    session: nox.Session, tool: str, *arguments: str, env: Mapping[str, str] | None = None, **options: Any
) -> None:
    """Run a tool that `dev` has installed, as somebody would who has activated its environment."""
    activated = {"PATH": os.pathsep.join([str(DEV), os.environ["PATH"]]), "VIRTUAL_ENV": str(DEV.parent)}
    session.run(str(DEV / tool), *arguments, env={**activated, **(env or {})}, **options)


@nox.session(allow_parallel=True)
def dev(session: nox.Session) -> None:
    """Install the project, to be edited, and all tools, for the sessions that require it."""
    session.install("--no-compile", "-e", ".[server]", *packages("dev"))
    # Compiles what the tests need, and them, before several processes at a time would do so.
    session.run("pytest", "--collect-only", "-qq", silent=True)


@nox.session(**PARALLEL)
def tests(session: nox.Session) -> None:
    """Run the tests on this Python, and measure what they cover."""
    if session.posargs:
        run(session, "pytest", *WORKERS, *session.posargs)
        return
    run(session, "coverage", "erase")
    left_out = (*OTHER_SESSIONS_DO_THESE, *IN_THEIR_OWN_SESSIONS)
    run(session, "coverage", "run", "-m", "pytest", *WORKERS, *QUICK, *left_out, env=USUAL)
    run(session, "coverage", "combine", "-q")
    run(session, "coverage", "report")


@nox.session(**PARALLEL)
def types(session: nox.Session) -> None:
    """Check types, with two checkers, as strictly as they can, and that all public ones are there."""
    run(session, "mypy")
    # Named, because a file that is named replaces what the configuration includes.
    run(session, "pyright", *PACKAGES, *TYPE_TESTS)
    # It looks for what the packages import beside the Python that comes first on PATH.
    path = os.pathsep.join([str(DEV), os.environ["PATH"]])
    for package in TYPED:  # the webhooks are a part of the first
        run(session, "pyright", "--verifytypes", package, "--ignoreexternal", env={"PATH": path})


@nox.session(**PARALLEL)
def lint(session: nox.Session) -> None:
    """Judge the code by the rules of pyproject.toml."""
    run(session, "ruff", "check")


@nox.session(name="format", **PARALLEL)
def format_(session: nox.Session) -> None:
    """Compare the layout of the code with the formatter's."""
    run(session, "ruff", "format", "--check")


@nox.session(**PARALLEL)
def generated(session: nox.Session) -> None:
    """Compare the blocking flavour and the lists of public names with what generates them."""
    for generator in GENERATORS:
        run(session, "python", generator, "--check")


@nox.session(default=False, **SHARED)
def generate(session: nox.Session) -> None:
    """Write the blocking flavour and the lists of public names."""
    for generator in GENERATORS:
        run(session, "python", generator)


@nox.session(**PARALLEL)
def arrows(session: nox.Session) -> None:
    """Hold the directions in which modules may import each other."""
    run(session, "lint-imports")


@nox.session(allow_parallel=True)
def package(session: nox.Session) -> None:
    """Build the package, look into it, and use it without its extra."""
    session.install(*packages("package"))
    # The fixtures of the other tests need what is not installed here.
    session.run("pytest", "--noconftest", "tests/test_packaging.py", *session.posargs)


@nox.session(**PARALLEL)
def http_clients(session: nox.Session) -> None:
    """Run the tests of what the HTTP libraries have in common, and of what differs."""
    run(session, "pytest", *FEW_WORKERS, *(session.posargs or [OF_HTTP_LIBRARIES]))


@nox.session(default=False, tags=["ci"], **SHARED)
def callers_clients(session: nox.Session) -> None:
    """Run the tests of the wire with the clients that callers may bring, of each library in turn."""
    for library in ("httpx", "httpx2", "aiohttp"):
        run_with_client_of(session, library)


def run_with_client_of(session: nox.Session, library: str) -> None:
    """Run the tests of the wire with the clients of a library, which must be installed."""
    run(session, "pytest", *WORKERS, *(session.posargs or WITH_EVERY_CLIENT), env={"BROUGHT_CLIENT": library})


@nox.session(**PARALLEL)
def docs(session: nox.Session) -> None:
    """Do what the documentation shows, with the package as it is built."""
    built = str(Path(session.create_tmp(), "built"))
    shutil.rmtree(built, ignore_errors=True)
    run(session, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", built, ".")
    env = {"PYTHONPATH": built}  # it comes before the one that `dev` has installed
    run(session, "pytest", *FEW_WORKERS, *(session.posargs or ["tests/docs"]), env=env)


def beside_server(session: nox.Session, *command: str) -> None:
    """Run a command beside a reference server; see tests/foreign/beside_server.py."""
    run(session, "python", "-m", "foreign.beside_server", *command, env={"PYTHONPATH": "tests"})


def npm(session: nox.Session, folder: Path) -> None:
    """Install what the package.json of a folder names; no package runs a program of its own for that."""
    session.run("npm", "install", "--prefix", str(folder), *NPM_FLAGS, external=True, silent=True)


@nox.session(default=False, tags=["ci"], **PARALLEL)
def documents(session: nox.Session) -> None:
    """Judge the OpenAPI documents by spectral and redocly."""
    folder = copied(session, FOREIGN / "linters")
    npm(session, folder)
    tools = folder / "node_modules" / ".bin"
    session.run(
        tools / "spectral", "lint", "--ruleset", folder / "spectral.yaml", *DOCUMENTS.values(), external=True
    )
    session.run(tools / "redocly", "lint", *DOCUMENTS.values(), external=True)


@nox.session(allow_parallel=True)
def differential(session: nox.Session) -> None:
    """Compare the verdicts of a JSON Schema validator with the server's, at and beyond every bound."""
    session.install("-e", ".[server]", *packages("differential"))
    # The fixtures of the other tests need what is not installed here.
    session.run("pytest", "--noconftest", *DIFFERENTIAL, *session.posargs)


@nox.session(allow_parallel=True)
def reference_samples(session: nox.Session) -> None:
    """Run the reference's curl lines and its sample for Node; one that cannot run is a failure."""
    session.install("-e", ".[server]", *packages("reference-samples"))
    session.run("pytest", "--noconftest", *REFERENCE_SAMPLES, *session.posargs)


@nox.session(allow_parallel=True, requires=["dev"])
def generated_python(session: nox.Session) -> None:
    """Go through the published flows with clients that openapi-python-client generates."""
    session.install("openapi-python-client==0.29.*", "ruff")
    folder = Path(session.create_tmp()).absolute()
    for name, document in DOCUMENTS.items():
        target = folder / f"{name}_client"
        session.run(
            *(
                "openapi-python-client",
                "generate",
                "--path",
                document,
                "--output-path",
                target,
                "--overwrite",
            ),
            *("--meta", "none", "--fail-on-warning", "--config", FOREIGN / "openapi_python_client.yaml"),
            silent=True,
        )
    program = ("env", f"PYTHONPATH={folder}", Path(session.bin, "python"), FOREIGN / "python_client_flow.py")
    beside_server(session, *map(str, program))


@nox.session(default=False, tags=["ci"], **PARALLEL)
def generated_typescript(session: nox.Session) -> None:
    """Go through the published flows with clients that openapi-typescript types, strictly."""
    folder = copied(session, FOREIGN / "typescript")
    npm(session, folder)
    tools = folder / "node_modules" / ".bin"
    for name, document in DOCUMENTS.items():
        session.run(
            tools / "openapi-typescript", document, "-o", folder / f"{name}.d.ts", external=True, silent=True
        )
    session.run(tools / "tsc", "-p", folder, external=True)
    beside_server(session, "node", str(folder / "flow.js"))


@nox.session(default=False, tags=["ci"], **PARALLEL)
def prism(session: nox.Session) -> None:
    """Call every operation through Prism: as a proxy before the server, and as a mock in its place."""
    folder = copied(session, FOREIGN / "prism")
    npm(session, folder)
    tool = str(folder / "node_modules" / ".bin" / "prism")
    for mode in ("proxy", "mock"):
        for name, document in DOCUMENTS.items():
            program = ("python", "-m", "foreign.through_prism", tool, mode, name, str(document))
            beside_server(session, *program)


@nox.session(default=False, tags=["ci"], allow_parallel=True, requires=["dev"])
def schemathesis(session: nox.Session) -> None:
    """Fuzz the server by its documents with schemathesis, and look for what one key sees of another's."""
    session.install("schemathesis==4.32.*")
    tool = str(Path(session.bin, "schemathesis"))
    for name, document in DOCUMENTS.items():
        program = ("python", "-m", "foreign.by_schemathesis", tool, name, str(document.absolute()))
        beside_server(session, *program, *session.posargs)


@nox.session(default=False, tags=["ci"])
def openapi_core(session: nox.Session) -> None:
    """Have openapi-core judge every exchange of the SDK's tests with the server, beside our own judge."""
    session.install("-e", ".[server]", *packages("test"), "openapi-core==0.23.*")
    folders = ("tests/integration", "tests/sdk", *OTHER_SESSIONS_DO_THESE, *WITHOUT_EXCHANGES)
    session.run("pytest", *WORKERS, *folders, *session.posargs, env={**BRIEF, "SECOND_JUDGE": "openapi-core"})


def copied(session: nox.Session, source: Path) -> Path:
    """Return a copy of a folder, in which a session may install and write."""
    target = Path(session.create_tmp()).absolute() / source.name
    shutil.copytree(source, target, dirs_exist_ok=True)
    return target


def tests_elsewhere(session: nox.Session) -> None:
    """Run the tests on another Python, each property with fewer examples."""
    session.install("-e", ".[server]", *packages("test"))
    pytest = [
        "pytest",
        *WORKERS,
        *(session.posargs or (*QUICK, *OTHER_SESSIONS_DO_THESE)),
    ]
    session.run(*pytest, env=BRIEF)


for other in OTHERS:
    nox.session(name=f"tests-{other}", python=other, default=False, tags=["ci"])(tests_elsewhere)


@nox.session(default=False, tags=["ci"], **SHARED)
def thorough(session: nox.Session) -> None:
    """Try many more examples of each property and stories of the simulator; run what takes long."""
    run(session, "pytest", *WORKERS, "-m", "hypothesis or slow", *session.posargs, env=THOROUGH)
    run(session, "pytest", *WORKERS, SIMULATOR, env=THOROUGH)


@nox.session(default=False, tags=["ci"], **SHARED)
def soak(session: nox.Session) -> None:
    """Play the hostile server of the stories over real sockets, for longer than the tests do."""
    run(session, "pytest", "tests/integration/test_soak.py", *session.posargs, env={"SOAK_SECONDS": "25"})


@nox.session(default=False, tags=["ci"])
def wild(session: nox.Session) -> None:
    """Run the SDK beside the tools of other people that freeze, mock, trace or run its calls."""
    session.install("-e", ".[server]", *packages("wild"))
    session.run("python", "-c", f"import {', '.join(IN_THE_WILD)}")  # a test without its tool is skipped
    session.run("pytest", *(session.posargs or BESIDE_TOOLS))


@nox.session(default=False, **SHARED)
def bench(session: nox.Session) -> None:
    """Measure the SDK beside raw httpx and pydantic; write docs/benchmarks.md, unless subjects are named."""
    run(session, "python", "-m", "benchmarks", *session.posargs, env={"PYTHONPATH": "tests"})
