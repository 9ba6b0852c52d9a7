"""What the clients of all services share: options, connections, and the way out to any request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar, cast

from pandocast_sdk._core.not_given import NOT_GIVEN, NotGiven
from pandocast_sdk._imports import importing

if TYPE_CHECKING:
    from tenacity.wait import wait_base

    from pandocast_sdk._core.client import Service
    from pandocast_sdk._core.rate_limit.state import RateLimitState
    from pandocast_sdk._core.requests.custom import Response
    from pandocast_sdk._drivers.async_session import AsyncSession
    from pandocast_sdk._drivers.http.caller_clients import AsyncHTTPClient
    from pandocast_sdk.options import ClientOptions, RateLimitPolicy

T = TypeVar("T")
C = TypeVar("C", bound="AsyncApiClient")
"""The client's own class; jedi, which many editors complete with, does not resolve `Self`."""


class AsyncApiClient(ABC):
    """A client of one service; each adds the service and what it offers."""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float = 30.0,
        deadline: float | None = None,
        max_retries: int = 2,
        rate_limit: RateLimitPolicy | None = None,
        backoff: wait_base | None = None,
        allow_http: bool = False,
        http_client: AsyncHTTPClient | None = None,
    ) -> None:
        """Make a client; nothing is sent and no connection is opened yet.

        A request is sent again, at most `max_retries` times, when nothing can be done twice by it: a read
        after a broken connection, a time-out, a 408 or a 5xx; a write only when no connection was made. A 429
        is waited out and sent again either way. Any other write whose answer is lost raises with
        `outcome_unknown` set.

        Args:
            api_key: The key; by default that of the environment variable PANDOCAST_API_KEY, or for Passband
                PASSBAND_API_KEY.
            base_url: The API's address; by default PANDOCAST_BASE_URL, or else the published one. For
                Passband, which publishes none, it has to be given here or in PASSBAND_BASE_URL.
            timeout: Seconds that one attempt may last, from connecting to the last byte.
            deadline: Seconds that one call may last with all its attempts and waits; None for no end. It is
                checked between reads from the socket.
            max_retries: How often a call is sent again; a 429 that was waited out does not count.
            rate_limit: What to do when the window of the rate limit is spent; by default, wait. A service
                that tells of no limit is not paced.
            backoff: The waits between attempts, a strategy of tenacity; by default full jitter that doubles
                from half a second up to eight.
            allow_http: Whether the key may travel over plain HTTP to a host that is not this machine.
            http_client: An HTTP client of your own, which stays open: an `httpx.AsyncClient` or an
                `httpx2.AsyncClient`, over whatever transport. Its transport, proxies, certificates, limits
                and event hooks are used; its default headers, cookies, parameters, authentication, time-outs
                and redirect settings are not.

        Raises:
            ImportError: The policy names a store, and the package redis is not installed.
            ValueError: An argument cannot be right: no key, no address, a key with control characters, plain
                HTTP to another machine, a time-out that is not above zero.
            TypeError: `http_client` is of no library that is known, or is for the other kind of clients.
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
        """Return the service that it is a client of."""

    def _open(self, options: ClientOptions, http_client: AsyncHTTPClient | None = None) -> None:
        with importing():
            from pandocast_sdk._drivers.async_session import AsyncSession
            from pandocast_sdk._drivers.http.async_pool import AsyncPool

        self._use(AsyncSession(options, AsyncPool(http_client), owns_pool=True))

    def _use(self, session: AsyncSession) -> None:
        self._session = session
        self._resources: dict[str, object] = {}

    def _resource(self, name: str, load: Callable[[], Callable[[AsyncSession], T]]) -> T:
        """Return the client's only resource of a name; `load` imports its class for the first use."""
        resource = self._resources.get(name)
        if resource is None:
            with importing():
                resource = self._resources.setdefault(name, load()(self._session))
        return cast("T", resource)

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | float | None] | None = None,
        json: Mapping[str, object] | Sequence[object] | None = None,
    ) -> Response:
        """Send any request to the service, with this client's key, pacing and retries.

        Args:
            method: The HTTP method. Any but GET, HEAD and OPTIONS counts as a write.
            path: The escaped path below the base URL, beginning with a slash.
            params: The query's parameters; those that are None are left out.
            json: A JSON body: an object, whose members that are None are left out, or an array.

        Returns:
            The answer as it came: `.status_code`, `.headers` (in any case), `.content`.

        Raises:
            ValueError: The method or the path is not one, or the body is a text.
            PandocastError: As any other call; a status outside 200-299 is an `APIStatusError`.
        """
        with importing():
            from pandocast_sdk._core.call.plan import call
            from pandocast_sdk._core.requests.custom import custom_request

        return await self._session.run(call, custom_request(method, path, params=params, body=json))

    def with_options(  # noqa: PYI019 - see there
        self: C,
        *,
        api_key: str | NotGiven = NOT_GIVEN,
        base_url: str | NotGiven = NOT_GIVEN,
        timeout: float | NotGiven = NOT_GIVEN,
        deadline: float | NotGiven | None = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        rate_limit: RateLimitPolicy | NotGiven = NOT_GIVEN,
        backoff: wait_base | NotGiven = NOT_GIVEN,
        allow_http: bool | NotGiven = NOT_GIVEN,
    ) -> C:
        """Return a copy with some options changed; see the constructor for what they mean.

        The copy shares this client's connections, and lives as long as they do: closing the copy closes
        nothing else, closing this client ends both.

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
        copy._use(self._session.copy(options))  # noqa: SLF001 - of its own kind
        return copy

    @property
    def rate_limit(self) -> RateLimitState:
        """What is known of the current window of this client's key; asks nobody.

        Its `limit`, `remaining` and `reset` are None before the first answer, and where the policy is off.

        Raises:
            RuntimeError: The client is closed.
        """
        return self._session.rate_limit

    async def close(self) -> None:
        """Close the connections, unless they are those of your own `http_client`; calls raise from now on."""
        await self._session.close()

    async def __aenter__(self: C) -> C:  # noqa: PYI019 - see there
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __getstate__(self) -> ClientOptions:
        return self._session.options

    def __setstate__(self, options: ClientOptions) -> None:
        self._open(options)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._session.options.base_url}>"
