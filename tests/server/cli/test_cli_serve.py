"""`serve`, as a process of its own."""

import json
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from pandocast_sdk import Pandocast
from pandocast_server.cli import main

COMMAND = [sys.executable, "-c", "from pandocast_server.cli import main; main(prog_name='pandocast-server')"]


@contextmanager
def started(*options: str, ends_with: signal.Signals = signal.SIGTERM) -> Iterator[list[str]]:
    """Run `serve`, give the lines that it printed until it serves, and end it by a signal."""
    process = subprocess.Popen(  # noqa: S603 - our own code
        [*COMMAND, "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Serving "):
            lines.append(process.stdout.readline())
            assert lines[-1], process.communicate()[1]
        yield [line.rstrip("\n") for line in lines]
        process.send_signal(ends_with)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@contextmanager
def serving(*options: str, ends_with: signal.Signals = signal.SIGTERM) -> Iterator[tuple[str, str | None]]:
    """Run `serve`, give its base URL and the key that it printed, and end it by a signal."""
    with started(*options, ends_with=ends_with) as lines:
        key = re.search(r"pk_test_\w+", "\n".join(lines))
        [url] = [line.split("=", 1)[1] for line in lines if line.startswith("export PANDOCAST_BASE_URL=")]
        yield url, key[0] if key else None


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'served.db'}"


def total(url: str, key: str | None) -> int:
    response = httpx.get(f"{url}/content", headers={"Authorization": f"Bearer {key}"}, trust_env=False)
    assert response.status_code == 200, response.text
    count: int = response.json()["total"]
    return count


@pytest.mark.parametrize("ends_with", [signal.SIGINT, signal.SIGTERM])
def test_the_first_start_prints_a_key_and_a_signal_ends_it(
    database_url: str, ends_with: signal.Signals
) -> None:
    with serving("--database-url", database_url, ends_with=ends_with) as (url, key):
        assert total(url, key) == 0


def test_the_next_start_finds_everything_and_prints_no_key(database_url: str) -> None:
    with serving("--database-url", database_url) as (url, key):
        answer = httpx.post(
            f"{url}/content/upload",
            headers={"Authorization": f"Bearer {key}"},
            json={"title": "Kept", "content_type": "note", "raw_content": "What was stored is still there."},
            trust_env=False,
        )
        assert answer.status_code == 201
    with serving("--database-url", database_url) as (url, other):
        assert other is None
        assert total(url, key) == 1


def exported(lines: list[str]) -> dict[str, str]:
    pairs = [shlex.split(line)[1:] for line in lines if line.startswith("export ")]
    return dict(pair[0].split("=", 1) for pair in pairs if len(pair) == 1)


def test_the_export_lines_of_the_first_start_are_what_a_client_needs(database_url: str) -> None:
    with started("--database-url", database_url) as lines:
        assert [line.partition("=")[0] for line in lines[1:3]] == [
            "export PANDOCAST_API_KEY",
            "export PANDOCAST_BASE_URL",
        ]
        with Pandocast(
            api_key=exported(lines)["PANDOCAST_API_KEY"], base_url=exported(lines)["PANDOCAST_BASE_URL"]
        ) as client:
            assert client.content.list().total == 0


def test_a_later_start_says_how_to_get_a_key(tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path / 'my data.db'}"
    with started("--database-url", database_url):
        pass
    with started("--database-url", database_url) as lines:
        command = re.fullmatch(r"export PANDOCAST_API_KEY=\$\((.+)\)", lines[1])
        assert command, lines
        program, *arguments = shlex.split(command[1])
        assert program == "pandocast-server"
        made = CliRunner().invoke(main, arguments, catch_exceptions=False)
        with Pandocast(api_key=made.stdout.strip(), base_url=exported(lines)["PANDOCAST_BASE_URL"]) as client:
            assert client.content.list().total == 0


def test_a_client_on_this_machine_reaches_a_server_that_listens_on_all_addresses(database_url: str) -> None:
    with serving("--database-url", database_url, "--host", "0.0.0.0") as (url, key):  # noqa: S104 - the case
        assert url.startswith("http://127.0.0.1:")
        assert total(url, key) == 0


@pytest.mark.slow
def test_what_other_commands_write_is_seen_by_the_running_server(database_url: str) -> None:
    environment = {"PANDOCAST_DATABASE_URL": database_url}
    with (
        serving("--database-url", database_url) as (url, _),
        socket.create_server(("127.0.0.1", 0)) as receiver,
    ):
        key = CliRunner().invoke(main, ["keys", "create"], env=environment).stdout.strip()
        assert total(url, key) == 0
        hook = f"http://127.0.0.1:{receiver.getsockname()[1]}/"
        CliRunner().invoke(main, ["webhooks", "add", hook], env=environment)
        data = json.dumps({"name": "from a script"})
        CliRunner().invoke(main, ["trigger", "ab_test.completed", "--data", data], env=environment)
        receiver.settimeout(10)
        connection, _ = receiver.accept()
        with connection:
            received = connection.recv(65536)
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert b"x-pandocast-event: ab_test.completed" in received.lower()


def refusal(*options: str) -> str:
    result = CliRunner().invoke(main, ["serve", *options], catch_exceptions=False)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line


def test_a_port_in_use_is_refused_before_the_database_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refusal("--port", port, "--database-url", f"sqlite:///{tmp_path / 'x.db'}")
    assert line == f"Error: cannot listen on 127.0.0.1:{port}: Address already in use"
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_not_this_machine_s_is_refused(database_url: str) -> None:
    options = ("--database-url", database_url, "--port", "0")
    assert "cannot listen on 192.0.2.1:0" in refusal("--host", "192.0.2.1", *options)
    assert "cannot listen on no.such.host.invalid:0" in refusal("--host", "no.such.host.invalid", *options)


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////nowhere/at/all.db"])
def test_an_unusable_database_is_refused(url: str) -> None:
    assert refusal("--port", "0", "--database-url", url).startswith("Error: ")


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_out_of_range_is_refused(port: str) -> None:
    assert CliRunner().invoke(main, ["serve", "--port", port]).exit_code == 2
