"""Loads ahead what the calls of a client would import when they first need it."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Literal

from pandocast_sdk._core.requests.reading import Reader
from pandocast_sdk._imports import importing

_OTHER_FLAVOUR = {"async": ("sync_",), "sync": ("async_", "background_tasks", "event_loop")}
_OPTIONAL = ("pandocast_sdk._drivers.store",)  # a client whose policy names a store has imported it
_LATE = ("tenacity", "tenacity.stop", "tenacity.wait")


def load_all(flavour: Literal["async", "sync"]) -> None:
    """Import every module that calls of a flavour may need, and prepare to read every response."""
    with importing():
        for name in [*_LATE, *_modules(flavour)]:
            for value in vars(import_module(name)).values():
                if isinstance(value, Reader):
                    value.load()


def _modules(flavour: Literal["async", "sync"]) -> Iterator[str]:
    for package in ("models", "_core", "_drivers", f"_{flavour}"):
        root = import_module(f"pandocast_sdk.{package}")
        for module in walk_packages(root.__path__, f"{root.__name__}."):
            last = module.name.rpartition(".")[2]
            if module.name not in _OPTIONAL and not last.startswith(_OTHER_FLAVOUR[flavour]):
                yield module.name
