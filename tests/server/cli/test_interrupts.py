"""An interrupt is not lost because it meets a finalizer."""

import sys
import threading
import time
import weakref
from types import SimpleNamespace

import pytest

from pandocast_server.cli.interrupts import no_interrupt_lost


class Thing:
    """Something that can be referred to weakly."""


def lose_an_interrupt() -> None:
    """Have an interrupt meet the callback of a weak reference."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    thing = Thing()
    reference = weakref.ref(thing, interrupted)
    del thing
    assert reference() is None


def test_it_comes_again() -> None:
    never = threading.Event()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), no_interrupt_lost():  # noqa: PT012 - it comes later
        lose_an_interrupt()
        never.wait(30)
    assert time.monotonic() - began < 20, "it wakes who waits"


def test_it_comes_at_the_end_at_the_latest() -> None:
    hook = sys.unraisablehook
    with pytest.raises(KeyboardInterrupt), no_interrupt_lost():
        lose_an_interrupt()
    assert sys.unraisablehook is hook


def test_whatever_else_is_ignored_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    fault = SimpleNamespace(exc_type=ValueError)
    with no_interrupt_lost():
        sys.unraisablehook(fault)
    assert told == [fault]
