"""What bodies and queries may hold: the models' base, the types that they share, and how they refuse."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, TypeVar, cast

from attrs import frozen
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema
from starlette.requests import Request

from pandocast_server.errors import ApiError, bad_request

M = TypeVar("M", bound=BaseModel)

LARGEST_COUNT = 2**53 - 1  # the largest that every reader of JSON keeps exact

_QUOTED = 60
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}", re.ASCII)
_DIGITS = re.compile(r"\d{1,19}", re.ASCII)
# RFC 3339, "date-time": seconds and an offset are part of it.
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,100}))?(?:[Zz]|([+-]\d{2}:\d{2}))", re.ASCII
)


class RequestModel(BaseModel):
    """What a Pandocast request holds; a field that may be absent may be null, which is the same."""

    model_config = ConfigDict(strict=True, frozen=True)


class CamelModel(RequestModel):
    """What a Passband request holds; its names are camelCase."""

    model_config = ConfigDict(alias_generator=to_camel)


@frozen
class Whole:
    """A whole number from `least` to `most`; JSON does not tell 1.0 from 1. Used in `Annotated[int, ...]`."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        bounds = core_schema.int_schema(ge=self.least, le=self.most, strict=True)
        return core_schema.no_info_before_validator_function(self._read, bounds)

    def _read(self, value: object) -> int:
        number = self._number(value)
        if number is None or not self.least <= number <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}")
        return number

    def _number(self, value: object) -> int | None:
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


@frozen
class Digits(Whole):
    """A whole number as a query writes it."""

    def _number(self, value: object) -> int | None:
        if isinstance(value, str):
            return int(value) if _DIGITS.fullmatch(value) else None
        return super()._number(value)


def _read_time(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "must be a string")
    parts = _DATE_TIME.fullmatch(value)
    if parts is None:
        like = "a date and time with a UTC offset, such as 2026-03-30T14:00:00Z"
        raise ValueError(f"must be {like}, not {quoted(value)}")
    date, time, fraction, offset = parts.groups()
    microseconds = (fraction or "")[:6].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{date}T{time}.{microseconds}{offset or '+00:00'}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is not a time that exists: {quoted(value)}") from error


Time = Annotated[datetime, BeforeValidator(_read_time)]
"""A date and time of RFC 3339 with an offset; read in UTC and to the microsecond."""

Text = Annotated[str, StringConstraints(min_length=1)]


@frozen
class CommaSeparated:
    """Names as a query lists them, each once and in order. Used in `Annotated[list[...], ...]`."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._split, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: object) -> dict[str, object]:
        return {"type": "string", "minLength": 1}

    def _split(self, value: str) -> list[str]:
        names = dict.fromkeys(piece.strip() for piece in value.split(",") if piece.strip())
        if not names:
            raise ValueError("must not be empty")
        return list(names)


def read_query(request: Request, model: type[M]) -> M:
    """Return a request's query as the model that describes it; other parameters are ignored.

    Raises:
        ApiError: 400, a parameter stands there twice, is empty, no text, or does not fit the model.
    """
    known, given = _parameters(model), dict[str, object]()
    for name, value in request.query_params.multi_items():
        if name not in known:
            continue
        if name in given:
            raise bad_request(f"{name} must be given once")
        if not value:
            raise bad_request(f"{name} must not be empty")
        if "\0" in value or "\ufffd" in value:
            raise bad_request(f"{name} holds what is not a character")
        given[name] = value
    return validated(model, given)


def validated(model: type[M], value: object) -> M:
    """Return `value` as a model.

    Raises:
        ApiError: 400, it does not fit; the sentence names the first field that is at fault.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False)[0]) from error


def quoted(text: str) -> str:
    """Quote what was sent, shortened and escaped, for a message about it."""
    return json.dumps(text if len(text) <= _QUOTED else text[:_QUOTED] + "...")


def named(name: str) -> str:
    """Return a field's name for a message: plain where it reads like one, quoted where it does not."""
    return name if _PLAIN_NAME.fullmatch(name) else quoted(name)


@cache
def _parameters(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items())


_SENTENCES: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be a string",
    "string_too_long": "must have at most {max_length} characters, not {length}",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "too_short": "must have at least {min_length} entries, not {actual_length}",
    "too_long": "must have at most {max_length} entries, not {actual_length}",
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "float_type": "must be a number",
    "greater_than": "must be a number greater than {gt:g}",
}
_WHOLE_BODY = {**_SENTENCES, "model_type": "must be a JSON object", "list_type": "must be a JSON array"}


def _refusal(error: ErrorDetails) -> ApiError:
    kind, value, place = error["type"], cast("object", error["input"]), _place(error["loc"])
    if not error["loc"] and kind in _WHOLE_BODY:
        return bad_request(f"The request body {_WHOLE_BODY[kind].format(**error.get('ctx', {}))}")
    return bad_request(f"{place} {_sentence(error, kind, value)}".strip())


def _place(loc: tuple[int | str, ...]) -> str:
    """Write where a value stands, such as `images[0].url`; what stands in no object is one of the slots."""
    steps = ("slots", *loc) if loc and isinstance(loc[0], int) else loc
    return "".join(f"[{step}]" if isinstance(step, int) else f".{named(step)}" for step in steps)[1:]


def _sentence(error: ErrorDetails, kind: str, value: object) -> str:
    context = error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        if not isinstance(value, str):
            return "must be a string"
        choices = context["expected"].replace("'", "").replace(" or ", ", ")
        return f"must be one of {choices}, not {quoted(value)}"
    if kind == "string_too_short" or (kind == "too_short" and context["min_length"] == 1):
        return "must not be empty"
    length = len(value) if isinstance(value, str) else 0
    return _SENTENCES[kind].format(**context, length=length) if kind in _SENTENCES else error["msg"]
