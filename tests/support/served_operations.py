"""Reads the operations of the server off its Starlette routes."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, cast

from starlette.endpoints import HTTPEndpoint
from starlette.routing import BaseRoute, Route


class Served(NamedTuple):
    """One operation: the name of its handler, or of its route, with its method and its path."""

    operation_id: str
    method: str
    path: str


def served_operations(routes: Sequence[BaseRoute]) -> Iterator[Served]:
    """Return the operations of some routes; HEAD goes with GET."""
    for route in routes:
        assert isinstance(route, Route)
        if isinstance(route.endpoint, type) and issubclass(route.endpoint, HTTPEndpoint):
            # Its own attributes: what it inherits is another path's.
            for name, method in vars(route.endpoint).items():
                if isinstance(method, staticmethod):
                    handler = cast("Callable[..., object]", method.__func__)
                    yield Served(handler.__name__, name.upper(), route.path_format)
        else:
            for name in (route.methods or set()) - {"HEAD"}:
                yield Served(route.name, name, route.path_format)
