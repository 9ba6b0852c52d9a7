"""The HTTP clients that callers bring, of the library that `BROUGHT_CLIENT` in the environment names.

Without it they bring none, and the SDK's own connections are tested. A library that is not there is an error
as soon as tests are collected.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import httpx

BROUGHT = os.environ.get("BROUGHT_CLIENT", "")
BLOCKING = {"": "httpx.Client", "httpx": "httpx.Client", "httpx2": "httpx2.Client"}
AWAITING = {
    "": "httpx.AsyncClient",
    "httpx": "httpx.AsyncClient",
    "httpx2": "httpx2.AsyncClient",
    "aiohttp": "httpx_aiohttp.HttpxAiohttpClient",
}
FLAVOURS = ["asyncio"] if BROUGHT == "aiohttp" else ["sync", "asyncio", "trio"]


def named(place: str) -> Any:
    """Give what has this name in the library."""
    module, _, name = place.rpartition(".")
    return getattr(import_module(module), name)


_AWAITING = named(AWAITING[BROUGHT])
_BLOCKING = named(BLOCKING[BROUGHT]) if BROUGHT in BLOCKING else None
library = import_module("httpx2" if BROUGHT == "httpx2" else "httpx")


def blocking(given: Mapping[str, Any] | None = None) -> AbstractContextManager[httpx.Client | None]:
    """Open the client that a caller brings, made with these arguments; None when none is brought.

    No proxy of the environment comes between the tests and their servers.
    """
    if given is None and not BROUGHT:
        return nullcontext()
    assert _BLOCKING is not None
    opened: AbstractContextManager[httpx.Client] = _BLOCKING(**{"trust_env": False, **(given or {})})
    return opened


def awaiting(given: Mapping[str, Any] | None = None) -> AbstractAsyncContextManager[httpx.AsyncClient | None]:
    """Open the async client that a caller brings, likewise."""
    if given is None and not BROUGHT:
        return nullcontext()
    opened: AbstractAsyncContextManager[httpx.AsyncClient] = _AWAITING(
        **{"trust_env": False, **(given or {})}
    )
    return opened
