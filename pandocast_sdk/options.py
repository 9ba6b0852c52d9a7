"""The options of a client: frozen values, validated when they are created."""

import inspect
import math
import sys
from collections.abc import Callable
from datetime import timedelta
from numbers import Real
from typing import TYPE_CHECKING, Literal, TypeAlias, Union, cast, get_args

from attrs import field, frozen

if TYPE_CHECKING:
    from tenacity import RetryCallState
    from tenacity.wait import wait_base

__all__ = ["RateLimitPolicy"]

DEFAULT_TIMEOUT = 30.0
DEFAULT_MAX_RETRIES = 2

_MOST = sys.float_info.max

Backoff: TypeAlias = Union["wait_base", Callable[["RetryCallState"], float]]
"""The waits between attempts: a strategy of tenacity, or a function like one."""

RateLimitMode = Literal["wait", "raise", "off"]
MODES = get_args(RateLimitMode)


def positive_seconds(name: str, value: float) -> float:
    """Return a number of seconds.

    Raises:
        ValueError: It is not a finite number above zero.
    """
    if not (_is_number(value) and 0 < value <= _MOST):
        raise ValueError(f"{name} must be a number of seconds above zero, not {value!r}{_advice(value)}")
    return value


def check_wait(value: float, attempt: Exception) -> float:
    """Return the seconds that a backoff returned after an attempt had failed.

    Raises:
        ValueError: It is not a finite number, zero or more; what came of the attempt is the cause.
    """
    if not (_is_number(value) and 0 <= value <= _MOST):
        known = isinstance(cast("object", value), int | float | timedelta | None)
        what = repr(value) if known else type(value).__name__
        raise ValueError(
            f"backoff must return a number of seconds, zero or more, not {what}{_advice(value)}"
        ) from attempt
    return value


def _is_number(value: object) -> bool:
    return type(value) is not bool and isinstance(value, Real)


def _advice(value: object) -> str:
    return "; pass its total_seconds()" if isinstance(value, timedelta) else ""


def _check_mode(_policy: object, _field: object, value: object) -> None:
    if value not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, not {value!r}")


def _check_max_wait(_policy: object, _field: object, value: float) -> None:
    if not _is_number(value) or math.isnan(value) or value < 0:
        raise ValueError(f"max_wait must be a number of seconds, zero or more, not {value!r}{_advice(value)}")


_REDIS_SCHEMES = {
    "redis": "redis",
    "rediss": "rediss",
    "valkey": "redis",
    "valkeys": "rediss",
    "unix": "unix",
}
"""The schemes of a store's URL, and the client library's names for them."""


def redis_url(store: str) -> str:
    """Return the store's URL with the scheme that the client library expects."""
    scheme, rest = store.split("://", 1)
    return f"{_REDIS_SCHEMES[scheme]}://{rest}"


def _check_store(_policy: object, _field: object, value: str | None) -> None:
    if value is not None:
        _check_store_url(value)


def _check_store_url(value: object) -> None:
    if not isinstance(value, str):
        raise ValueError(f"store must be a URL as text, not {type(value).__name__}")  # noqa: TRY004 - like any wrong value
    scheme, mark, _ = value.partition("://")
    if not mark or scheme not in _REDIS_SCHEMES:
        # Without the URL: it may contain a password.
        raise ValueError(f"store must be a URL that begins with one of {', '.join(_REDIS_SCHEMES)}, and ://")


def _without_secrets(store: str | None) -> str:
    """Return only the scheme of a store's URL: any other part, even the query, may contain a password."""
    return repr(None if store is None else f"{store.partition('://')[0]}://...")


@frozen
class RateLimitPolicy:
    """What to do when the window of the rate limit is spent.

    Reference: "Rate Limits".

    Attributes:
        mode: `wait` holds requests back until the window resets; `raise` raises `RateLimitError` at once;
            `off` holds nothing back, and retries a 429 like any other failure that may be retried.
        max_wait: The longest single wait in seconds, for one window or one `Retry-After`; a longer one raises
            `RateLimitError` at once. It does not limit the total time in the queue.
        store: Where the budget is kept: None for this process, or the URL of a Redis or Valkey (`redis://`,
            `rediss://`, `valkey://`, `valkeys://` or `unix://`), whose budget all processes and hosts with
            the same URL share. Needs the package redis, which `pandocast[redis]` installs.
    """

    mode: RateLimitMode = field(default="wait", validator=_check_mode)
    max_wait: float = field(default=120.0, validator=_check_max_wait)
    store: str | None = field(default=None, validator=_check_store, repr=_without_secrets)


def default_backoff() -> "wait_base":
    """Return the default waits between attempts: full jitter, doubling from 0.5 to 8 seconds."""
    from tenacity.wait import wait_random_exponential  # noqa: PLC0415 - loaded by the first failure

    return wait_random_exponential(multiplier=0.5, max=8)


@frozen(kw_only=True)
class ClientOptions:
    """All options of a client, resolved and validated; `with_options` evolves them.

    Attributes:
        api_key: The API key.
        base_url: The service's address, without a trailing slash.
        timeout: Seconds for one attempt, from connecting to the last byte.
        deadline: Seconds for one call with all its attempts and waits; None for no deadline.
        max_retries: The maximum number of retries; a 429 that was waited out does not count, but the
            eleventh of one call is raised.
        rate_limit: What to do when the window is spent.
        backoff: The waits between attempts, as a tenacity wait strategy or a function like one; None for
            `default_backoff`.
        allow_http: Whether the key may travel over plain HTTP to a host other than this machine.
        service: The name of the service; each has its own rate limit, or none.
    """

    api_key: str = field(repr=False)
    base_url: str
    timeout: float = DEFAULT_TIMEOUT
    deadline: float | None = None
    max_retries: int = DEFAULT_MAX_RETRIES
    rate_limit: RateLimitPolicy = field(factory=RateLimitPolicy)
    backoff: Backoff | None = None
    allow_http: bool = False
    service: str = "Pandocast"

    def __attrs_post_init__(self) -> None:
        positive_seconds("timeout", self.timeout)
        if self.deadline is not None:
            positive_seconds("deadline", self.deadline)
        _check_retries(self.max_retries)
        _check_policy(self.rate_limit)
        _check_backoff(self.backoff)
        _check_flag("allow_http", self.allow_http)


def _check_flag(name: str, value: object) -> None:
    if not isinstance(value, bool):  # the text "false" would count as true
        raise ValueError(f"{name} must be True or False, not {value!r}")  # noqa: TRY004 - like any wrong value


def _check_retries(value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"max_retries must be zero or more, a whole number, not {value!r}")


def _check_policy(value: object) -> None:
    if isinstance(value, RateLimitPolicy):
        return
    advice = f"; pass RateLimitPolicy({value!r})" if value in MODES else ""
    raise ValueError(f"rate_limit must be a RateLimitPolicy, not {type(value).__name__}{advice}")


def _check_backoff(value: object) -> None:
    if value is not None and (isinstance(value, type) or not callable(value)):
        wrong = f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
        raise ValueError(
            f"backoff must be a wait strategy of tenacity, such as wait_fixed(1), or a function, not {wrong}"
        )
    if value is not None and not _takes_one_argument(value):
        raise ValueError("backoff must take one argument, the RetryCallState of tenacity")
    if inspect.iscoroutinefunction(value):
        raise ValueError("backoff must be a function, not a coroutine function")


def _takes_one_argument(function: Callable[..., object]) -> bool:
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return False
    except ValueError:
        pass  # one in C, that does not tell
    return True
