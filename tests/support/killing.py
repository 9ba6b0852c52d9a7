"""A reference server that kills the program which uses it, with SIGKILL, at a request of choice."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Condition
from typing import Literal, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from support.concurrency import PATIENCE

from pandocast_server.testing import ReferenceServer

LONGEST_RUN = 120.0  # seconds

Moment = Literal["instead of", "before", "after"]


class Kill(NamedTuple):
    """When to kill the program.

    Attributes:
        moment: Instead of carrying the request out, before that, or after it; never is a response sent.
        method: The method of the request; empty for all.
        path: The end of its path, likewise.
        number: Which one, of those in one run of the program, from 1.
    """

    moment: Moment
    method: str = ""
    path: str = ""
    number: int = 1


class Killer:
    """Middleware that kills the program, and keeps count of the requests that are under way."""

    def __init__(self) -> None:
        self._victim: subprocess.Popen[str] | None = None
        self._kill: Kill | None = None
        self._seen = 0
        self._under_way = 0
        self._changed = Condition()

    def run(
        self, words: Sequence[str | Path], environment: Mapping[str, str], kill: Kill | None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program until it ends or is killed, and the server has done with its requests."""
        with self._changed:  # no request before it is known whose it is
            self._kill, self._seen = kill, 0
            self._victim = victim = subprocess.Popen(  # noqa: S603 - our own program
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
            )
        try:
            output, errors = victim.communicate(timeout=LONGEST_RUN)
        finally:
            victim.kill()
        return subprocess.CompletedProcess(victim.args, victim.returncode, output, errors)

    def wait_until_idle(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: not self._under_way, PATIENCE)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def kill_or_pass(scope: Scope, receive: Receive, send: Send) -> None:
            with self._changed:
                self._under_way += 1
                moment = self._moment(scope)
            try:
                if moment is None:
                    await app(scope, receive, send)
                    return
                whole = await _received(receive)  # of one who is dead, nothing more comes
                if moment == "after":
                    await app(scope, whole, _nowhere)
                self._strike()
                if moment == "before":
                    await app(scope, whole, _nowhere)
                await send({"type": "http.response.start", "status": 503, "headers": []})
                await send({"type": "http.response.body"})
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()

        return kill_or_pass

    def _moment(self, scope: Scope) -> Moment | None:
        kill = self._kill
        if kill is None or kill.method not in {"", scope["method"]} or not scope["path"].endswith(kill.path):
            return None
        self._seen += 1
        return kill.moment if self._seen == kill.number else None

    def _strike(self) -> None:
        assert self._victim is not None
        self._victim.kill()
        self._victim.wait(PATIENCE)  # it is dead before anything else happens


async def _received(receive: Receive) -> Receive:
    """Receive a request to its end, and return what receives it again."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def receive_again() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive_again


async def _nowhere(_message: Message) -> None:
    return


class KillingServer(ReferenceServer):
    """A server with a killer before it."""

    def __init__(self) -> None:
        self.killer = Killer()
        self.middleware = (self.killer, *ReferenceServer.middleware)  # type: ignore[misc]  # of this one only
        super().__init__(rate_limit=100_000)

    def run(self, words: Sequence[str | Path], kill: Kill | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program that has the key and the address in its environment; see `Killer.run`."""
        environment = {**os.environ, "PANDOCAST_API_KEY": self.api_key, "PANDOCAST_BASE_URL": self.base_url}
        environment.pop("PANDOCAST_LOG", None)
        done = self.killer.run(words, environment, kill)
        # Whatever the program has sent before its death has begun by the time a later request is answered.
        with self.client() as client:
            client.content.list(limit=1)
        self.killer.wait_until_idle()
        return done
