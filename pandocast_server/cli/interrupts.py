"""Interrupts that Python loses.

An interrupt that meets a finalizer or a weak reference's callback, which the collection of garbage calls in
the middle of anything, is printed as an exception that was ignored; the program goes on.
"""

import _thread
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

_SOON = 0.05  # seconds: the finalizers are over by then


@contextmanager
def no_interrupt_lost() -> Generator[None]:
    """Have an interrupt that was lost come again.

    Raises:
        KeyboardInterrupt: It could not come again before the end.
    """
    lost: list[threading.Timer] = []
    others = sys.unraisablehook

    def come_again(unraisable: "sys.UnraisableHookArgs") -> None:
        if unraisable.exc_type is not KeyboardInterrupt:
            others(unraisable)
            return
        timer = threading.Timer(_SOON, _interrupt)
        timer.daemon = True
        lost.append(timer)
        timer.start()

    sys.unraisablehook = come_again
    try:
        yield
    finally:
        sys.unraisablehook = others
        under_way = [timer for timer in lost if not timer.finished.is_set()]
        for timer in under_way:
            timer.cancel()
    if under_way:
        raise KeyboardInterrupt


def _interrupt() -> None:
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # wakes it from a wait, too
