"""Bytes behind a response, which must not be the response to the next request of the connection."""

from typing import Any


def close_after(stream: Any) -> None:
    """Have a connection closed with a response if bytes have come behind it.

    HTTP/1.1 sends none before the next request. The HTTP library keeps them for it, and has no public way to
    see them; should private names change, it does as before.

    Args:
        stream: The stream of a response that is read to its end, and not closed yet.
    """
    try:
        while not hasattr(stream, "_httpcore_stream"):
            stream = stream._stream  # noqa: SLF001 - a client has wrapped it
        state = stream._httpcore_stream._stream._connection._h11_state  # noqa: SLF001 - likewise
        if state.trailing_data[0]:
            state.send_failed()  # a connection in this state is not kept
    except AttributeError:
        return
