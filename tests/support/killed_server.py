"""`pandocast-server serve` in a process that is killed and started again, on the same port and data.

This module is also the program that starts and kills it: it has imported what a server needs, and forks one
for each life, since to start Python anew takes longer than most of these lives.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from attrs import frozen
from starlette.applications import Starlette

from pandocast_server.generation.generator import load_generator
from pandocast_server.runtime import Runtime


@frozen
class KilledServer:
    """One server through many lives."""

    database_url: str
    port: int
    _program: "subprocess.Popen[str]"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1"

    def start(self) -> None:
        """Start it, and return once it accepts connections."""
        self._tell("start")
        while self._program.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                time.sleep(0.005)
            else:
                return

    def kill(self) -> None:
        """Kill it without any warning."""
        self._tell("kill")

    def _tell(self, command: str) -> None:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        print(command, file=self._program.stdin, flush=True)
        assert self._program.stdout.readline() == f"{command}\n"


@contextmanager
def killed_server(database_url: str) -> Iterator[KilledServer]:
    """Run a server, and fail in the end if a response was not as the OpenAPI document says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    with TemporaryDirectory() as folder:
        verdicts = Path(folder, "verdicts.txt")
        verdicts.touch()
        command = [sys.executable, "-m", "support.killed_server", str(port), database_url, str(verdicts)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(  # noqa: S603 - this file
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as program:
            yield KilledServer(database_url, port, program)
        assert verdicts.read_text() == ""


def _judge_responses(verdicts: Path) -> None:
    from support.openapi_middleware import JudgingMiddleware  # noqa: PLC0415 - the test has it for itself

    from pandocast_server.app import create_app  # noqa: PLC0415 - and needs none of these
    from pandocast_server.cli import serve  # noqa: PLC0415 - likewise

    def note(verdict: str) -> None:  # at once, since the process will be killed
        with verdicts.open("a", encoding="utf-8") as file:
            file.write(f"{verdict}\n")

    def create_judged_app(runtime: Runtime) -> Starlette:
        app = create_app(runtime)
        app.add_middleware(JudgingMiddleware, note=note)
        return app

    mock.patch.object(serve, "create_app", create_judged_app).start()


def _run(port: str, database_url: str, verdicts: str) -> None:
    from pandocast_server.cli.serve import serve  # noqa: PLC0415 - likewise

    _judge_responses(Path(verdicts))
    load_generator("builtin").analyze("So that nothing is loaded later.", "Warm")
    child = 0
    for line in sys.stdin:
        if line == "start\n":
            child = os.fork()
            if child == 0:
                os.close(0)
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                serve(["--port", port, "--database-url", database_url])
        else:
            _kill(child)
            child = 0
        sys.stdout.write(line)
        sys.stdout.flush()
    if child:
        _kill(child)


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    _run(*sys.argv[1:])
