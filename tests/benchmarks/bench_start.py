"""The reference server before it has work: how soon it answers, how soon it is empty again, what it takes.

Each start is that of a fresh process, from its first import to the first list that it answers. At rest is
`pandocast-server serve`, three seconds after it has said that it serves: the memory that is its own or shared
with other processes (`VmRSS`, on Linux only). There is no base: the figures are this machine's.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from benchmarks.frame import Row

from pandocast_server.testing import ReferenceServer

_FIRST_ANSWER = """
import time
began = time.perf_counter()
from http.client import HTTPConnection
from urllib.parse import urlsplit
from pandocast_server.testing import ReferenceServer

with ReferenceServer() as server:
    connection = HTTPConnection(urlsplit(server.base_url).netloc)
    connection.request("GET", "/api/v1/content", headers={"Authorization": f"Bearer {server.api_key}"})
    response = connection.getresponse()
    if response.status != 200 or b'"items":[]' not in response.read():
        raise RuntimeError(response.status)
    print(time.perf_counter() - began)
    connection.close()
"""
_SETTLED = 3.0  # seconds


def measure(*, quick: bool) -> Iterable[Row]:
    starts = [_seconds_to_first_answer() for _ in range(1 if quick else 11)]
    yield Row("from import to the first answer", round(median(starts), 2), 0.8, unit="s", pairs=len(starts))
    with ReferenceServer() as server:
        resets = [_seconds_to_reset(server) for _ in range(1 if quick else 101)]
    yield Row("reset()", round(1e3 * median(resets), 1), 5.0, unit="ms", pairs=len(resets))
    if Path("/proc/self/status").exists():
        mebibytes = _mebibytes_at_rest(0 if quick else _SETTLED)
        yield Row("`serve` at rest", round(mebibytes, 1), 60.0, unit="MiB")


def _seconds_to_first_answer() -> float:
    done = subprocess.run([sys.executable, "-c", _FIRST_ANSWER], capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def _seconds_to_reset(server: ReferenceServer) -> float:
    began = time.perf_counter()
    server.reset()
    return time.perf_counter() - began


def _mebibytes_at_rest(settled: float) -> float:
    with tempfile.TemporaryDirectory() as folder:
        database = ("--database-url", f"sqlite:///{folder}/server.db")
        command = [sys.executable, "-m", "pandocast_server", "serve", "--port", "0", *database]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
            try:
                assert process.stdout is not None
                while "Serving" not in process.stdout.readline():
                    pass
                time.sleep(settled)
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            finally:
                process.terminate()
    (kibibytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(kibibytes) / 1024
