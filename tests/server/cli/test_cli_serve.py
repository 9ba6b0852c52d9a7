"""`serve`, as a process of its own."""

import json
import os
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

from pandocast_server.cli import main

PROGRAM = "from pandocast_sdk import Pandocast; print(Pandocast().content.list().total)"
COMMAND = [sys.executable, "-c", "from pandocast_server.cli import main; main(prog_name='pandocast-server')"]


@contextmanager
def serving(*options: str, ends_with: signal.Signals = signal.SIGTERM) -> Iterator[tuple[str, str | None]]:
    """Run `serve`, give its base URL and the key that it printed, and end it by a signal."""
    process = subprocess.Popen(  # noqa: S603 - our own code
        [*COMMAND, "serve", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        key, url = None, None
        while url is None:
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            found = re.search(r"pk_test_\w+", line)
            key = found[0] if found else key
            address = re.search(r"http://\S+", line)
            url = address[0] if address else None
        yield url, key
        process.send_signal(ends_with)
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


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


def test_it_prints_what_a_shell_needs_to_use_it(database_url: str) -> None:
    arguments = ["serve", "--port", "0", "--database-url", database_url]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own code
        assert process.stdout is not None
        _, *exports, _ = [process.stdout.readline() for _ in range(4)]
        lines = "".join(exports) + f"{sys.executable} -c '{PROGRAM}'"
        shell = ["sh", "-c", lines]
        environment = {name: value for name, value in os.environ.items() if "PANDOCAST" not in name}
        done = subprocess.run(shell, capture_output=True, text=True, env=environment, check=False)  # noqa: S603 - likewise
        process.terminate()
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_a_later_start_says_how_to_get_a_key(tmp_path: Path) -> None:
    options = ("--database-url", f"sqlite:///{tmp_path / 'my data.db'}")
    with serving(*options):
        pass
    arguments = [*COMMAND, "serve", "--port", "0", *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own code
        assert process.stdout is not None
        found = re.search(r"For another key: (.+)\. In another shell:", process.stdout.readline())
        exported = process.stdout.readline()
        process.terminate()
    assert found
    program, *command = shlex.split(found[1])
    assert program == "pandocast-server"
    made = CliRunner().invoke(main, command, catch_exceptions=False)
    assert made.stdout.startswith("pk_test_")
    assert exported.startswith("export PANDOCAST_BASE_URL=http://127.0.0.1:")


def test_an_address_for_all_is_shown_as_one_that_a_client_takes(database_url: str) -> None:
    with serving("--host", "0.0.0.0", "--database-url", database_url) as (url, key):  # noqa: S104 - it is what is tested
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
