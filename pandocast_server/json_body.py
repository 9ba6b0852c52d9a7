"""Bodies of requests: how much is read, and what JSON must not hold (contract, "Bodies")."""

import asyncio
import json
import math
from collections import Counter
from typing import NoReturn, TypeVar, cast

from pydantic import BaseModel
from starlette.requests import Request

from pandocast_server.errors import ApiError, bad_request
from pandocast_server.validation import named, validated

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 64

_PARSED_ON_LOOP = 64 * 1024

M = TypeVar("M", bound=BaseModel)


async def read_body(request: Request, model: type[M], *, may_be_empty: bool = False) -> M:
    """Return a request's body as the model that describes it.

    Raises:
        ApiError: 413, it is larger than 10 MiB; 400, it is not JSON, holds what JSON must not hold here, or
            does not fit the model.
        ClientDisconnect: The client went away.
    """
    raw = await _read(request)
    if may_be_empty and not raw:
        raw = b"{}"
    # A large body must not hold everybody else up.
    value = parse(raw) if len(raw) <= _PARSED_ON_LOOP else await asyncio.to_thread(parse, raw)
    return validated(model, value)


def parse(raw: bytes) -> object:
    """Return the JSON in `raw`: UTF-8, names once, no NUL, no lone surrogate, no NaN, at most 64 levels.

    Raises:
        ApiError: 400, naming the fault and where it can the field.
    """
    if not raw.strip(b" \t\r\n"):
        raise bad_request("The request body is empty; it must be JSON")
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
    _check(value)
    return value


async def _read(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > MAX_BYTES):
        raise _too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
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


def _check(value: object, where: str = "The request body", depth: int = 1) -> None:
    """Refuse what a body must not hold; `where` names the field of the outermost object."""
    if isinstance(value, str):
        _check_text(value, where)
    elif isinstance(value, float) and math.isinf(value):
        raise bad_request(f"{where} contains a number that is too large")
    elif isinstance(value, dict | list) and depth > MAX_DEPTH:
        raise _too_deep()
    elif isinstance(value, dict):
        for name, item in cast("dict[str, object]", value).items():
            _check_text(name, where if depth > 1 else "A name in the request body")
            _check(item, where if depth > 1 else named(name), depth + 1)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            _check(item, where, depth + 1)


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
