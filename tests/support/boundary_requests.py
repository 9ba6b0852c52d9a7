"""Requests at and beyond the bounds of an operation, each with the verdict of its document."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any, cast
from urllib.parse import urlencode

from attrs import frozen
from support.boundary_values import ABSENT, ITEM, Bounds, Place
from support.openapi_document import DESCRIPTIONS, Description
from support.openapi_operations import operations

_QUOTED = 60
_WHOLE_NUMBER = re.compile(r"-?\d+", re.ASCII)
_DEEP: Any = json.loads("[" * 64 + "]" * 64)
_UNKNOWN: Sequence[object] = (None, {"a": [1.5, None]}, "a\0", _DEEP)  # what is in a field that is not listed
_WRITTEN_OTHERWISE = ("+1", "01", "1e1", "\N{ARABIC-INDIC DIGIT ONE}")


@frozen
class Attempt:
    """One request.

    Attributes:
        place: The field or parameter that is out of the ordinary, such as `images.*.url`; or two of them.
        value: What is there, shortened.
        fits: Whether the document says that it may be.
        query: The query string.
        body: The body, if there is one.
    """

    place: str
    value: str
    fits: bool
    query: str = ""
    body: bytes | None = None


@frozen
class Operation:
    """An operation of a document that needs a key."""

    mount: str
    path: str
    method: str
    described: Any

    @property
    def name(self) -> str:
        return str(self.described["operationId"])

    @property
    def description(self) -> Description:
        return DESCRIPTIONS[self.mount]

    @property
    def pointer(self) -> tuple[str, ...]:
        return ("paths", self.path, self.method.lower())

    def attempts(self) -> Iterator[Attempt]:
        """Return all requests at and beyond the bounds of the body and of each parameter of the query."""
        yield from _queries(self)
        if "requestBody" in self.described:
            yield from _bodies(self)


OPERATIONS = [
    Operation(mount, path, method, described)
    for mount, description in DESCRIPTIONS.items()
    for path, method, described in operations(description.at())
    if described.get("security") != []
]


def _bodies(operation: Operation) -> Iterator[Attempt]:
    description, body = operation.description, operation.described["requestBody"]
    content = (*operation.pointer, "requestBody", "content", "application/json")
    validator = description.validator(*content, "schema")
    bounds = Bounds(description, description.at(*content, "schema"))
    yield Attempt("body", "absent", fits=not body["required"])
    attempts: dict[bytes, Attempt] = {}
    for example in description.at(*content, "examples").values():
        for place, value, changed in _changes(bounds, example["value"]):
            raw = json.dumps(changed, ensure_ascii=False).encode()
            if raw not in attempts:
                attempts[raw] = Attempt(place, value, validator.is_valid(changed), body=raw)
    yield from attempts.values()


def _changes(bounds: Bounds, valid: object) -> Iterator[tuple[str, str, Any]]:
    yield "body", "as in the document", valid
    for place in bounds.schemas:
        for value in bounds.values(place):
            if place or value is not ABSENT:
                yield _name(place), _brief(value), bounds.changed(valid, place, value)
    for value in _UNKNOWN:
        place = ("unknown",) if isinstance(valid, dict) else (ITEM, "unknown")
        yield "unknown", _brief(value), bounds.changed(valid, place, value)
    if isinstance(valid, list):
        items = cast("list[dict[str, object]]", valid)
        yield "unknown", "in one of two that are the same", [*items, items[0] | {"unknown": None}]
    for one, other in combinations([place for place in bounds.schemas if len(place) == 1], 2):
        for first, second in product(bounds.samples(one), bounds.samples(other)):
            changed = bounds.changed(bounds.changed(valid, one, first), other, second)
            yield f"{_name(one)}, {_name(other)}", f"{_brief(first)}, {_brief(second)}", changed


def _queries(operation: Operation) -> Iterator[Attempt]:
    parameters = dict(_parameters(operation))
    needed = {name: found["example"] for name, found in parameters.items() if found.get("required")}
    for name, parameter in parameters.items():
        others = {other: value for other, value in needed.items() if other != name}
        given = [(name, parameter["example"])]
        yield Attempt(name, "absent", fits=not parameter.get("required"), query=urlencode(others))
        yield Attempt(name, "twice", fits=False, query=urlencode([*others.items(), *given, *given]))
        validator = operation.description.validator(*parameter["pointer"], "schema")
        bounds = Bounds(operation.description, parameter["schema"])
        numbers = bounds.schemas[()][0].get("type") == "integer"
        for text in sorted({*map(_text, bounds.values(())), *_WRITTEN_OTHERWISE}):
            value = int(text) if numbers and _WHOLE_NUMBER.fullmatch(text) else text
            query = urlencode({**others, name: text})
            yield Attempt(name, _brief(text), validator.is_valid(value), query=query)


def _parameters(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    for at in range(len(operation.described.get("parameters", ()))):
        pointer = operation.description.resolved((*operation.pointer, "parameters", str(at)))
        parameter = operation.description.at(*pointer)
        if parameter["in"] == "query":
            yield parameter["name"], {**parameter, "pointer": pointer}


def _text(value: object) -> str:
    return "" if value is ABSENT else value if isinstance(value, str) else json.dumps(value)


def _name(place: Place) -> str:
    return ".".join(place) or "body"


def _brief(value: object) -> str:
    if value is ABSENT:
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}... {len(text)}"
