"""Values on their way out: as text in queries, and as JSON in bodies."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import cast
from uuid import UUID

from pandocast_sdk._core.not_given import NOT_GIVEN
from pandocast_sdk._core.requests.argument_types import no_text, wrong_type


def query_texts(name: str, value: object) -> list[str]:
    """Return the values of a query parameter: one, or those of a list, or none for None.

    Raises:
        ValueError: It has no form in a query.
    """
    if type(value) is str or type(value) is int:
        return [str(value)]
    if value is None or value is NOT_GIVEN:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        parts = cast("Iterable[object]", value)
        return [text for part in parts for text in query_texts(name, part)]
    return [_query_text(name, value)]


def _query_text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return _query_text(name, cast("object", value.value))
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int | float | Decimal | UUID):
        if isinstance(value, float | Decimal) and not isfinite(value):
            raise ValueError(f"{name} must be a finite number, not {value}")
        return str(value)
    if isinstance(value, datetime):
        return timestamp(name, value)
    kind = type(value).__name__
    raise ValueError(f"{name} must be text, a number, a boolean or a list of these, not {kind}")


def json_bytes(value: object) -> bytes:
    """Return a value as compact JSON in UTF-8.

    Raises:
        ValueError: A value has no form in JSON, a text has a lone surrogate, or the nesting is too deep.
    """
    try:
        return _json_text(value).encode()
    except UnicodeEncodeError:
        raise no_text(_name_of_no_text(value)) from None
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except ValueError as error:
        if "JSON compliant" in str(error):  # the standard library's words for NaN and the infinities
            raise ValueError("a number in the body has no form in JSON: it is not finite") from None
        raise
    except TypeError as error:  # of a member's name
        raise ValueError(f"the body has no form in JSON: {error}") from None


def _json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_json_value)


def _name_of_no_text(value: object) -> str:
    """Return the member of a body in which a lone surrogate is."""
    if not isinstance(value, Mapping):
        return "the body"
    for name, member in cast("Mapping[str, object]", value).items():
        try:
            _json_text(member).encode()
        except UnicodeEncodeError:
            return name
    return "the body"


def without_none(members: Mapping[str, object]) -> dict[str, object]:
    """Return the members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def without_not_given(value: object) -> object:
    """Return a value without those members of objects in it that are `NOT_GIVEN`.

    Raises:
        RecursionError: It is nested too deeply.
    """
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value).items()
        return {name: without_not_given(member) for name, member in members if member is not NOT_GIVEN}
    if isinstance(value, list | tuple):
        return [without_not_given(entry) for entry in cast("Iterable[object]", value)]
    return value


def _json_value(value: object) -> object:
    """Return the JSON for a value that the standard library knows no JSON for."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    if isinstance(value, Enum) and value is not NOT_GIVEN:
        return cast("object", value.value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return timestamp("a time in the body", value)
    raise ValueError(f"a value in the body has no form in JSON: it is of type {type(value).__name__}")


def timestamp(name: str, moment: datetime) -> str:
    """Return a time as text, in UTC with `Z`.

    Raises:
        ValueError: It is not a time, or has no UTC offset and so is ambiguous, or in UTC its year is out of
            range.
    """
    given: object = moment
    if not hasattr(given, "astimezone"):  # a fake clock has other classes
        advice = "pass datetime.fromisoformat() of it" if isinstance(given, str) else None
        raise wrong_type(name, "a datetime with a UTC offset", given, advice)
    if moment.utcoffset() is None:
        raise ValueError(f"{name} must have a UTC offset, such as datetime(..., tzinfo=timezone.utc)")
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:
        raise ValueError(f"{name} is out of range in UTC") from None
