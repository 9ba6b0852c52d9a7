"""Validation of arguments: what is outside the published bounds is rejected before it is sent.

Every function names the argument in its error. Lists are read once, so that an iterator will do, and no
further than their bound.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeVar, cast

from pandocast_sdk._core.requests.argument_types import check_is_a, string, wrong_type

T = TypeVar("T")


def at_least(name: str, value: object, least: int) -> int:
    """Return a whole number that is not below its lower bound; upper bounds are the server's.

    Raises:
        ValueError: It is below, or not a whole number.
    """
    number = value if type(value) is int else _whole(name, value)
    if number < least:
        raise ValueError(f"{name} must be {least} or more, not {number!r}")
    return number


def optional_at_least(name: str, value: object, least: int) -> int | None:
    """Return a whole number as `at_least` does, or None."""
    return None if value is None else at_least(name, value, least)


def in_range(name: str, value: object, least: int, most: int) -> int:
    """Return a whole number between two bounds, both included.

    Raises:
        ValueError: It is outside, or not a whole number.
    """
    number = _whole(name, value)
    if not least <= number <= most:
        raise ValueError(f"{name} must be from {least} to {most}, not {number!r}")
    return number


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong_type(name, "a whole number", value)
    return value


def text(name: str, value: object, most: int | None = None, *, least: int = 1) -> str:
    """Return a string of `least`, 0 or 1, to `most` characters.

    Raises:
        ValueError: It is empty, too long or not a string. The message does not repeat it: it may be private.
    """
    given = string(name, value)
    if len(given) < least:
        raise ValueError(f"{name} must not be empty")
    if most is not None and len(given) > most:
        raise ValueError(f"{name} must have at most {most} characters, not {len(given)}")
    return given


def optional_text(name: str, value: object, most: int | None = None) -> str | None:
    """Return a string as `text` does, or None."""
    return None if value is None else text(name, value, most)


def bounded_list(name: str, values: Iterable[T], least: int = 0, most: int | None = None) -> list[T]:
    """Return the values as a list of a length between two bounds.

    Raises:
        ValueError: It is too short or too long, or a string or dictionary, which hardly are meant as lists.
    """
    if isinstance(values, str | bytes | bytearray | Mapping):
        raise ValueError(f"{name} must be a list, not a string or dictionary")  # noqa: TRY004 - like any wrong value
    check_is_a(Iterable, name, "a list", values)
    entries = list(values if most is None else islice(values, most + 1))
    if most is not None and len(entries) > most:
        raise ValueError(f"{name} must have at most {most} entries")
    if len(entries) < least:
        raise ValueError(f"{name} must have at least {least} entries, not {len(entries)}")
    return entries


def optional_texts(
    name: str,
    values: Iterable[str] | None,
    least: int = 0,
    most: int | None = None,
    *,
    longest: int | None = None,
) -> list[str] | None:
    """Return a list of strings as `texts` does, or None."""
    return None if values is None else texts(name, values, least, most, longest=longest)


def texts(
    name: str, values: Iterable[str], least: int = 0, most: int | None = None, *, longest: int | None = None
) -> list[str]:
    """Return a list of strings, which may be empty, with its length and theirs checked.

    Raises:
        ValueError: See `bounded_list` and `text`.
    """
    return [
        text(f"{name}[{index}]", value, longest, least=0)
        for index, value in enumerate(bounded_list(name, values, least, most))
    ]


def comma_separated(name: str, values: Iterable[str] | None) -> str | None:
    """Return a list of strings joined by commas, as queries have it, or None.

    Raises:
        ValueError: It is empty, or a string is empty or has a comma: the query would mean another list.
    """
    if values is None:
        return None
    given = bounded_list(name, values, 1)
    for index, value in enumerate(given):
        if "," in text(f"{name}[{index}]", value):
            raise ValueError(f"{name}[{index}] must not have a comma")
    return ",".join(given)


def field_values(name: str, value: object, fields: Sequence[str]) -> dict[str, object]:
    """Return the fields of a model, or of a dictionary in its place; those that are missing are None.

    Raises:
        ValueError: The dictionary has another member, which would be lost.
    """
    if not isinstance(value, Mapping):
        return {field: getattr(value, field, None) for field in fields}
    given = cast("Mapping[object, object]", value)
    if not set(given) <= set(fields):
        raise ValueError(f"{name} may have these members only: {', '.join(fields)}")
    return {field: given.get(field) for field in fields}


def open_members(
    name: str, value: object, fields: Sequence[str], *, nullable: Sequence[str] = ()
) -> dict[str, object]:
    """Return the members of a model, or of a dictionary in its place, unknown ones included.

    Args:
        name: The argument.
        value: The model or dictionary.
        fields: The known members; those that are None are left out.
        nullable: Known members that may be null, and stay.

    Raises:
        ValueError: The value is neither a model nor a dictionary.
    """
    if isinstance(value, Mapping):
        members = dict(cast("Mapping[str, object]", value))
    else:
        extra = cast("Mapping[str, object] | None", getattr(value, "model_extra", None))
        if extra is None:
            raise wrong_type(name, "a dictionary or its model", value, f"pass {{{fields[0]!r}: ...}}")
        given = cast("set[str]", getattr(value, "model_fields_set"))  # noqa: B009 - pydantic is not loaded here
        members = {field: getattr(value, field) for field in (*fields, *nullable) if field in given}
        members.update(extra)
    return {key: member for key, member in members.items() if key not in fields or member is not None}
