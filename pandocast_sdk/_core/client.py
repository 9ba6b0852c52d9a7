"""The services, and what their clients are made of: options, budget, and the context of calls."""

import os
import re
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from attrs import evolve

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.shared import Shared
from pandocast_sdk._core.clock import monotonic, wall
from pandocast_sdk._core.not_given import NOT_GIVEN
from pandocast_sdk._core.rate_limit.registry import BudgetHandle, budget_handle
from pandocast_sdk._core.redaction import Redactor
from pandocast_sdk._core.requests.argument_types import string
from pandocast_sdk.options import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_TIMEOUT,
    Backoff,
    ClientOptions,
    RateLimitPolicy,
)


class Service(NamedTuple):
    """One published API.

    Attributes:
        name: Its name, for messages.
        key_variable: The environment variable with the key.
        url_variable: The environment variable with the address.
        base_url: The published address, None where none is published.
    """

    name: str
    key_variable: str
    url_variable: str
    base_url: str | None


PANDOCAST = Service("Pandocast", "PANDOCAST_API_KEY", "PANDOCAST_BASE_URL", "https://api.pandocast.ai/api/v1")
PASSBAND = Service("Passband", "PASSBAND_API_KEY", "PASSBAND_BASE_URL", None)

_PLAIN_HOST = re.compile(r"([a-z0-9-]{1,63}\.)*[a-z][a-z0-9-]{0,62}")
_LONGEST_PLAIN_URL = 2000  # characters

_KEY = re.compile(r"[\x21-\x7e]+")  # what a header carries without being changed or cut in two


def client_options(
    service: Service,
    *,
    api_key: str | None = None,
    base_url: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    deadline: float | None = None,
    max_retries: int = DEFAULT_MAX_RETRIES,
    rate_limit: RateLimitPolicy | None = None,
    backoff: Backoff | None = None,
    allow_http: bool = False,
) -> ClientOptions:
    """Return the options of a client, from its arguments and the environment.

    Raises:
        ValueError: There is no key, or it has characters that no header can carry; the address is none, or
            the key would travel over plain HTTP to another machine. The message never holds the key.
    """
    # An empty argument is a mistake, and must not quietly fall back to another key or address.
    address = os.environ.get(service.url_variable) or service.base_url if base_url is None else base_url
    if address is None or address == "":
        raise ValueError(f"{service.name} needs a base_url; pass it or set {service.url_variable}")
    key = os.environ.get(service.key_variable) if api_key is None else api_key
    if key is None or key == "":
        raise ValueError(f"{service.name} needs an API key; pass api_key or set {service.key_variable}")
    return checked_options(
        ClientOptions(
            service=service.name,
            api_key=key,
            base_url=address,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            rate_limit=RateLimitPolicy() if rate_limit is None else rate_limit,
            backoff=backoff,
            allow_http=allow_http,
        )
    )


def checked_options(options: ClientOptions) -> ClientOptions:
    """Return the options, with the key and the address checked, and no slash at the address's end.

    Raises:
        ValueError: See `client_options`.
    """
    if not _KEY.fullmatch(string("api_key", options.api_key)):
        raise ValueError("the API key has spaces, control characters or letters that no header can carry")
    return evolve(options, base_url=_checked_url(options.base_url, allow_http=options.allow_http))


def _checked_url(url: str, *, allow_http: bool) -> str:
    if not _KEY.fullmatch(string("base_url", url)):
        raise ValueError("base_url has spaces, control characters or letters that are not ASCII")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # which may quote a password
        raise ValueError("base_url has a host or a port that cannot be read") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(_address_advice(url))
    if parts.username is not None or parts.password is not None:
        raise ValueError("base_url must not hold a user name or password")
    if set(url) & set("?#\\"):
        raise ValueError("base_url must not have a query, a fragment or a backslash")
    if parts.scheme == "http" and not allow_http and not is_loopback(parts.hostname):
        raise ValueError(
            f"the API key would travel unencrypted to {parts.hostname}; use https://, or allow_http=True"
        )
    return url.rstrip("/")


def _address_advice(url: str) -> str:
    """Return what an address has to begin with, and what to pass where only the scheme is missing."""
    scheme, mark, _ = url.partition("://")
    if mark:
        return f"base_url must begin with https:// and a host, not {scheme!r}"
    demand = "base_url must begin with https:// and a host, or with http:// for this machine"
    host, _, path = url.removeprefix("//").partition("/")
    if not host or "@" in url or ":/" in url:  # perhaps a password, or another scheme
        return demand
    name = host.partition("]")[0].removeprefix("[") if host.startswith("[") else host.partition(":")[0]
    return f"{demand}; pass '{'http' if is_loopback(name) else 'https'}://{host}/{path}'"


def has_plain_host(url: str) -> bool:
    """Return whether an address is so ordinary that every HTTP library takes it."""
    host = "" if "[" in url else urlsplit(url).hostname or ""
    return len(url) < _LONGEST_PLAIN_URL and (_PLAIN_HOST.fullmatch(host) is not None or host == "127.0.0.1")


def is_loopback(host: str) -> bool:
    """Return whether a host can only be this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def budget_for(options: ClientOptions) -> BudgetHandle | None:
    """Return the handle of the key's budget; None when the rate limit is off."""
    if options.rate_limit.mode == "off":
        return None
    url = urlsplit(options.base_url)
    port = url.port or (443 if url.scheme == "https" else 80)
    origin = f"{url.scheme}://{url.hostname}:{port}"
    handle = budget_handle(options.service, origin, options.api_key, store=options.rate_limit.store)
    handle.budget.extend_lease(2 * options.timeout)  # one for a free connection, one for the attempt
    return handle


def context_for(
    options: ClientOptions, handle: BudgetHandle | None, shared: Shared | None = None
) -> CallContext:
    """Return the context of every call of a client with these options."""
    budget = None if handle is None else handle.budget
    return CallContext(options, budget, monotonic, wall, Redactor(options.api_key), shared)


def changed_options(options: ClientOptions, **changes: Any) -> ClientOptions:
    """Return a copy of the options, with those changes that are not `NOT_GIVEN`.

    Raises:
        ValueError: See `client_options`.
    """
    given = {name: value for name, value in changes.items() if value is not NOT_GIVEN}
    return checked_options(evolve(options, **given))
