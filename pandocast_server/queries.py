"""Parameters of queries: taken out with their rules, refused by name."""

import re
from collections.abc import Collection
from datetime import datetime
from urllib.parse import parse_qsl

from pandocast_server.bodies import quoted
from pandocast_server.errors import bad_request
from pandocast_server.fields import one_of, read_time

_DIGITS = re.compile(r"\d{1,19}", re.ASCII)


def parameter(query: str, name: str) -> str | None:
    """Give a parameter's value, or None where it is absent.

    Raises:
        ApiError: 400, it stands there twice, is empty, or holds NUL or bytes that are not UTF-8.
    """
    given = _given(query, name)
    if given is None:
        return None
    if not given:
        raise bad_request(f"{name} must not be empty")
    if "\0" in given or "\ufffd" in given:
        raise bad_request(f"{name} holds what is not a character")
    return given


def required_parameter(query: str, name: str) -> str:
    """Give a parameter's value.

    Raises:
        ApiError: 400, it is absent, or as `parameter`.
    """
    value = parameter(query, name)
    if value is None:
        raise bad_request(f"{name} is missing")
    return value


def choice_parameter(query: str, name: str, choices: Collection[str]) -> str | None:
    """Give one of the values that a parameter can have, or None where it is absent.

    Raises:
        ApiError: 400, it is another.
    """
    value = parameter(query, name)
    return None if value is None else one_of(value, name, choices)


def time_parameter(query: str, name: str) -> datetime | None:
    """Give a time with an offset, in UTC, or None where it is absent.

    Raises:
        ApiError: 400, it is not a date and time of RFC 3339.
    """
    value = parameter(query, name)
    return None if value is None else read_time(value, name)


def names_parameter(query: str, name: str) -> list[str] | None:
    """Give the names in a comma-separated list, each once and in order, or None where it is absent.

    Raises:
        ApiError: 400, it names nothing.
    """
    value = parameter(query, name)
    if value is None:
        return None
    names = list(dict.fromkeys(piece.strip() for piece in value.split(",") if piece.strip()))
    if not names:
        raise bad_request(f"{name} must not be empty")
    return names


def whole_number(query: str, name: str, *, least: int, most: int, default: int) -> int:
    """Give a parameter that is a number.

    Raises:
        ApiError: 400, it stands there twice, or is not a whole number between `least` and `most`.
    """
    given = _given(query, name)
    if given is None:
        return default
    if not _DIGITS.fullmatch(given) or not least <= int(given) <= most:
        raise bad_request(f"{name} must be a whole number from {least} to {most}, not {quoted(given)}")
    return int(given)


def _given(query: str, name: str) -> str | None:
    given = [value for key, value in parse_qsl(query, keep_blank_values=True) if key == name]
    if len(given) > 1:
        raise bad_request(f"{name} must be given once")
    return given[0] if given else None
