"""`paced_server.py LIMIT WINDOW HOURS`: the reference server in a process of its own.

Its clock is so many hours ahead of this machine's, or behind it. It prints its address and a key; a line on
its input has it print how often it answered with each status, and the end of its input ends it.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import IO

from pandocast_server import clock
from pandocast_server.testing import ReferenceServer


@dataclass(frozen=True)
class PacedServer:
    """What the one who started it needs of it."""

    base_url: str
    api_key: str
    _input: IO[str]
    _output: IO[str]

    def statuses(self) -> dict[int, int]:
        """Tell how often it answered with each status so far."""
        self._input.write("\n")
        self._input.flush()
        return {int(status): times for status, times in json.loads(self._output.readline()).items()}


@contextmanager
def paced_server(limit: int, window: int, *, hours: int = 0) -> Iterator[PacedServer]:
    command = [sys.executable, __file__, str(limit), str(window), str(hours)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        url, key = process.stdout.readline().split()
        yield PacedServer(url, key, process.stdin, process.stdout)
        process.stdin.close()


def _serve(limit: int, window: int, skew: timedelta) -> None:
    class Skewed(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Skewed":
            return cls.fromtimestamp(datetime.now(UTC).timestamp() + skew.total_seconds(), tz)

    vars(clock)["datetime"] = Skewed  # the server's own way to set its clock only goes forward
    with ReferenceServer(rate_limit=limit, rate_window=window) as server:
        print(server.base_url, server.api_key, flush=True)  # noqa: T201 - that is how the parent learns it
        for _ in sys.stdin:
            counts = Counter(request.status for request in server.requests)
            print(json.dumps(counts), flush=True)  # noqa: T201 - likewise


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]), timedelta(hours=int(sys.argv[3])))
