"""Exceptions of signal handlers, which end the call whatever their class.

A handler runs wherever the main thread is, also while it reads from a socket. If what it raises is a
`TimeoutError` or an `OSError`, the HTTP library takes that for an error of the socket.
"""

import signal
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from traceback import walk_tb
from types import CodeType

from pandocast_sdk._core.redaction import causes


class InterruptedWriteError(BaseException):
    """A signal handler has raised an error while a request was written.

    It is no `Exception`, since the HTTP library goes on to the response after one.
    """

    def __init__(self, raised: BaseException) -> None:
        super().__init__(str(raised))
        self.raised = raised


def interruption(error: Exception) -> BaseException | None:
    """Return what a signal handler has raised, if that led to an error."""
    if threading.current_thread() is not threading.main_thread():
        return None  # only that one runs handlers
    handlers = set(codes_of(map(signal.getsignal, signal.valid_signals())))
    for link in causes(error):
        if any(frame.f_code in handlers for frame, _ in walk_tb(link.__traceback__)):
            return link
    return None


def codes_of(functions: Iterable[object]) -> Iterator[CodeType]:
    """Yield the code of functions and other callables; Python's own have none."""
    for each in functions:
        while isinstance(each, partial):
            each = each.func  # noqa: PLW2901 - what it calls
        if not callable(each):
            continue
        function: object = getattr(each, "__func__", each)  # of a method
        for candidate in (function, type(function).__call__):
            code = getattr(candidate, "__code__", None)
            if isinstance(code, CodeType):
                yield code
