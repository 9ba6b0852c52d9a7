"""The types of arguments: a wrong one is rejected before anything is sent, and the error says what to pass.

Type checkers find most of these mistakes. People make them all the same.
"""

from collections.abc import Mapping
from types import UnionType
from typing import cast
from uuid import UUID


def wrong_type(name: str, expected: str, value: object, advice: str | None = None) -> ValueError:
    """Return the error for an argument of a wrong type; it does not repeat the value, which may be private.

    Args:
        name: The argument.
        expected: What it must be, in words.
        value: What it is.
        advice: What to pass instead, in words, if that is not plain from its type.
    """
    kind = "None" if value is None else type(value).__name__
    advice = advice or _advice(value)
    return ValueError(f"{name} must be {expected}, not {kind}{advice and f'; {advice}'}")


def _advice(value: object) -> str:
    """Return what to pass in place of a value that is of a wrong type but has what is needed."""
    if isinstance(value, bytes | bytearray):
        return "decode it"
    if isinstance(value, UUID):
        return "pass str() of it"
    if hasattr(value, "__await__"):
        return "await it"
    if hasattr(value, "get_secret_value"):
        return "pass its get_secret_value()"
    return "pass its id" if hasattr(type(value), "model_fields") and hasattr(value, "id") else ""


def no_text(name: str) -> ValueError:
    """Return the error for a text that has no form in UTF-8, as one that was cut within an emoji."""
    return ValueError(
        f"{name} must have no lone surrogates, such as half an emoji; pass text as UTF-8 has it"
    )


def string(name: str, value: object) -> str:
    """Return a string, which may be empty.

    Raises:
        ValueError: It is not a string.
    """
    if not isinstance(value, str):
        raise wrong_type(name, "text", value)
    return value


def optional_string(name: str, value: object) -> str | None:
    """Return a string as `string` does, or None."""
    return None if value is None else string(name, value)


def resource_id(name: str, value: object) -> str:
    """Return an id that can be one segment of a path.

    Raises:
        ValueError: It is not a string, or it is empty, `.` or `..`, which would change the path; or it has no
            form in UTF-8.
    """
    if string(name, value) in {"", ".", ".."}:
        raise ValueError(f"{name} must not be {value!r}: it would change the path of the request")
    given = cast("str", value)
    try:
        given.encode()
    except UnicodeEncodeError:
        raise no_text(name) from None
    return given


def flag(name: str, value: object) -> bool:
    """Return a boolean.

    Raises:
        ValueError: It is anything else: the text "false" would count as true.
    """
    if not isinstance(value, bool):
        raise wrong_type(name, "True or False", value)
    return value


def optional_flag(name: str, value: object) -> bool | None:
    """Return a boolean as `flag` does, or None."""
    return None if value is None else flag(name, value)


def optional_members(name: str, value: object) -> dict[str, object] | None:
    """Return the members of an object, or None.

    Raises:
        ValueError: It is not a dictionary or another mapping.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise wrong_type(name, "a dictionary", value)
    return dict(cast("Mapping[str, object]", value))


def check_is_a(kind: type | UnionType, name: str, expected: str, value: object) -> None:
    """Check the type of an argument.

    Raises:
        ValueError: It has another.
    """
    if not isinstance(value, kind):
        raise wrong_type(name, expected, value)


def check_callable(name: str, value: object) -> None:
    """Check that an argument is a function, or None.

    Raises:
        ValueError: It is neither.
    """
    if value is not None and not callable(value):
        raise wrong_type(name, "a function", value)
