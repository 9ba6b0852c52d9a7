"""JSON values that know their own text, so that what cannot be read stays reachable as it came.

This parser takes what a strict one refuses: half a surrogate pair, as a sender writes that has cut a title
through an emoji; control characters; bytes that are not UTF-8; numbers of more digits than Python converts.
What is nested too deeply is not decoded, only its parts that are not, so no depth exhausts the stack.
"""

import json
import re
from typing import NamedTuple


def _integer(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:  # the limit of `sys.set_int_max_str_digits`
        return float(text)


_decoder = json.JSONDecoder(strict=False, parse_int=_integer)
_skip_space = re.compile(r"[ \t\n\r]*").match
_marks = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)  # a string counts as one

DEEPEST = 200
"""How many levels a value has at most: what pydantic reads, and Python copies and pickles, with ease."""


class RawJson(NamedTuple):
    """A JSON value.

    Attributes:
        text: Its text; a byte that is not UTF-8 is half a surrogate pair in it.
        value: The decoded value; of one that is too deep, an object or an array that stands for it.
        is_deep: Whether it has more than `DEEPEST` levels. Only its brackets have been matched then.
    """

    text: str
    value: object
    is_deep: bool = False

    @classmethod
    def parse(cls, body: bytes) -> "RawJson":
        """Return the value of a whole body.

        Raises:
            ValueError: It is not JSON.
        """
        text = body.decode("utf-8", "surrogateescape").strip(" \t\n\r")
        if not _is_deep(text):
            return cls(text, _decoder.decode(text))
        whole, end = _deep_value(text, 0)
        if end != len(text):
            raise json.JSONDecodeError("Extra data", text, end)
        return whole

    @property
    def raw(self) -> bytes:
        """Its own bytes."""
        return self.text.encode("utf-8", "surrogateescape")

    def elements(self) -> list["RawJson"]:
        """Return the elements of an array, which this has to be."""
        found: list[RawJson] = []
        end = 0 if self.value else len(self.text) - 1
        while self.text[end] != "]":
            element, end = self._value_behind(end, ",]")
            found.append(element)
        return found

    def members(self) -> dict[str, "RawJson"]:
        """Return the members of an object, which this has to be; of those with the same name, the last."""
        found: dict[str, RawJson] = {}
        end = 0 if self.value else len(self.text) - 1
        while self.text[end] != "}":
            name, colon = self._value_behind(end, ":")
            found[str(name.value)], end = self._value_behind(colon, ",}")
        return found

    def _value_behind(self, mark: int, marks: str) -> tuple["RawJson", int]:
        """Return the value behind a bracket, comma or colon, and where the next of those is."""
        start = _space_end(self.text, mark + 1)
        if self.is_deep:
            element, end = _deep_value(self.text, start)
        else:
            value, end = _decoder.raw_decode(self.text, start)
            element = RawJson(self.text[start:end], value)
        end = _space_end(self.text, end)
        if self.text[end] not in marks:
            raise json.JSONDecodeError("Expecting another delimiter", self.text, end)
        return element, end


def _deep_value(text: str, start: int) -> tuple[RawJson, int]:
    """Return the value at a place of what is too deep to be decoded, and where it ends."""
    kind = text[start]
    if kind not in "[{":
        value, end = _decoder.raw_decode(text, start)
        return RawJson(text[start:end], value), end
    end, levels = _extent(text, start)
    inner = text[start:end]
    if levels > DEEPEST:
        return RawJson(inner, [None] if kind == "[" else {"": None}, is_deep=True), end
    return RawJson(inner, _decoder.decode(inner)), end


def _is_deep(text: str) -> bool:
    """Tell whether a body has more than `DEEPEST` levels."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    return _extent(text, 0)[1] > DEEPEST


def _extent(text: str, start: int) -> tuple[int, int]:
    """Return where the bracket at a place is closed, and how many levels there are until then."""
    depth = levels = 0
    for mark in _marks.finditer(text, start):
        if mark[0] in "[{":
            depth += 1
            levels = max(levels, depth)
        elif mark[0] in "]}":
            depth -= 1
        if depth == 0:
            return mark.end(), levels
    raise json.JSONDecodeError("Expecting a closing bracket", text, start)


def _space_end(text: str, start: int) -> int:
    space = _skip_space(text, start)
    return start if space is None else space.end()
