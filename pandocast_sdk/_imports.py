"""Imports that wait until they are needed, under one lock, so that a fork never leaves a child without them.

A process that forks while another thread imports leaves the child with import locks that nobody will release.
So whatever the SDK imports late goes through `load`, and a fork waits for it.
"""

import os
from importlib import import_module
from threading import RLock
from types import ModuleType

_lock = RLock()


def load(module: str) -> ModuleType:
    """Import a module while no process can fork.

    Raises:
        ImportError: There is no such module.
    """
    with _lock:
        return import_module(module)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)
