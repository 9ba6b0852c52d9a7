"""Fields of bodies and parameters of queries: taken out with their rules, refused by name."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast
from urllib.parse import parse_qsl

from pandocast_server.bodies import quoted
from pandocast_server.errors import bad_request

# RFC 3339, "date-time": seconds and an offset are part of it.
_DATE_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,100}))?(?:[Zz]|([+-]\d{2}:\d{2}))", re.ASCII
)
_DIGITS = re.compile(r"\d{1,19}", re.ASCII)

Fields = Mapping[str, object]


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
    text = _text(body, name)
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


def whole_number(query: str, name: str, *, least: int, most: int, default: int) -> int:
    """Give a parameter of a query string.

    Raises:
        ApiError: 400, it stands there twice, or is not a whole number between `least` and `most`.
    """
    given = [value for key, value in parse_qsl(query, keep_blank_values=True) if key == name]
    if not given:
        return default
    if len(given) > 1:
        raise bad_request(f"{name} must be given once")
    if not _DIGITS.fullmatch(given[0]) or not least <= int(given[0]) <= most:
        raise bad_request(f"{name} must be a whole number from {least} to {most}, not {quoted(given[0])}")
    return int(given[0])


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
