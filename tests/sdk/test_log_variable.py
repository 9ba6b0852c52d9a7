"""`PANDOCAST_LOG` has the SDK print its log; each program runs in a process of its own."""

import os
import re
import subprocess
import sys

import pytest
from support.loopback import free_port

CALLS = """
import asyncio, logging, pickle
from pandocast_sdk import AsyncPandocast, Pandocast, PandocastError
from tenacity.wait import wait_none

options = {"api_key": "pk_test_s3cret", "base_url": URL, "max_retries": 1, "backoff": wait_none()}

def calling(client):
    with client:
        try:
            client.content.list()
        except PandocastError:
            pass

async def awaiting(client):
    async with client:
        try:
            await client.content.list()
        except PandocastError:
            pass

"""

RETRY = "GET /content: no connection could be made; retry 1 of 1 in 0.0 s"
TIMED = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"


def printed(program: str, log: str | None, *, before: str = "") -> list[str]:
    """Return the lines on standard error of a program that calls where nobody listens."""
    environment = {name: value for name, value in os.environ.items() if name != "PANDOCAST_LOG"}
    if log is not None:
        environment["PANDOCAST_LOG"] = log
    whole = f"URL = 'http://127.0.0.1:{free_port()}'\n{before}\n{CALLS}\n{program}"
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", whole], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return done.stderr.splitlines()


@pytest.mark.parametrize(
    "program", ["calling(Pandocast(**options))", "asyncio.run(awaiting(AsyncPandocast(**options)))"]
)
@pytest.mark.parametrize("log", ["info", " INFO"])
def test_info_prints_retries(log: str, program: str) -> None:
    (line,) = printed(program, log)
    assert re.fullmatch(f"{TIMED} INFO pandocast_sdk: {RETRY}", line)


def test_debug_prints_attempts_too() -> None:
    lines = printed("calling(Pandocast(**options))", "Debug")
    assert [line.split(" ", 2)[2].partition(": GET /content")[0] for line in lines] == [
        "DEBUG pandocast_sdk",
        "INFO pandocast_sdk",
        "DEBUG pandocast_sdk",
    ]


@pytest.mark.parametrize("log", [None, ""])
def test_nothing_is_printed_unless_it_is_set(log: str | None) -> None:
    assert printed("calling(Pandocast(**options))", log) == []


def test_many_clients_print_each_line_once() -> None:
    clients = "calling(pickle.loads(pickle.dumps(Pandocast(**options))).with_options(timeout=3))\n"
    assert len(printed(clients * 3, "info")) == 3


def test_an_unknown_level_is_warned_of_once_and_stops_nothing() -> None:
    lines = printed("calling(Pandocast(**options))\n" * 3, "inof")
    assert ["PANDOCAST_LOG must be info or debug, not 'inof'; it is ignored" in line for line in lines] == [
        True,
        False,  # the line of the warning's source
    ]


def test_a_program_that_logs_by_itself_has_each_line_once_and_in_its_format() -> None:
    before = "import logging\nlogging.basicConfig(format='ours %(message)s')"
    assert printed("calling(Pandocast(**options))", "info", before=before) == [f"ours {RETRY}"]


def test_the_root_logger_is_left_alone() -> None:
    root = "root = logging.getLogger(); assert (root.handlers, root.level) == ([], logging.WARNING)"
    assert len(printed(f"calling(Pandocast(**options))\n{root}", "info")) == 1


def test_a_level_that_the_program_sets_later_stays() -> None:
    quiet = "logging.getLogger('pandocast_sdk').setLevel(logging.ERROR)"
    assert printed(f"Pandocast(**options).close()\n{quiet}\ncalling(Pandocast(**options))", "info") == []


def test_importing_the_sdk_reads_nothing() -> None:
    set_late = "import os\nos.environ['PANDOCAST_LOG'] = 'info'\ncalling(Pandocast(**options))"
    assert len(printed(set_late, None)) == 1
