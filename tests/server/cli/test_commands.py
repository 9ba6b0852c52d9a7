"""`keys`, `webhooks` and `trigger`: which database and workspace they take, what they do and refuse."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pandocast_server.cli import main
from pandocast_server.keys import ApiKey, find_key
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.workspaces import NewWorkspace, create_workspace

Run = Callable[..., Result]
RunJson = Callable[..., Any]

URL = "http://127.0.0.1:9/hook"

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
def run_json(run: Run) -> RunJson:
    """Run a command that must succeed, with `--json`, and read what it prints."""

    def run_json(*arguments: str) -> Any:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run_json


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


def test_a_workspace_can_be_chosen(run_json: RunJson, workspace: NewWorkspace, runtime: Runtime) -> None:
    other = create_workspace(runtime, "other")
    run_json("webhooks", "add", "http://127.0.0.1:9/", "--workspace", other.workspace_id)
    assert len(run_json("webhooks", "list", "--workspace", other.workspace_id)) == 1
    assert run_json("webhooks", "list") == []


def known(runtime: Runtime, key: str) -> ApiKey | None:
    with runtime.database.read() as connection:
        return find_key(connection, key)


def test_a_created_key_works_until_it_is_revoked(run: Run, runtime: Runtime, workspace: NewWorkspace) -> None:
    key = run("keys", "create", "--name", "ci").stdout.strip()
    found = known(runtime, key)
    assert found is not None
    assert (found.name, found.workspace_id, found.read_only) == ("ci", workspace.workspace_id, False)
    assert run("keys", "revoke", key).exit_code == 0
    assert known(runtime, key) is None


def test_a_key_is_revoked_by_its_public_part(
    run_json: RunJson, runtime: Runtime, workspace: NewWorkspace
) -> None:
    created = run_json("keys", "create", "--read-only", "--live")
    found = known(runtime, created["key"])
    assert found is not None
    assert found.read_only
    assert created["key"].startswith("pk_live_")
    assert run_json("keys", "revoke", created["id"])["revoked_at"]
    assert known(runtime, created["key"]) is None


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_the_list_never_shows_a_key(run: Run, workspace: NewWorkspace, flags: list[str]) -> None:
    key = run("keys", "create", "--name", "ci").stdout.strip()
    listed = run("keys", "list", *flags).stdout
    assert "ci" in listed
    assert key[:16] in listed
    assert key not in listed
    assert workspace.api_key not in listed


@pytest.mark.parametrize("key", ["pk_test_12345678", "nonsense", "pk_test_" + 40 * "a"])
def test_an_unknown_key_is_refused_and_not_repeated(run: Run, workspace: NewWorkspace, key: str) -> None:
    result = run("keys", "revoke", key)
    assert (result.exit_code, result.stderr) == (2, "Error: this workspace has no such key\n")


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_name_out_of_range_is_refused(run: Run, workspace: NewWorkspace, name: str) -> None:
    assert run("keys", "create", "--name", name).exit_code == 2


def test_an_endpoint_s_secret_is_shown_when_it_is_added_and_not_listed(
    run: Run, run_json: RunJson, workspace: NewWorkspace
) -> None:
    added = run_json("webhooks", "add", URL)
    assert added["secret"].startswith("whsec_")
    listed = run("webhooks", "list").stdout + run("webhooks", "list", "--json").stdout
    assert URL in listed
    assert added["secret"] not in listed


def test_a_secret_can_be_given(run: Run, run_json: RunJson, workspace: NewWorkspace) -> None:
    assert run_json("webhooks", "add", URL, "--secret", "whsec_mine")["secret"] == "whsec_mine"
    assert "whsec_other" in run("webhooks", "add", URL, "--secret", "whsec_other").stdout


def test_a_triggered_event_waits_for_the_server(run: Run, run_json: RunJson, workspace: NewWorkspace) -> None:
    endpoint = run_json("webhooks", "add", URL)
    triggered = run_json("trigger", "ab_test.completed", "--data", '{"name": "titles"}')
    [delivery] = run_json("webhooks", "deliveries", endpoint["id"])
    assert delivery["event_id"] == triggered["event_id"]
    assert (delivery["event"], delivery["status"]) == ("ab_test.completed", "pending")
    assert delivery["id"] in run("webhooks", "deliveries", endpoint["id"]).stdout
    assert run_json("webhooks", "replay", delivery["id"])["id"] == delivery["id"]
    assert "pending" in run("webhooks", "replay", delivery["id"]).stdout


def test_an_endpoint_can_be_enabled(run: Run, run_json: RunJson, workspace: NewWorkspace) -> None:
    endpoint = run_json("webhooks", "add", URL)
    assert run_json("webhooks", "enable", endpoint["id"])["enabled"] is True
    assert run("webhooks", "enable", endpoint["id"]).stdout == f"{endpoint['id']} is enabled\n"


def test_data_can_come_from_standard_input(run: Run, workspace: NewWorkspace) -> None:
    result = run("trigger", "content.analyzed", "--data", "-", input=json.dumps({"title": "Ä" * 5000}))
    assert result.exit_code == 0
    assert result.stdout.startswith("content.analyzed recorded as event_")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["webhooks", "add", "ftp://example.com/"], "http"),
        (["webhooks", "add", "http://user:pw@example.com/"], "password"),
        (["webhooks", "add", "http://exa mple.com/"], "visible"),
        (["webhooks", "add", URL, "--secret", ""], "secret"),
        (["webhooks", "enable", "ep_unknown"], "no webhook endpoint ep_unknown"),
        (["webhooks", "deliveries", "ep_unknown"], "no webhook endpoint ep_unknown"),
        (["webhooks", "replay", "dlv_unknown"], "no webhook delivery dlv_unknown"),
        (["trigger", "content.analyzed", "--data", "{"], "not JSON"),
        (["trigger", "content.analyzed", "--data", "[]"], "JSON object"),
        (["trigger", "content.analyzed", "--data", "[" * 100_000], "not JSON"),
        (["trigger", "content.analyzed", "--data", '{"x": NaN}'], "JSON"),
        (["trigger", "content.analyzed", "--data", '{"x": "\\ud800"}'], "surrogates"),
        (["trigger", "two words"], "event type"),
        (["trigger", "line\nbreak"], "event type"),
        (["trigger", ""], "event type"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    run: Run, arguments: list[str], words: str, workspace: NewWorkspace
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert words in line
