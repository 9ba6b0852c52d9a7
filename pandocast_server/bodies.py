"""Bodies of requests: how much is read, and what counts as a JSON object (contract, "Bodies")."""

import asyncio
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain, count
from typing import NoReturn, TypeVar, cast

from starlette.types import Receive, Scope

from pandocast_server.errors import ApiError, bad_request

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64

_PARSED_ON_LOOP = 64 * 1024
_QUOTED = 60
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}", re.ASCII)

T = TypeVar("T")

_Container = dict[str, object] | list[object]


class ClientGoneError(Exception):
    """The client went away before its request was complete; there is nobody to answer."""


async def read_object(scope: Scope, receive: Receive, *, may_be_empty: bool = False) -> dict[str, object]:
    """Read a request's body and give the JSON object that it is.

    Raises:
        ApiError: 413, it is larger than 10 MiB; 400, it is no JSON object, or holds what is forbidden.
        ClientGoneError: The client went away.
    """
    raw = await _read(scope, receive)
    return {} if may_be_empty and not raw else await _parsed(parse_object, raw)


async def read_array(scope: Scope, receive: Receive) -> list[object]:
    """Read a request's body and give the JSON array that it is.

    Raises:
        ApiError: As `read_object`.
        ClientGoneError: The client went away.
    """
    return await _parsed(parse_array, await _read(scope, receive))


def parse_object(raw: bytes) -> dict[str, object]:
    """Give the JSON object in `raw`: UTF-8, names once, no NUL, no lone surrogate, no NaN, at most 64 levels.

    Raises:
        ApiError: 400, naming the fault and where it can the field.
    """
    value = _parse(raw, "object")
    if not isinstance(value, dict):
        raise bad_request("The request body must be a JSON object")
    fields = cast("dict[str, object]", value)
    for name, field in fields.items():
        _check_field(name, field)
    return fields


def parse_array(raw: bytes) -> list[object]:
    """Give the JSON array in `raw`, under the rules of `parse_object`.

    Raises:
        ApiError: 400, naming the fault.
    """
    value = _parse(raw, "array")
    if not isinstance(value, list):
        raise bad_request("The request body must be a JSON array")
    rows = cast("list[object]", value)
    _check_field("array", rows)
    return rows


def quoted(text: str) -> str:
    """Quote what was sent, shortened and escaped, for a message about it."""
    return json.dumps(text if len(text) <= _QUOTED else text[:_QUOTED] + "...")


def named(name: str) -> str:
    """Give a field's name for a message: plain where it reads like one, quoted where it does not."""
    return name if _PLAIN_NAME.fullmatch(name) else quoted(name)


async def _parsed(parse: Callable[[bytes], T], raw: bytes) -> T:
    # A large body must not hold everybody else up.
    return parse(raw) if len(raw) <= _PARSED_ON_LOOP else await asyncio.to_thread(parse, raw)


def _parse(raw: bytes, kind: str) -> object:
    if not raw.strip(b" \t\r\n"):
        raise bad_request(f"The request body is empty; it must be a JSON {kind}")
    try:
        value: object = json.loads(raw.decode(), parse_constant=_no_constant, object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise bad_request(f"The request body is not UTF-8: byte {error.start} is not a character") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise bad_request(f"The request body is not JSON: {place}") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        # Python refuses to read integers of more than some thousand digits.
        raise bad_request("The request body contains a number with too many digits") from error
    return value


async def _read(scope: Scope, receive: Receive) -> bytes:
    declared = dict(scope["headers"]).get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > 18 or int(declared) > MAX_BYTES):
        raise _too_large()
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BYTES:
            raise _too_large()
    return bytes(body)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        # Readers differ in which of the two counts.
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise bad_request(f"{named(twice)} stands twice in the same object of the request body")
    return fields


def _check_field(name: str, value: object) -> None:
    _check_text(name, "A name in the request body")
    level = [value]
    for depth in count(2):
        for item in level:
            if isinstance(item, str):
                _check_text(item, named(name))
            elif isinstance(item, float) and math.isinf(item):
                raise bad_request(f"{named(name)} contains a number that is too large")
        containers = [cast("_Container", item) for item in level if isinstance(item, dict | list)]
        if not containers:
            return
        if depth > MAX_DEPTH:
            raise _too_deep()
        level = [item for container in containers for item in _items(container)]


def _items(container: _Container) -> Iterable[object]:
    return chain(container, container.values()) if isinstance(container, dict) else container


def _check_text(text: str, where: str) -> None:
    if "\0" in text:
        raise bad_request(f"{where} contains the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise bad_request(f"{where} contains a lone surrogate, which is not a character") from error


def _no_constant(name: str) -> NoReturn:
    raise bad_request(f"The request body contains {name}, which is not JSON")


def _too_deep() -> ApiError:
    return bad_request(f"The request body is nested deeper than {MAX_DEPTH} levels")


def _too_large() -> ApiError:
    return ApiError(413, f"The request body is larger than {MAX_BYTES} bytes", {"Connection": "close"})
