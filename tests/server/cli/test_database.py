"""What all commands share: which database, which workspace, and what they say when there is none."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pandocast_server.cli import main
from pandocast_server.runtime import Runtime
from pandocast_server.workspaces import NewWorkspace, create_workspace

Run = Callable[..., Result]

COMMANDS = [
    ["keys", "list"],
    ["keys", "create"],
    ["keys", "revoke", "pk_test_12345678"],
    ["webhooks", "list"],
    ["webhooks", "add", "http://127.0.0.1:9/"],
    ["webhooks", "enable", "ep_x"],
    ["webhooks", "deliveries", "ep_x"],
    ["webhooks", "replay", "dlv_x"],
    ["trigger", "content.uploaded"],
]


def refusal(result: Result) -> str:
    """Give the one line in which a command was refused."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_that_is_not_there_is_not_made(run: Run, command: list[str], tmp_path: Path) -> None:
    assert "there is no database" in refusal(run(*command))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_an_empty_database_has_no_workspace(run: Run, runtime: Runtime, command: list[str]) -> None:
    assert "has no workspace yet" in refusal(run(*command))


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_workspace_is_refused(run: Run, workspace: NewWorkspace, command: list[str]) -> None:
    assert refusal(run(*command, "--workspace", "ws_x")) == "there is no workspace ws_x"


@pytest.mark.parametrize(
    "url", ["nonsense", "", "oracle+nothing://x", "sqlite+nothing:///x.db", "sqlite:////dev/null/x.db"]
)
def test_a_url_that_is_no_database_is_refused_in_one_line(url: str) -> None:
    result = CliRunner().invoke(main, ["keys", "list", "--database-url", url], catch_exceptions=False)
    assert refusal(result)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = "Dear diary, " * 1000
    file = tmp_path / "diary.txt"
    file.write_text(text)
    result = CliRunner().invoke(
        main, ["keys", "list", "--database-url", f"sqlite:///{file}"], catch_exceptions=False
    )
    assert "not a database" in refusal(result)
    assert file.read_text() == text


def test_a_workspace_can_be_chosen(
    run_json: Callable[..., list[object]], workspace: NewWorkspace, runtime: Runtime
) -> None:
    other = create_workspace(runtime, "other")
    run_json("webhooks", "add", "http://127.0.0.1:9/", "--workspace", other.workspace_id)
    assert len(run_json("webhooks", "list", "--workspace", other.workspace_id)) == 1
    assert run_json("webhooks", "list") == []
