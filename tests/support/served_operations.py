"""Reads the operations of the server off its Starlette routes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from starlette.endpoints import HTTPEndpoint
from starlette.routing import BaseRoute, Route
from support.openapi_operations import METHODS


class Served(NamedTuple):
    """One operation: its method and its path."""

    method: str
    path: str


def served_operations(routes: Sequence[BaseRoute]) -> Iterator[Served]:
    """Return the operations of some routes; HEAD goes with GET."""
    for route in routes:
        assert isinstance(route, Route)
        if isinstance(route.endpoint, type) and issubclass(route.endpoint, HTTPEndpoint):
            # Its own attributes: what it inherits is another path's.
            methods = {name.upper() for name in METHODS if name.lower() in vars(route.endpoint)}
        else:
            methods = (route.methods or set()) - {"HEAD"}
        for method in methods:
            yield Served(method, route.path_format)
