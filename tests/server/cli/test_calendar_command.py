"""`calendar`: the address of the feed from a shell."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pandocast_server.cli import main
from pandocast_server.passband.calendar.feed import find_feed
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.workspaces import NewWorkspace, create_workspace

Run = Callable[..., Result]

ACTIONS = ["url", "enable", "disable", "renew"]


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A database as a server has left it."""
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'calendar.db'}")
    runtime = Runtime.start(settings, durable=False)
    yield runtime
    runtime.database.close()


@pytest.fixture
def workspace(runtime: Runtime) -> NewWorkspace:
    return create_workspace(runtime, "first")


@pytest.fixture
def run(runtime: Runtime) -> Run:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(
            main,
            ["calendar", *arguments],
            env={"PANDOCAST_DATABASE_URL": runtime.settings.database_url},
            catch_exceptions=False,
        )

    return run


def told(run: Run, *arguments: str) -> dict[str, object]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def known(runtime: Runtime, workspace_id: str, origin: str = "http://127.0.0.1:8000") -> str | None:
    secret = runtime.database.secret()
    with runtime.database.read() as connection:
        return find_feed(connection, secret, workspace_id=workspace_id).url(origin)


def test_the_address_is_printed_alone(run: Run, runtime: Runtime, workspace: NewWorkspace) -> None:
    url = known(runtime, workspace.workspace_id)
    assert run("url").stdout == f"{url}\n"
    assert told(run, "url") == {"enabled": True, "url": url}


def test_the_feed_is_turned_off_and_on(run: Run, runtime: Runtime, workspace: NewWorkspace) -> None:
    url = known(runtime, workspace.workspace_id)
    assert run("disable").stdout == "The calendar feed is turned off\n"
    assert known(runtime, workspace.workspace_id) is None
    assert told(run, "disable") == told(run, "url") == {"enabled": False, "url": None}
    assert run("url").stdout == "The calendar feed is turned off\n"
    assert run("enable").stdout == f"{url}\n"
    assert told(run, "enable") == {"enabled": True, "url": url}


def test_the_address_is_renewed(run: Run, runtime: Runtime, workspace: NewWorkspace) -> None:
    addresses = [told(run, "url")["url"], told(run, "renew")["url"], run("renew").stdout.strip()]
    assert len(set(addresses)) == 3
    assert addresses[-1] == known(runtime, workspace.workspace_id)


def test_renewing_turns_nothing_on(run: Run, workspace: NewWorkspace) -> None:
    run("disable")
    assert run("renew").stdout == "The calendar feed is turned off\n"
    assert told(run, "renew") == {"enabled": False, "url": None}


def test_a_workspace_can_be_chosen(run: Run, runtime: Runtime, workspace: NewWorkspace) -> None:
    other = create_workspace(runtime, "other").workspace_id
    told(run, "disable", "--workspace", other)
    assert told(run, "url")["enabled"] is True
    assert known(runtime, other) is None


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("https://passband.example.com", "https://passband.example.com"),
        ("https://passband.example.com/", "https://passband.example.com"),
        ("http://[::1]:8001", "http://[::1]:8001"),
    ],
)
def test_the_server_can_be_elsewhere(
    run: Run, runtime: Runtime, workspace: NewWorkspace, given: str, used: str
) -> None:
    url = known(runtime, workspace.workspace_id, used)
    for action in ("url", "enable"):
        assert told(run, action, "--origin", given)["url"] == url


@pytest.mark.parametrize("action", ACTIONS)
def test_a_database_that_is_not_there_is_not_made(action: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    result = CliRunner().invoke(main, ["calendar", action, "--database-url", url], catch_exceptions=False)
    assert result.exit_code == 2
    assert "there is no database" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("action", ACTIONS)
def test_a_workspace_there_must_be(run: Run, action: str) -> None:
    result = run(action)
    assert (result.exit_code, "has no workspace yet" in result.stderr) == (2, True)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_command_has_help(run: Run, action: str) -> None:
    result = run(action, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: pandocast-server calendar {action} ")
