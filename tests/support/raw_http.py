"""Requests as bytes on a socket, also such as no client would send."""

import socket
from collections.abc import Iterable

from attrs import frozen

PATIENCE = 60.0  # seconds until a server counts as hanging


@frozen
class Response:
    """The beginning of a response; the status is None where the connection was closed without one."""

    status: int | None
    head: str = ""


def post(port: int, path: str, body: bytes, headers: Iterable[tuple[str, str]]) -> Response:
    """Send a well-formed request with a length, and nothing else."""
    lines = [*headers, ("Content-Length", str(len(body)))]
    return send(port, request("POST", path, lines) + body)


def post_in_chunks(
    port: int, path: str, chunks: Iterable[bytes], headers: Iterable[tuple[str, str]]
) -> Response:
    """Send a well-formed request in chunks."""
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return send(
        port, request("POST", path, [*headers, ("Transfer-Encoding", "chunked")]) + body + b"0\r\n\r\n"
    )


def request(method: str, path: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return the head of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def send(port: int, data: bytes, *, end: bool = False) -> Response:
    """Send bytes, and return what comes back.

    Args:
        port: Where to, on 127.0.0.1.
        data: What to send.
        end: End the sending side then, so that the server does not wait for more. Some servers respond to
            nobody who has done so.

    Raises:
        TimeoutError: The server neither responds nor closes the connection.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(data)
            if end:
                connection.shutdown(socket.SHUT_WR)
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            # The server has closed it meanwhile, perhaps after a response.
        return _response(connection)


def hang_up(port: int, data: bytes) -> None:
    """Send bytes, and reset the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _response(connection: socket.socket) -> Response:
    received = b""
    try:
        while b"\r\n\r\n" not in received and (piece := connection.recv(1 << 16)):
            received += piece
    except ConnectionError:
        pass
    head = received.partition(b"\r\n\r\n")[0].decode("latin-1")
    words = head.split(" ", 2)
    return Response(int(words[1]) if head.startswith("HTTP/1.") else None, head)
