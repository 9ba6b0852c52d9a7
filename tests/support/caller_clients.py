"""HTTP clients that callers pass as `http_client`, of the library that `BROUGHT_CLIENT` names.

Without this variable of the environment they pass none, and the SDK's own connections are tested. A library
that is not installed is an error as soon as tests are collected.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import httpx

LIBRARY = os.environ.get("BROUGHT_CLIENT", "")
SYNC_CLIENTS = {"": "httpx.Client", "httpx": "httpx.Client", "httpx2": "httpx2.Client"}
ASYNC_CLIENTS = {
    "": "httpx.AsyncClient",
    "httpx": "httpx.AsyncClient",
    "httpx2": "httpx2.AsyncClient",
    "aiohttp": "httpx_aiohttp.HttpxAiohttpClient",
}
FLAVOURS = ["asyncio"] if LIBRARY == "aiohttp" else ["sync", "asyncio", "trio"]


def load(qualified_name: str) -> Any:
    """Import what a qualified name names."""
    module, _, name = qualified_name.rpartition(".")
    return getattr(import_module(module), name)


_async_class = load(ASYNC_CLIENTS[LIBRARY])
_sync_class = load(SYNC_CLIENTS[LIBRARY]) if LIBRARY in SYNC_CLIENTS else None
library = import_module("httpx2" if LIBRARY == "httpx2" else "httpx")


def sync_client(arguments: Mapping[str, Any] | None = None) -> AbstractContextManager[httpx.Client | None]:
    """Open a caller's client, made with these arguments, or None where neither they nor a library are given.

    It reads no proxy from the environment that would come between the tests and their servers.
    """
    if arguments is None and not LIBRARY:
        return nullcontext()
    assert _sync_class is not None
    opened: AbstractContextManager[httpx.Client] = _sync_class(**{"trust_env": False, **(arguments or {})})
    return opened


def async_client(
    arguments: Mapping[str, Any] | None = None,
) -> AbstractAsyncContextManager[httpx.AsyncClient | None]:
    """Open a caller's async client, likewise."""
    if arguments is None and not LIBRARY:
        return nullcontext()
    opened: AbstractAsyncContextManager[httpx.AsyncClient] = _async_class(
        **{"trust_env": False, **(arguments or {})}
    )
    return opened
