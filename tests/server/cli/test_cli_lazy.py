"""The list of commands, and that it costs nothing."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from pandocast_server.cli import main

COMMANDS = ["demo", "serve", "keys", "webhooks", "calendar", "trigger"]
GROUPS = {
    "keys": ["create", "list", "revoke"],
    "webhooks": ["add", "list", "enable", "deliveries", "replay"],
    "calendar": ["url", "enable", "disable", "renew"],
}


def test_help_lists_the_commands() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.partition("Commands:\n")[2].splitlines()] == COMMANDS


def test_help_imports_no_command() -> None:
    code = (
        "import sys\nfrom pandocast_server.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    )
    heavy = "[name for name in ('sqlalchemy', 'uvicorn', 'starlette', 'pydantic') if name in sys.modules]"
    result = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", f"{code}\nprint({heavy}, file=sys.stderr)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "path",
    [[name] for name in COMMANDS if name != "demo"]
    + [[group, name] for group, names in GROUPS.items() for name in names],
)
def test_every_command_has_help(path: list[str]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: pandocast-server {' '.join(path)} ")


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_has_its_commands(group: str) -> None:
    command = main.get_command(click.Context(main), group)
    assert isinstance(command, click.Group)
    assert sorted(command.commands) == sorted(GROUPS[group])


def test_version_is_the_package_s() -> None:
    result = CliRunner().invoke(main, ["--version"], prog_name="pandocast-server")
    assert result.output.startswith("pandocast-server, version ")


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["keys", "nonsense"], ["keys", "list", "--nonsense"]]
)
def test_what_is_no_command_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2
