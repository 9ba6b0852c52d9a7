"""Call every operation through Prism: as a proxy it judges what passes, as a mock it stands for the server.

python tests/foreign/beside_server.py python tests/foreign/through_prism.py prism proxy passband passband.yaml
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from socket import socket
from threading import Thread

from foreign import every_operation

ADDRESSES = {"pandocast": "PANDOCAST_BASE_URL", "passband": "PASSBAND_BASE_URL"}


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with closing(socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def running_prism(prism: str, mode: str, document: str, upstream: str) -> Iterator[str]:
    """Run Prism, and yield its address once it listens."""
    port = free_port()
    # As a proxy, it answers a violation with an error of its own.
    arguments = [document, upstream, "--errors"] if mode == "proxy" else [document]
    command = [prism, mode, *arguments, "--port", str(port), "--host", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        output: list[str] = []
        try:
            for line in process.stdout:
                output.append(line)
                if "is listening" in line:
                    break
            else:
                raise RuntimeError("".join(output))
            Thread(target=process.stdout.read, daemon=True).start()  # or a full pipe would stop Prism
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def main(prism: str, mode: str, api: str, document: str) -> None:
    """Call every operation of one API through Prism."""
    variable = ADDRESSES[api]
    with running_prism(prism, mode, document, os.environ[variable]) as address:
        os.environ[variable] = address
        every_operation.main(api)


if __name__ == "__main__":
    main(*sys.argv[1:])
