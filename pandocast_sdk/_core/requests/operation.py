"""One operation of an API: its request, and how the response is read.

The functions here turn arguments into safe parts of a request, and reject what no request can carry before
anything is sent.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import quote, quote_plus

from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._core.requests.argument_types import no_text, wrong_type
from pandocast_sdk._core.requests.reading import Reader
from pandocast_sdk._core.requests.values import json_bytes, query_texts, without_none

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class RouteSpec(NamedTuple):
    """One row of a service's route table.

    Attributes:
        operation_id: The operation's name, as in the OpenAPI document.
        method: The HTTP method.
        path: The path below the base URL, with `{id}` for a parameter.
        success: The published status of success; any 2xx is accepted.
    """

    operation_id: str
    method: str
    path: str
    success: int


class Operation(NamedTuple, Generic[T_co]):
    """One call, which can be carried out any number of times.

    Attributes:
        name: The operation's name, for errors and logs.
        method: The HTTP method.
        path: The escaped path below the base URL.
        read: Turns a 2xx response into the result; raises `ValueError` when it cannot.
        query: The query string without its question mark.
        body: The JSON body.
        load: Imports what `read` needs; None if nothing is left to import.
    """

    name: str
    method: str
    path: str
    read: Callable[[WireResponse], T_co]
    query: str = ""
    body: bytes | None = None
    load: Callable[[], object] | None = None

    def __repr__(self) -> str:
        return f"<Operation {self.name}: {self.method} {self.path}>"

    @property
    def writes(self) -> bool:
        """Whether carrying it out twice could do something twice."""
        return self.method not in _READS


def operation(
    route: RouteSpec,
    read: Callable[[WireResponse], T],
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, object] | None = None,
    body: Mapping[str, object] | Sequence[object] | None = None,
) -> Operation[T]:
    """Return an operation, made from its row in the route table.

    Args:
        route: The row.
        read: Reads a 2xx response.
        path: The path parameters, not escaped.
        query: The query parameters; those that are None are left out.
        body: The JSON body, an object or an array; members of an object that are None are left out.

    Raises:
        ValueError: A path parameter would change the path, or the body cannot be written as JSON.
    """
    filled = route.path
    if path is not None:
        for name, value in path.items():
            filled = filled.replace(f"{{{name}}}", path_segment(name, value))
    return Operation(
        route.operation_id,
        route.method,
        filled,
        read,
        "" if query is None else query_string(query),
        None if body is None else json_body(body),
        read.load if isinstance(read, Reader) and not read.is_loaded else None,
    )


def path_segment(name: str, value: str) -> str:
    """Return a path parameter, escaped, slashes included.

    Raises:
        ValueError: It is empty, `.` or `..`, which would change the path, or is not encodable.
    """
    if value in {"", ".", ".."}:
        raise ValueError(f"{name} must not be {value!r}: it would change the path of the request")
    try:
        return value if _is_plain(value) else quote(value, safe="")
    except UnicodeEncodeError:
        raise no_text(name) from None


_is_plain = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch  # what both kinds of quoting leave unchanged


def query_string(parameters: Mapping[str, object]) -> str:
    """Return the parameters that are not None as a query string; those of a list repeat their name.

    Raises:
        ValueError: A value has no form in a query.
    """
    pairs: list[str] = []
    for key, value in parameters.items():
        name = key if type(key) is str else _parameter_name(key)
        for text in query_texts(name, value):
            plain = _is_plain(name + text)
            pairs.append(f"{name}={text}" if plain else _quoted(name, text))
    return "&".join(pairs)


def _parameter_name(key: object) -> str:
    if isinstance(key, str):  # perhaps an enumeration, whose text is its value
        return str.__str__(key)
    raise wrong_type("the name of a parameter", "text", key)


def _quoted(name: str, text: str) -> str:
    try:
        return f"{quote_plus(name)}={quote_plus(text)}"
    except UnicodeEncodeError:
        raise no_text(name) from None


def json_body(value: Mapping[str, object] | Sequence[object]) -> bytes:
    """Return an object without its members that are None, or an array, as compact JSON in UTF-8.

    Raises:
        ValueError: See `json_bytes`.
    """
    return json_bytes(without_none(value) if isinstance(value, Mapping) else value)
