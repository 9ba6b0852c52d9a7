"""Whether a caller's client would only choose the transport of a request, so that it can be bypassed.

A client adds authentication, redirects and cookies to what it sends, none of which the SDK uses, and takes a
fifth of a whole call to do so. What else it does counts: its event hooks, its log, and whatever a subclass, a
mock or a tracer has put there instead of its methods.
"""

from collections.abc import Callable
from logging import INFO, getLogger
from operator import attrgetter
from types import FunctionType, MethodType

import httpx

_MODULES = frozenset({"httpx._client", "httpx2._client"})
_STEPS = (
    "send",
    "_send_handling_auth",
    "_send_handling_redirects",
    "_send_single_request",
    "_transport_for_url",
)
"""The methods of a client that a request passes; most are private, so a library without them is not plain."""


def plainness_of(client: httpx.Client | httpx.AsyncClient) -> Callable[[], bool]:
    """Return what tells, before each request, whether a client would only choose its transport."""
    steps = attrgetter(*_STEPS)
    try:
        methods: tuple[object, ...] = steps(client)
    except AttributeError:
        return _is_never_plain
    modules = {_module_of(method) for method in methods}
    if len(modules) != 1 or not modules <= _MODULES:
        return _is_never_plain
    logs = getLogger(modules.pop().partition(".")[0]).isEnabledFor

    def is_plain() -> bool:
        hooks = client.event_hooks
        return (
            not (hooks["request"] or hooks["response"] or client.is_closed)
            and steps(client) == methods
            and not logs(INFO)  # where it names each request
        )

    return is_plain


def _is_never_plain() -> bool:
    return False


def _module_of(method: object) -> str:
    """Return the module in which a method is written, which a wrapper around it may pretend."""
    if type(method) is not MethodType or type(method.__func__) is not FunctionType:
        return ""
    return str(method.__func__.__globals__.get("__name__"))
