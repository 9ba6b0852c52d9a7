"""Values at and beyond every bound that a JSON Schema sets, for each place that it describes."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from support.openapi_document import Description

Schema = Mapping[str, Any]
Place = tuple[str, ...]
"""The names that lead to a value; `*` stands for an item of an array."""

ITEM = "*"
ABSENT = object()
TIME = "2026-03-30T14:00:00Z"
URL = "https://example.com/a"
SMILE = "\N{GRINNING FACE}"  # one code point, two units of UTF-16, four bytes of UTF-8

# Of the last two texts, either is a blank in some languages only.
KINDS: Sequence[object] = (
    *(None, True, False, 0, -1, 1.0, 0.5, [], [None], {}),
    *("", " ", "a", "a,b", "a\0", "\x85", "\ufeff"),
)
# Beyond any bound that a schema might have forgotten to state.
LONG_TEXT, MANY_ITEMS, LARGE_NUMBER = "a" * 20_001, 1001, 2**64
FORMATS: Mapping[str, Sequence[str]] = {
    "date-time": (
        TIME,
        "2026-03-28T10:00:00Z",  # now, by the clock that stands still
        "2026-03-30",
        "2026-03-30T14:00:00",
        "2026-03-30T14:00Z",
        "2026-03-30T14:00:00.123456789Z",
        "2026-03-30T14:00:00,5Z",
        "2026-03-30t14:00:00z",
        "2026-03-30 14:00:00Z",
        "2026-03-30T14:00:00+02:00",
        "2026-03-30T14:00:00+0200",
        "2026-03-30T24:00:00Z",
        "2026-03-30T14:00:60Z",
        "2026-02-29T14:00:00Z",
        "2028-02-29T14:00:00Z",
        "9999-12-31T23:54:59.999999Z",
        "9999-12-31T23:55:00Z",
        "10000-01-01T00:00:00Z",
    ),
    "uri": (
        URL,
        "HTTPS://EXAMPLE.com",
        "http://127.0.0.1:65535/a?b#c",
        "http://[::1]:8080/a",
        "https://example.com?a=b",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:port/",
        "https://example.com:/",
        "https://example.com:080/",
        "http://[::1]x/",
        "http://[:::]/",
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://example.com/a b",
        "https://example.com/a\\b",
        "https://example.com/é",
        "https://münchen.example/",
        "https://",
        "https:///a",
        "//example.com/a",
        "/a",
        "ftp://example.com/a",
    ),
}


class Bounds:
    """What a schema says of each place, gathered from all the parts that it is composed of."""

    def __init__(self, description: Description, schema: Schema) -> None:
        self._description = description
        self.schemas: dict[Place, list[Schema]] = {}
        self._gather((), schema)

    def values(self, place: Place) -> Iterator[object]:
        """Return values of every kind, and those at and just beyond each bound; some come twice."""
        yield ABSENT
        yield from KINDS
        keywords = set[str]().union(*self.schemas[place])
        types = _types(self.schemas[place])
        if "string" in types and not {"maxLength", "enum"} & keywords:
            yield LONG_TEXT
        if "array" in types and "maxItems" not in keywords:
            yield self._items(place, MANY_ITEMS)
        if "integer" in types and "maximum" not in keywords:
            yield LARGE_NUMBER
        for schema in self.schemas[place]:
            yield from FORMATS.get(schema.get("format", ""), ())
            yield from _numbers(schema)
            yield from self._texts(place, schema)
            yield from self._arrays(place, schema)
            yield from _choices(schema)

    def samples(self, place: Place) -> list[object]:
        """Return one value that fits, or, where there are few, each of them."""
        found = [choice for schema in self.schemas[place] for choice in schema.get("enum", ())]
        found += [True, False] if "boolean" in _types(self.schemas[place]) else []
        return found or [self.sample(place)]

    def sample(self, place: Place, number: int = 0) -> Any:
        """Return the least that fits; another `number` gives another, as far as there are others."""
        schemas = self.schemas.get(place, [{}])  # anything, where a schema says nothing
        choices = [choice for schema in schemas for choice in schema.get("enum", ())]
        if choices:
            return choices[number % len(choices)]
        match next((kind for kind in _types(schemas) if kind != "null"), "string"):
            case "object":
                required = [name for schema in schemas for name in schema.get("required", ())]
                return {name: self.sample((*place, name), number) for name in dict.fromkeys(required)}
            case "array":
                return self._items(place, max(schema.get("minItems", 0) for schema in schemas))
            case "integer" | "number":
                most = min(schema.get("maximum", 1000) for schema in schemas)
                return Random(f"{place} {number}").randint(1, most)  # noqa: S311 - no secret
            case "boolean":
                return False
            case _:
                formats = {schema["format"] for schema in schemas if "format" in schema}
                return (FORMATS[formats.pop()][0] if formats else "a") + f"{number or ''}"

    def changed(self, whole: object, place: Place, value: object) -> Any:
        """Return a copy with another value at a place, or without it; what leads there is added."""
        if not place:
            return deepcopy(value)
        root: Any = deepcopy(whole)
        inner = root
        for depth in range(1, len(place)):
            at = place[:depth]
            if _of(inner, at[-1]) is None:
                _put(inner, at[-1], self.sample(at))
            inner = _of(inner, at[-1])
        _put(inner, place[-1], value)
        return root

    def _gather(self, place: Place, schema: Schema) -> None:
        if "$ref" in schema:
            self._gather(place, self._description.at(*schema["$ref"].removeprefix("#/").split("/")))
            return
        self.schemas.setdefault(place, []).append(schema)
        for composition in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(composition, ()):
                self._gather(place, part)
        for condition in {"if", "then", "else"} & schema.keys():
            self._gather(place, schema[condition])
        for name, part in schema.get("properties", {}).items():
            self._gather((*place, name), part)
        if schema.get("items"):
            self._gather((*place, ITEM), schema["items"])

    def _texts(self, place: Place, schema: Schema) -> Iterator[str]:
        sample = self.sample(place)
        for length in _around(schema, "minLength", "maxLength"):
            yield sample[:length].ljust(length, "a")
        if "maxLength" in schema:
            yield SMILE * schema["maxLength"]

    def _arrays(self, place: Place, schema: Schema) -> Iterator[list[object]]:
        for length in _around(schema, "minItems", "maxItems"):
            yield self._items(place, length)
        if schema.get("items"):
            yield self._items(place, 1) * 2

    def _items(self, place: Place, length: int) -> list[object]:
        """Return different items, and where there are too few, some twice."""
        numbered = [self.sample((*place, ITEM), number) for number in range(3 * length)]
        different = {repr(item): item for item in numbered}
        return [*different.values(), *numbered][:length]


def _types(schemas: Sequence[Schema]) -> list[str]:
    found = [schema.get("type", ()) for schema in schemas]
    return [kind for kinds in found for kind in ([kinds] if isinstance(kinds, str) else kinds)]


def _around(schema: Schema, least: str, most: str) -> Iterator[int]:
    if schema.get(least, 0) > 0:
        yield from (schema[least] - 1, schema[least])
    if most in schema:
        yield from (schema[most], schema[most] + 1)


def _numbers(schema: Schema) -> Iterator[float]:
    for least in {"minimum", "exclusiveMinimum"} & schema.keys():
        yield from (schema[least] - 1, schema[least], schema[least] + 0.5, schema[least] + 1)
    if "maximum" in schema:
        yield from (schema["maximum"], float(schema["maximum"]), schema["maximum"] + 1)


def _choices(schema: Schema) -> Iterator[object]:
    for choice in schema.get("enum", ()):
        yield from (choice, f"{choice}s", choice.swapcase()) if isinstance(choice, str) else (choice,)


def _of(container: Any, name: str) -> Any:
    if isinstance(container, list):
        return container[0] if container else None
    return container.get(name)


def _put(container: Any, name: str, value: object) -> None:
    if isinstance(container, list):
        container[:1] = [] if value is ABSENT else [value]
    elif value is ABSENT:
        container.pop(name, None)
    else:
        container[name] = value
