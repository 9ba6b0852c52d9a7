# Generated from pandocast_sdk/_async/api_client.py by tests/support/unasync.py; edit that file.
"""What the clients of all services share: options, connections and custom requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar, cast

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk._core.not_given import NOT_GIVEN, NotGiven
from pandocast_sdk._imports import importing

if TYPE_CHECKING:
    from pandocast_sdk._core.client import Service
    from pandocast_sdk._core.rate_limit.state import RateLimitState
    from pandocast_sdk._core.requests.custom import Response
    from pandocast_sdk._drivers.http.caller_clients import HTTPClient
    from pandocast_sdk._drivers.sync_session import Session
    from pandocast_sdk.options import Backoff, ClientOptions, RateLimitPolicy

T = TypeVar("T")
C = TypeVar("C", bound="ApiClient")
"""The client's own class; jedi, which many editors complete with, does not resolve `Self`."""


class ApiClient(ABC):
    """The base class of all clients; a subclass adds its service and its resources."""

    def __init_subclass__(cls) -> None:
        if cls.__module__.startswith("pandocast_sdk."):  # a user's own class has its own names
            resolve_annotations_late(cls)

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        deadline: float | None = None,
        max_retries: int = 2,
        rate_limit: RateLimitPolicy | None = None,
        backoff: Backoff | None = None,
        allow_http: bool = False,
        http_client: HTTPClient | None = None,
    ) -> None:
        """Make a client; this sends nothing and opens no connection.

        A call is retried, at most `max_retries` times, when that cannot do anything twice: a read after a
        broken connection, a timeout, a 408 or a 5xx; a write only when no connection was made. Both are sent
        again after a 429, once its wait is over. Any other write whose response is lost raises an error with
        `outcome_unknown` set.

        Args:
            api_key: The API key; by default the environment variable PANDOCAST_API_KEY, or PASSBAND_API_KEY
                for Passband.
            base_url: The API's address; by default PANDOCAST_BASE_URL, or else the published one. Passband
                publishes none: pass it here or set PASSBAND_BASE_URL.
            timeout: Seconds for one attempt, from connecting to the last byte.
            deadline: Seconds for one call with all its attempts and waits; None for no deadline. It is
                checked between reads from the socket.
            max_retries: The maximum number of retries; a 429 that was waited out does not count, but the
                eleventh of one call is raised.
            rate_limit: What to do when the window of the rate limit is spent; by default, wait. A service
                that sends no limit is not paced.
            backoff: The waits between attempts, as a tenacity wait strategy or a function like one; by
                default full jitter, doubling from 0.5 to 8 seconds. The `outcome` of the state that it gets
                has the error of the attempt.
            allow_http: Whether the key may travel over plain HTTP to a host other than this machine.
            http_client: Your own `httpx.Client` or `httpx2.Client`, with any transport; the SDK
                does not close it. Its transport, proxies, certificates, limits and event hooks are used; its
                default headers, cookies, parameters, authentication, timeouts and redirect settings are not.

        Raises:
            ImportError: The policy names a store, and the package redis is not installed.
            ValueError: An argument is invalid: no key, no address, a key with control characters, plain HTTP
                to another machine, or a timeout that is not above zero.
            TypeError: `http_client` is neither an `httpx.Client` nor an `httpx2.Client`.
        """
        with importing():
            from pandocast_sdk._core.client import client_options

        self._open(
            client_options(
                self._service(),
                api_key=api_key,
                base_url=base_url,
                timeout=timeout,
                deadline=deadline,
                max_retries=max_retries,
                rate_limit=rate_limit,
                backoff=backoff,
                allow_http=allow_http,
            ),
            http_client,
        )

    @staticmethod
    @abstractmethod
    def _service() -> Service:
        """Return the service of this client."""

    def _open(self, options: ClientOptions, http_client: HTTPClient | None = None) -> None:
        with importing():
            from pandocast_sdk._core.log import set_up_logging
            from pandocast_sdk._drivers.http.sync_pool import Pool
            from pandocast_sdk._drivers.sync_session import Session

        set_up_logging()
        self._use(Session(options, Pool(http_client), owns_pool=True))

    def _use(self, session: Session) -> None:
        self._session = session
        self._resources: dict[str, object] = {}

    def _resource(self, name: str, load: Callable[[], Callable[[Session], T]]) -> T:
        """Return the resource of a name, always the same; `load` imports its class at the first use."""
        resource = self._resources.get(name)
        if resource is None:
            with importing():
                resource = self._resources.setdefault(name, load()(self._session))
        return cast("T", resource)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | float | Sequence[str | float] | None] | None = None,
        json: Mapping[str, object] | Sequence[object] | None = None,
    ) -> Response:
        """Send a custom request to the service, with this client's key, pacing and retries.

        Args:
            method: The HTTP method. Any but GET, HEAD and OPTIONS counts as a write.
            path: The escaped path below the base URL, starting with a slash.
            params: The query parameters; those that are None are left out. A boolean is sent as `true` or
                `false`, and a list as the same parameter once for each of its entries.
            json: The JSON body: an object or an array. None is sent as `null`; members of objects that are
                `NOT_GIVEN` are left out.

        Returns:
            The raw response: `.status_code`, `.headers` (case-insensitive), `.content`.

        Raises:
            ValueError: The method or the path is invalid, the body is a string, or a value has no form in a
                query or in JSON; nothing was sent.
            PandocastError: As in any other call; a status outside 200-299 is an `APIStatusError`.
        """
        with importing():
            from pandocast_sdk._core.call.plan import call
            from pandocast_sdk._core.requests.custom import custom_request

        return self._session.run(call, custom_request(method, path, params=params, body=json))

    def warm_up(self) -> None:
        """Import what calls of this client need, which the first ones would do otherwise; sends nothing.

        That takes up to a second. Call it when a service starts, so that its first requests do not wait, or
        before a process forks, so that its children need not import.

        Raises:
            RuntimeError: The client is closed.
        """
        self._session.warm_up()

    def with_options(  # noqa: PYI019 - see `C`
        self: C,
        *,
        api_key: str | NotGiven = NOT_GIVEN,
        base_url: str | NotGiven = NOT_GIVEN,
        timeout: float | NotGiven = NOT_GIVEN,
        deadline: float | NotGiven | None = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        rate_limit: RateLimitPolicy | NotGiven = NOT_GIVEN,
        backoff: Backoff | NotGiven = NOT_GIVEN,
        allow_http: bool | NotGiven = NOT_GIVEN,
    ) -> C:
        """Return a copy of this client with some options changed; the constructor explains them.

        The copy shares this client's connections: closing the copy does not close them, closing this client
        closes both.

        Raises:
            ImportError: As in the constructor.
            ValueError: As in the constructor.
        """
        from pandocast_sdk._core.client import changed_options

        options = changed_options(
            self._session.options,
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            rate_limit=rate_limit,
            backoff=backoff,
            allow_http=allow_http,
        )
        copy = type(self).__new__(type(self))
        copy._use(self._session.copy(options))  # noqa: SLF001 - the same class
        return copy

    @property
    def rate_limit(self) -> RateLimitState:
        """The rate limit of this client's key, as far as it is known; sends nothing.

        `limit`, `remaining` and `reset` are None before the first response, and with the mode `off`.

        Raises:
            RuntimeError: The client is closed.
        """
        return self._session.rate_limit

    def close(self) -> None:
        """Close the client and its connections, but not your own `http_client`; later calls raise."""
        self._session.close()

    def __enter__(self: C) -> C:  # noqa: PYI019 - see `C`
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> ClientOptions:
        return self._session.options

    def __setstate__(self, options: ClientOptions) -> None:
        self._open(options)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._session.options.base_url}>"


resolve_annotations_late(ApiClient)
