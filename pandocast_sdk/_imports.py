"""Imports that wait until they are needed, under one lock, so that a fork never leaves a child without them.

A process that forks while another thread imports leaves the child with import locks that nobody will release.
So whatever the SDK imports late is imported under this lock, and a fork waits for it.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from threading import RLock
from types import ModuleType

_lock = RLock()


@contextmanager
def importing() -> Iterator[None]:
    """Import inside of this while no process can fork, and with the real dates."""
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
    with importing():
        return import_module(module)


def _real_class(date_class: type) -> type:
    return next((base for base in date_class.mro() if base.__module__ == "datetime"), date_class)


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


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
