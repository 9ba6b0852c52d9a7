"""Imports that wait until they are needed, under one lock, so that a fork never leaves a child without them.

A process that forks while another thread imports leaves the child with import locks that nobody will release.
So whatever the SDK imports late is imported under this lock, and a fork waits for it.
"""

import os
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from importlib import import_module
from threading import RLock, local
from types import ModuleType

_LIGHT = frozenset({"pandocast_sdk.errors", "pandocast_sdk.webhooks.signature"})
"""Modules that import next to nothing: no fork has to wait for them."""

_LONGEST_FORK = 30.0  # seconds; an import that takes longer may be waiting for the thread that forks

_lock = RLock()
_fork = local()
_guarded = False


@contextmanager
def importing() -> Generator[None]:
    """Import inside of this while no process can fork, and with the real dates."""
    _guard_forks()
    with _lock:
        dates = sys.modules.get("datetime")
        if dates is None or dates.datetime is _real_class(dates.datetime):
            yield
            return
        # Under a fake clock that replaces these classes, pydantic makes no model with a date.
        fake = dates.datetime, dates.date
        dates.datetime, dates.date = map(_real_class, fake)  # type: ignore[attr-defined]  # any module's are
        try:
            yield
        finally:
            dates.datetime, dates.date = fake  # type: ignore[attr-defined]


def load(module: str) -> ModuleType:
    """Import a module as `importing` does.

    Raises:
        ImportError: There is no such module.
    """
    if module in _LIGHT:
        return import_module(module)
    with importing():
        return import_module(module)


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Return the `__getattr__`, `__dir__` and `__all__` of a package that loads a name when it is first used.

    Args:
        package: The package's name.
        modules: The module of each of its names.
    """
    namespace = vars(sys.modules[package])

    def find(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value: object = getattr(load(modules[name]), name)
        namespace[name] = value  # the next use finds it without this function
        return value

    return find, lambda: sorted({*namespace, *modules}), [*modules]


def _real_class(date_class: type) -> type:
    return next((base for base in date_class.mro() if base.__module__ == "datetime"), date_class)


def _guard_forks() -> None:
    """Have forks wait for the lock, from the first late import on."""
    global _guarded  # noqa: PLW0603 - a process is guarded once
    if _guarded or not hasattr(os, "register_at_fork"):
        return
    # A fork takes the lock of `logging` too, which almost every import needs. It has to take ours first, and
    # does if `logging` was there first: the last to register is the first to be called.
    import_module("logging")
    _guarded = True
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)


def _before_fork() -> None:
    _fork.holds_lock = _lock.acquire(timeout=_LONGEST_FORK)


def _after_fork() -> None:
    if _fork.holds_lock:
        _lock.release()


def _after_fork_in_child() -> None:
    global _lock  # noqa: PLW0603 - nobody is left who could release it
    if _fork.holds_lock:
        _lock.release()
    else:
        _lock = RLock()
