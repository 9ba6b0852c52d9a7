"""Arguments within their published bounds: what is known to be refused is refused before it is sent.

Every function names the parameter in its error. Lists are read once, so that an iterator will do, and no
further than their bound.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TypeVar, cast

T = TypeVar("T")


def at_least(name: str, value: object, least: int) -> int:
    """Check a whole number's lower bound; upper bounds are the server's.

    Raises:
        ValueError: It is below, or no whole number.
    """
    number = value if type(value) is int else _whole(name, value)
    if number < least:
        raise ValueError(f"{name} must be {least} or more, not {number!r}")
    return number


def maybe_at_least(name: str, value: object, least: int) -> int | None:
    """Check a whole number as `at_least` does, if there is one."""
    return None if value is None else at_least(name, value, least)


def within(name: str, value: object, least: int, most: int) -> int:
    """Check both bounds of a whole number.

    Raises:
        ValueError: It is outside, or no whole number.
    """
    number = _whole(name, value)
    if not least <= number <= most:
        raise ValueError(f"{name} must be from {least} to {most}, not {number!r}")
    return number


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number, not {type(value).__name__}")  # noqa: TRY004 - as below
    return value


def text(name: str, value: object, most: int | None = None) -> str:
    """Check that a text has a character, and no more than `most`.

    Raises:
        ValueError: It has not, or is no text. The message does not repeat it: it may be long or private.
    """
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, not {type(value).__name__}")  # noqa: TRY004 - as every bad value
    if not value:
        raise ValueError(f"{name} must not be empty")
    if most is not None and len(value) > most:
        raise ValueError(f"{name} must have at most {most} characters, not {len(value)}")
    return value


def maybe_text(name: str, value: object, most: int | None = None) -> str | None:
    """Check a text as `text` does, if there is one."""
    return None if value is None else text(name, value, most)


def listed(name: str, values: Iterable[T], least: int = 0, most: int | None = None) -> list[T]:
    """Read a list and check its length.

    Raises:
        ValueError: It is too short or too long, or a single text, whose letters are hardly meant, or a
            dictionary.
    """
    if isinstance(values, str | bytes | bytearray | Mapping):
        raise ValueError(f"{name} must be a list, not one text or dictionary")  # noqa: TRY004 - as above
    entries = list(values if most is None else islice(values, most + 1))
    if most is not None and len(entries) > most:
        raise ValueError(f"{name} must have at most {most} entries")
    if len(entries) < least:
        raise ValueError(f"{name} must have at least {least} entries, not {len(entries)}")
    return entries


def texts(
    name: str,
    values: Iterable[str] | None,
    least: int = 0,
    most: int | None = None,
    *,
    longest: int | None = None,
) -> list[str] | None:
    """Read a list of texts, if there is one, and check its length and theirs.

    Raises:
        ValueError: See `listed` and `text`.
    """
    if values is None:
        return None
    return [
        text(f"{name}[{place}]", value, longest)
        for place, value in enumerate(listed(name, values, least, most))
    ]


def without_commas(name: str, values: Sequence[str]) -> None:
    """Check that texts can stand in a list with commas between them and be told apart again.

    Raises:
        ValueError: One holds a comma, or nothing but blanks.
    """
    for place, value in enumerate(values):
        if "," in value or not value.strip():
            raise ValueError(f"{name}[{place}] must not be blank or hold a comma, not {value!r}")


def comma_list(name: str, values: Iterable[str] | None) -> str | None:
    """Write a list of texts, if there is one, with commas between them, as queries have it.

    Raises:
        ValueError: It is empty, which would ask for everything, or see `texts` and `without_commas`.
    """
    given = texts(name, values, 1)
    if given is None:
        return None
    without_commas(name, given)
    return ",".join(given)


def distinct(name: str, values: Sequence[str]) -> None:
    """Check that no value stands twice.

    Raises:
        ValueError: One does.
    """
    if len(set(values)) < len(values):
        raise ValueError(f"{name} must be distinct")


def members(name: str, value: object, fields: Sequence[str]) -> dict[str, object]:
    """Give the fields of a model or of a dictionary that stands for one; those that are missing are None.

    Raises:
        ValueError: The dictionary has another member, which would be lost.
    """
    if not isinstance(value, Mapping):
        return {field: getattr(value, field, None) for field in fields}
    given = cast("Mapping[object, object]", value)
    if not set(given) <= set(fields):
        raise ValueError(f"{name} may have these members only: {', '.join(fields)}")
    return {field: given.get(field) for field in fields}
