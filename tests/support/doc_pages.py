"""Reads the pages of the documentation, and does what a reader would do with them."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import define, field, frozen
from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent.parent
ARTICLE = ROOT / "docs" / "article.md"  # the demo's text: a page to read, not to follow

_PROMPT = "$ "
_SHOWN_PORT = "8000"
_PATIENCE = 60.0  # seconds for one command


@frozen
class Block:
    """One fenced block of a page.

    Attributes:
        page: Where it stands.
        line: The line of its first character, from 1.
        language: What the fence says, empty if nothing.
        code: What is inside.
    """

    page: Path
    line: int
    language: str
    code: str

    @property
    def file(self) -> str | None:
        """The file of the repository that the block is for, if its first line is a comment that names one."""
        named = re.match(r"(?:# |<!-- )([\w/]+/\w+\.(?:py|md))(?: -->)?\n", self.code)
        return named and named[1]


@frozen
class Command:
    """One command of a transcript and what it is said to print."""

    text: str
    output: str


def pages(root: Path = ROOT) -> list[Path]:
    """Return every page that a reader may follow."""
    texts = [*root.glob("*.md"), *(root / "docs").glob("*.md")]
    return sorted(page for page in texts if page.name != ARTICLE.name)


def blocks(page: Path) -> Iterator[Block]:
    """Return the fenced blocks of a page, top to bottom."""
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "fence" and token.map is not None:
            yield Block(page, token.map[0] + 2, token.info.strip(), token.content)


def commands(transcript: str) -> Iterator[Command]:
    """Take a transcript apart: what follows a prompt is a command, the lines under it its output."""
    for part in re.split(rf"^{re.escape(_PROMPT)}", transcript, flags=re.MULTILINE)[1:]:
        text, _, output = part.replace("\\\n", "").partition("\n")
        yield Command(text, output)


def _free_port() -> str:
    """Return a port to use instead of the one shown, which may be taken on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@define
class Reader:
    """Somebody who tries a page from top to bottom, in one directory and one Python namespace.

    Attributes:
        directory: Where commands and tests run.
        environment: The environment variables of commands and tests.
        printed: What the latest command has printed.
    """

    directory: Path
    environment: Mapping[str, str]
    printed: str = field(init=False, default="")
    _namespace: dict[str, object] = field(init=False, factory=lambda: {"__name__": "__main__"})
    _servers: list[subprocess.Popen[str]] = field(init=False, factory=list)
    _port: str = field(init=False, factory=_free_port)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        codes = [_interrupt(server) for server in self._servers]
        assert kind is not None or not any(codes), f"Ctrl+C did not end a server with 0: {codes}"

    def follow(self, block: Block) -> None:
        """Do what a block shows; blocks of other languages only show something.

        What is for a file of the repository is done in a copy, by the tests of CONTRIBUTING.md.
        """
        if block.file is not None:
            return
        if block.language == "python":
            if re.search(r"^(async )?def test_", block.code, re.MULTILINE):
                self._run_tests(block)
            else:
                self._run_python(block)
        elif block.language == "console":
            for command in commands(block.code):
                self._run_command(command)

    def succeed(self, words: list[str]) -> str:
        """Run a command, which must not fail, and return what it prints."""
        done = subprocess.run(  # noqa: S603 - what our own pages show
            words,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _run_python(self, block: Block) -> None:
        # The empty lines let a traceback name the line of the page.
        code = compile("\n" * (block.line - 1) + block.code, str(block.page), "exec")
        exec(code, self._namespace)  # noqa: S102 - that is the purpose

    def _run_tests(self, block: Block) -> None:
        file = self.directory / f"test_line_{block.line}.py"
        file.write_text(block.code, encoding="utf-8")
        self.succeed([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)])

    def _run_command(self, command: Command) -> None:
        shown = command.output.replace(_SHOWN_PORT, self._port)
        words = shlex.split(command.text.replace(_SHOWN_PORT, self._port))
        if Path(words[0]).name == "pandocast-server" and words[1:2] == ["serve"]:
            printed = self._serve([*words, "--port", self._port], lines=len(shown.splitlines()))
        else:
            printed = self.succeed(words)
        self.printed = printed
        options = ELLIPSIS | NORMALIZE_WHITESPACE
        assert not shown or OutputChecker().check_output(shown, printed, options), (
            f"{command.text} printed\n{printed}\ninstead of\n{shown}"
        )

    def _serve(self, words: list[str], *, lines: int) -> str:
        server = subprocess.Popen(  # noqa: S603 - likewise
            words, cwd=self.directory, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        self._servers.append(server)
        assert server.stdout is not None
        return "".join(server.stdout.readline() for _ in range(lines))


def environment_with(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of somebody who has activated the virtual environment of these tests."""
    scripts = str(Path(sys.executable).parent)
    path = os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])
    return {**os.environ, **variables, "PATH": path, "PYTHONUNBUFFERED": "1"}


def _interrupt(server: subprocess.Popen[str]) -> int:
    server.send_signal(signal.SIGINT)
    try:
        server.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.communicate()
    return server.returncode
