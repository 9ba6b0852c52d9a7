"""A Pandocast server for tests: `from pandocast_server.testing import ReferenceServer` (contract section 4).

Nothing is imported before it is used: the pytest plugin beside it costs nothing where it is not used.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandocast_server.testing.reference_server import ReferenceServer

__all__ = ["ReferenceServer"]


def __getattr__(name: str) -> object:
    if name != "ReferenceServer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module("pandocast_server.testing.reference_server")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in {"pandocast_server", "pandocast_sdk"}:
            raise
        raise ImportError(
            f"the reference server needs {error.name!r}: install it with pip install 'pandocast[server]'"
        ) from error
    return module.ReferenceServer
