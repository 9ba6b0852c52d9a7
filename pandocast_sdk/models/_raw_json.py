"""JSON values that know their own text, so that what cannot be read stays reachable as it came.

This parser takes what a strict one refuses: half a surrogate pair, as a sender writes that has cut a title
through an emoji; control characters; bytes that are not UTF-8; numbers of more digits than Python converts.
"""

import json
import re
from typing import NamedTuple, cast


def _integer(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:  # the limit of `sys.set_int_max_str_digits`
        return float(text)


_decoder = json.JSONDecoder(strict=False, parse_int=_integer)
_skip_space = re.compile(r"[ \t\n\r]*").match


class RawJson(NamedTuple):
    """A JSON value.

    Attributes:
        text: Its text; a byte that is not UTF-8 is half a surrogate pair in it.
        value: The decoded value.
    """

    text: str
    value: object

    @classmethod
    def parse(cls, body: bytes) -> "RawJson":
        """Return the value of a whole body.

        Raises:
            ValueError: It is not JSON.
        """
        text = body.decode("utf-8", "surrogateescape").strip(" \t\n\r")
        return cls(text, _decoder.decode(text))

    @property
    def raw(self) -> bytes:
        """Its own bytes."""
        return self.text.encode("utf-8", "surrogateescape")

    def elements(self) -> list["RawJson"]:
        """Return the elements of an array, which this has to be."""
        found: list[RawJson] = []
        end = 0
        for _ in cast("list[object]", self.value):
            element, end = self._value_behind(end)
            found.append(element)
        return found

    def members(self) -> dict[str, "RawJson"]:
        """Return the members of an object, which this has to be; of those with the same name, the last."""
        found: dict[str, RawJson] = {}
        end = 0 if self.value else len(self.text) - 1
        while self.text[end] != "}":
            name, colon = self._value_behind(end)
            found[cast("str", name.value)], end = self._value_behind(colon)
        return found

    def _value_behind(self, mark: int) -> tuple["RawJson", int]:
        """Return the value behind a bracket, comma or colon, and where the next of those is."""
        start = _space_end(self.text, mark + 1)
        value, end = _decoder.raw_decode(self.text, start)
        return RawJson(self.text[start:end], value), _space_end(self.text, end)


def _space_end(text: str, start: int) -> int:
    space = _skip_space(text, start)
    return start if space is None else space.end()
