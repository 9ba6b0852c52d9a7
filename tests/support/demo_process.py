"""The demo as a process of its own, which is how people run it."""

import io
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

_COMMAND = [
    sys.executable,
    "-c",
    "from pandocast_server.cli import main; main(prog_name='pandocast-server')",
    "demo",
]


def _environment(**changes: str) -> dict[str, str]:
    """Return the environment of a process: hardly anything of our own, so that what a test says holds."""
    inherited = {"PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV"}
    return {name: os.environ[name] for name in inherited & set(os.environ)} | changes


def start(
    *arguments: str, encoding: str = "utf-8", directory: Path | None = None, **changes: str
) -> "subprocess.Popen[str]":
    """Start the demo with its output in pipes; `finish` ends it."""
    return subprocess.Popen(  # noqa: S603 - our own code
        [*_COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding=encoding,
        cwd=directory,
        env=_environment(PYTHONIOENCODING=encoding, **changes),
    )


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Wait for its end, and return its status, its output and its errors."""
    try:
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, output, errors


def run_in_a_terminal(*arguments: str, directory: Path | None = None) -> tuple[int, str, str]:
    """Run the demo in a terminal where no colours are wanted, and return its status, output and errors."""
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    controller, terminal = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own code
        [*_COMMAND, *arguments],
        stdout=terminal,
        stderr=subprocess.PIPE,
        cwd=directory,
        env=_environment(TERM="xterm", NO_COLOR="1", COLUMNS="80", PYTHONIOENCODING="utf-8"),
    )
    os.close(terminal)
    shown = io.BytesIO()
    try:
        while select.select([controller], [], [], 60)[0]:
            try:
                shown.write(os.read(controller, 65536))
            except OSError:  # its last holder has closed it
                break
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        os.close(controller)
    return process.returncode, shown.getvalue().decode(), errors.decode()
