"""Calling the handler that was registered for the class of an event."""

import inspect
from collections.abc import Callable
from typing import Protocol, TypeAlias, TypeVar, cast, get_args, overload

from pandocast_sdk.webhooks.delivery import Delivery
from pandocast_sdk.webhooks.events import Event
from pandocast_sdk.webhooks.log import logger

__all__ = ["Router"]

_NOT_AWAITED = "and the endpoint that it is for cannot await: use a plain function"
_CLASSES = frozenset(get_args(Event))

E = TypeVar("E", bound=Event)
E1 = TypeVar("E1", bound=Event)
E2 = TypeVar("E2", bound=Event)
E3 = TypeVar("E3", bound=Event)
R = TypeVar("R")

_Handler: TypeAlias = Callable[[Event, Delivery], object]


class _Registration(Protocol[E]):
    # Generic in the result alone, so that a handler for fewer events than it will get is no argument.
    def __call__(self, handler: Callable[[E, Delivery], R], /) -> Callable[[E, Delivery], R]: ...


class Router:
    """Handlers by the classes of events. It is itself a `handle` for every endpoint.

    An event that has no handler needs none: its delivery is answered with 204. Handlers are functions or
    coroutine functions; the latter need an endpoint that awaits.
    """

    def __init__(self) -> None:
        self._handlers: dict[type | None, _Handler] = {}  # None for all the rest
        self._included = False
        self._blocking = False

    def __repr__(self) -> str:
        names = [kind.__name__ if kind else "the rest" for kind in self._handlers]
        return f"<Router {', '.join(names) or 'empty'}>"

    @overload
    def on(self) -> _Registration[Event]: ...
    @overload
    def on(self, first: type[E1], /) -> _Registration[E1]: ...
    @overload
    def on(self, first: type[E1], second: type[E2], /) -> _Registration[E1 | E2]: ...
    @overload
    def on(self, first: type[E1], second: type[E2], third: type[E3], /) -> _Registration[E1 | E2 | E3]: ...
    @overload
    def on(
        self,
        first: type[Event],
        second: type[Event],
        third: type[Event],
        fourth: type[Event],
        /,
        *more: type[Event],
    ) -> _Registration[Event]: ...
    def on(self, *kinds: type) -> object:
        """Register the decorated function for events of these classes, or for all the rest.

        It is called with the event and its `Delivery`. For more than three classes, type checkers want one
        that takes any `Event`.

        Args:
            *kinds: Event classes; none for the events that have no handler of their own.

        Raises:
            TypeError: One is no event class; or the function does not take an event and a delivery; or it is
                a coroutine function, and an endpoint uses this router that cannot await.
            ValueError: A class has a handler already.
            RuntimeError: This router was included in another, which would miss the handler.
        """
        for kind in kinds:
            if kind not in _CLASSES:
                raise TypeError(f"{kind!r} is not the class of an event")

        def register(handler: _Handler) -> _Handler:
            _check_arguments(handler)
            self._add(dict.fromkeys(kinds or (None,), handler))
            return handler

        return register

    def include(self, other: "Router") -> None:
        """Add all handlers of another router, which can get no more of them afterwards.

        Raises:
            ValueError: A class has a handler in both.
            TypeError: One is a coroutine function, and an endpoint uses this router that cannot await.
            RuntimeError: This router was itself included in another.
        """
        self._add(other._handlers)  # noqa: SLF001 - of the same class
        other._included = True  # noqa: SLF001 - likewise

    def __call__(self, delivery: Delivery) -> object:
        """Call the handler of the delivery's event, and return what it returns: it may be awaitable."""
        handler = self._handlers.get(type(delivery.event)) or self._handlers.get(None)
        if handler is None:
            logger.debug("no handler for %a", delivery.event.event)
            return None
        return handler(delivery.event, delivery)

    @property
    def has_coroutine_functions(self) -> bool:
        """Whether what a call returns may have to be awaited."""
        return any(map(is_coroutine_function, self._handlers.values()))

    def refuse_coroutine_functions(self) -> None:
        """Have no coroutine function here, now and later, because nothing awaits them.

        The endpoints that cannot await do this themselves.

        Raises:
            TypeError: There is one.
        """
        self._check_blocking(self._handlers)
        self._blocking = True

    def _add(self, handlers: dict[type | None, _Handler]) -> None:
        if self._included:
            raise RuntimeError("this router was included in another: register its handlers before that")
        if self._blocking:
            self._check_blocking(handlers)
        for kind in handlers.keys() & self._handlers.keys():
            name = kind.__name__ if kind else "the rest"
            raise ValueError(f"{name} has a handler already: {self._handlers[kind]!r}")
        self._handlers.update(handlers)

    @staticmethod
    def _check_blocking(handlers: dict[type | None, _Handler]) -> None:
        for handler in handlers.values():
            if is_coroutine_function(handler):
                raise TypeError(f"{handler!r} is a coroutine function, {_NOT_AWAITED}")


def is_awaited(handle: object) -> bool:
    """Return whether a call of a `handle` may return what has to be awaited, as far as this can be seen."""
    return handle.has_coroutine_functions if isinstance(handle, Router) else is_coroutine_function(handle)


def refuse_coroutine_functions(handle: object) -> None:
    """Refuse a `handle` for an endpoint that cannot await.

    Raises:
        TypeError: It is a coroutine function, or a router that holds one.
    """
    if isinstance(handle, Router):
        handle.refuse_coroutine_functions()
    elif is_coroutine_function(handle):
        raise TypeError(f"{handle!r} is a coroutine function, {_NOT_AWAITED}")


def is_coroutine_function(function: object) -> bool:
    """Return whether a call returns a coroutine, which has to be awaited."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - an object's own, to look at it
    )


def _check_arguments(handler: object) -> None:
    try:
        signature = inspect.signature(cast("Callable[..., object]", handler))
    except ValueError:
        return  # some functions written in C have none
    try:
        signature.bind("event", "delivery")
    except TypeError:
        raise TypeError(f"{handler!r} must take two arguments, the event and its delivery") from None
