"""Sending a request to a URL, which is not left for another."""

import asyncio
from collections.abc import Sequence

from attrs import field, frozen

from pandocast_server.outgoing.errors import ProtocolError
from pandocast_server.outgoing.exchange import codings, exchange, pieces, typed_errors


@frozen
class Answer:
    """What came back.

    Attributes:
        status: The status, whatever it is: a redirect is an answer and is not followed.
        headers: The headers as they came.
        body: The body; empty when it was not to be kept.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(repr=False)


async def request(
    method: str,
    url: str,
    *,
    private_targets: bool,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes | None = None,
    deadline: float = 10.0,
    keep_body: bool = True,
) -> Answer:
    """Send one request over a connection of its own and read the answer to its last byte.

    Args:
        method: The HTTP method.
        url: An absolute `http` or `https` URL in ASCII.
        private_targets: Whether loopback and private addresses may be reached.
        headers: Headers beside `Host`, `Content-Length` and those that keep the answer plain.
        body: What to send, or None for a request without a body.
        deadline: Seconds of real time for everything, from resolving the name to the last byte.
        keep_body: Whether the body is wanted; else it is read, at most `MAX_BODY` bytes, and thrown away.

    Raises:
        TargetRefusedError: The URL, or an address of its host, is not allowed.
        ConnectFailedError: There is no connection to be had.
        DeadlineError: The time was up.
        ProtocolError: The answer is broken, or encoded though that was declined.
        BodyTooLargeError: The body has more than `MAX_BODY` bytes.
    """
    sent = [("Accept-Encoding", "identity"), *headers]
    with typed_errors(deadline):
        async with (
            asyncio.timeout(deadline),
            exchange(method, url, sent, body=body, private_targets=private_targets) as response,
        ):
            if keep_body and codings(response):
                raise ProtocolError("the answer is encoded, although that was declined")
            kept = [piece async for piece in pieces(response) if keep_body]
            return Answer(response.status, response.headers, b"".join(kept))
