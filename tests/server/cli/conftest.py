import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pandocast_server.cli import main
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.workspaces import NewWorkspace, create_workspace

Run = Callable[..., Result]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'commands.db'}"


@pytest.fixture
def runtime(database_url: str) -> Iterator[Runtime]:
    """The database as a server has left it."""
    runtime = Runtime.start(Settings(database_url=database_url), durable=False)
    yield runtime
    runtime.database.close()


@pytest.fixture
def workspace(runtime: Runtime) -> NewWorkspace:
    return create_workspace(runtime, "first")


@pytest.fixture
def run(database_url: str) -> Run:
    """Run a command on the database, which it finds as a shell user's would: by the environment."""

    def run(*arguments: str, input: str | None = None) -> Result:  # noqa: A002 - click's word
        return CliRunner().invoke(
            main, arguments, input=input, env={"PANDOCAST_DATABASE_URL": database_url}, catch_exceptions=False
        )

    return run


@pytest.fixture
def run_json(run: Run) -> Callable[..., object]:
    """Run a command that must succeed, with `--json`, and read what it prints."""

    def run_json(*arguments: str) -> object:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run_json
