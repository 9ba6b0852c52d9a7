"""Fields of bodies: taken out with their rules, refused by name."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import cast

from pandocast_server.bodies import quoted
from pandocast_server.errors import bad_request

# RFC 3339, "date-time": seconds and an offset are part of it.
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,100}))?(?:[Zz]|([+-]\d{2}:\d{2}))", re.ASCII
)

Fields = Mapping[str, object]

LARGEST_COUNT = 2**53 - 1  # the largest that every reader of JSON keeps exact


def required_text(body: Fields, name: str, *, longest: int) -> str:
    """Give a text of 1 to `longest` characters.

    Raises:
        ApiError: 400, it is missing, no string, empty or too long.
    """
    text = _text(body, name)
    if not text:
        raise bad_request(f"{name} must not be empty")
    if len(text) > longest:
        raise bad_request(f"{name} must have at most {longest} characters, not {len(text)}")
    return text


def optional_text(body: Fields, name: str) -> str | None:
    """Give a text, or None where the field is absent or null.

    Raises:
        ApiError: 400, it is no string.
    """
    return None if body.get(name) is None else _text(body, name)


def optional_texts(body: Fields, name: str) -> list[str] | None:
    """Give a list of at least one string, each once, or None where the field is absent or null.

    Raises:
        ApiError: 400, it is no list, empty, or holds something else.
    """
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise bad_request(f"{name} must be a list of strings")
    texts = list(dict.fromkeys(_string(item, name) for item in cast("list[object]", value)))
    if not texts:
        raise bad_request(f"{name} must not be empty")
    return texts


def required_time(body: Fields, name: str) -> datetime:
    """Give a time with an offset, in UTC and to the microsecond.

    Raises:
        ApiError: 400, it is missing or not a date and time of RFC 3339.
    """
    return read_time(_text(body, name), name)


def optional_time(body: Fields, name: str) -> datetime | None:
    """Give a time as `required_time`, or None where the field is absent or null.

    Raises:
        ApiError: 400, it is not a date and time of RFC 3339.
    """
    return None if body.get(name) is None else required_time(body, name)


def optional_flag(body: Fields, name: str) -> bool | None:
    """Give true or false, or None where the field is absent or null.

    Raises:
        ApiError: 400, it is neither.
    """
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise bad_request(f"{name} must be true or false")


def optional_count(body: Fields, name: str) -> int | None:
    """Give a whole number from 0 to 2^53 - 1, or None where the field is absent or null.

    Raises:
        ApiError: 400, it is something else.
    """
    value = body.get(name)
    if value is None:
        return None
    if not is_whole(value, least=0, most=LARGEST_COUNT):
        raise bad_request(f"{name} must be a whole number from 0 to {LARGEST_COUNT}")
    return int(cast("int | float", value))


def optional_choice(body: Fields, name: str, choices: Collection[str]) -> str | None:
    """Give one of the values that a field can have, or None where it is absent or null.

    Raises:
        ApiError: 400, it is another.
    """
    text = optional_text(body, name)
    return None if text is None else one_of(text, name, choices)


def required_choice(body: Fields, name: str, choices: Collection[str]) -> str:
    """Give one of the values that a field can have.

    Raises:
        ApiError: 400, it is missing or another.
    """
    return one_of(_text(body, name), name, choices)


def one_of(text: str, name: str, choices: Collection[str]) -> str:
    """Give `text` when it is one of the choices.

    Raises:
        ApiError: 400, it is not; the message lists them.
    """
    if text not in choices:
        raise bad_request(f"{name} must be one of {', '.join(choices)}, not {quoted(text)}")
    return text


def optional_object(body: Fields, name: str) -> dict[str, object] | None:
    """Give a JSON object, or None where the field is absent or null.

    Raises:
        ApiError: 400, it is something else.
    """
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request(f"{name} must be an object")
    return cast("dict[str, object]", value)


def optional_list(body: Fields, name: str, *, most: int) -> list[object] | None:
    """Give a list of at most `most` entries, or None where the field is absent or null.

    Raises:
        ApiError: 400, it is something else or too long.
    """
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise bad_request(f"{name} must be a list")
    rows = cast("list[object]", value)
    if len(rows) > most:
        raise bad_request(f"{name} must have at most {most} entries, not {len(rows)}")
    return rows


def is_whole(value: object, *, least: int, most: int) -> bool:
    """Tell whether a JSON value is a whole number within bounds; JSON does not tell 1.0 from 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return least <= value <= most and value == int(value)


def read_time(text: str, name: str) -> datetime:
    """Read a time with an offset, in UTC and to the microsecond.

    Raises:
        ApiError: 400, it is not a date and time of RFC 3339.
    """
    parts = _DATE_TIME.fullmatch(text)
    if parts is None:
        like = "a date and time with a UTC offset, such as 2026-03-30T14:00:00Z"
        raise bad_request(f"{name} must be {like}, not {quoted(text)}")
    date, time, fraction, offset = parts.groups()
    microseconds = (fraction or "")[:6].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{date}T{time}.{microseconds}{offset or '+00:00'}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise bad_request(f"{name} is not a time that exists: {quoted(text)}") from error


def _text(body: Fields, name: str) -> str:
    if name not in body:
        raise bad_request(f"{name} is missing")
    value = body[name]
    if not isinstance(value, str):
        raise bad_request(f"{name} must be a string")
    return value


def _string(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise bad_request(f"{name} must be a list of strings")
    return value
