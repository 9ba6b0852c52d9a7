"""What is left of a response that was read: bytes behind it, and the response itself."""

from typing import Any

import httpx

_NOTHING = httpx.ByteStream(b"")


def close_after(stream: Any) -> None:
    """Have a connection closed with a response if bytes have come behind it.

    HTTP/1.1 sends none before the next request, whose response they must not become. The HTTP library keeps
    them for it, and has no public way to see them; should private names change, it does as before.

    Args:
        stream: The stream of a response that is read to its end, and not closed yet.
    """
    try:
        state = _connection_of(stream)._h11_state  # noqa: SLF001 - see above
        if state.trailing_data[0]:
            state.send_failed()  # a connection in this state is not kept
    except AttributeError:
        return


def followed_connection(stream: Any) -> Any:
    """Return the connection of a response, to be closed, if bytes have come behind it; None otherwise.

    Args:
        stream: The stream of a response that somebody else has read to its end, and closed.
    """
    try:
        connection = _connection_of(stream)
        return connection if connection.is_idle() and connection._h11_state.trailing_data[0] else None  # noqa: SLF001 - see above
    except AttributeError:
        return None


def _connection_of(stream: Any) -> Any:
    while not hasattr(stream, "_httpcore_stream"):
        stream = stream._stream  # noqa: SLF001 - a client has wrapped it
    return stream._httpcore_stream._stream._connection  # noqa: SLF001 - see above


def release(response: httpx.Response) -> None:
    """Let a response whose stream is closed be freed with its last reference.

    The stream of a client refers to the response, too: only the garbage collector would free them, and some
    forty objects with them, every few calls.
    """
    response.stream, response.is_closed = _NOTHING, True
