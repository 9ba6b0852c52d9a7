"""What common tools cannot read, or read as something else, is in neither document.

What they make of both is for the sessions of `tests/foreign`, which need more time, and npm.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from support.openapi_document import DESCRIPTIONS
from support.openapi_operations import METHODS

ONE = ("items", "not", "if", "then", "else", "additionalProperties")
LISTS = ("allOf", "anyOf", "oneOf")
Place = tuple[str, ...]

of_both = pytest.mark.parametrize("mount", list(DESCRIPTIONS))


def nodes(node: Any, *place: str) -> Iterator[tuple[Place, Any]]:
    """Every part of a document, but for its examples."""
    yield place, node
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, part in inner:
        if key not in {"example", "examples"}:
            yield from nodes(part, *place, str(key))


def schemas(document: Any) -> Iterator[tuple[str, Any]]:
    """Every schema, with its place."""
    named = document["components"]["schemas"].items()
    unnamed = (("/".join(place), node) for place, node in nodes(document) if place[-1:] == ("schema",))
    for name, schema in chain(named, unnamed):
        yield from parts(schema, name)


def parts(schema: Any, place: str) -> Iterator[tuple[str, Any]]:
    yield place, schema
    if isinstance(schema, dict):
        inner = [(key, schema[key]) for key in ONE if key in schema]
        inner += [(f"{key}.{at}", part) for key in LISTS for at, part in enumerate(schema.get(key, ()))]
        inner += schema.get("properties", {}).items()
        for name, part in inner:
            yield from parts(part, f"{place}.{name}")


def schema_faults(place: str, schema: Any) -> Iterator[str]:
    if isinstance(schema, bool):
        if not place.endswith(".additionalProperties"):
            yield f"{place}: a boolean, which stops openapi-python-client"
        return
    types = schema.get("type", [])
    if "$ref" in schema and len(schema) > 1:
        yield f"{place}: members beside a reference, which Prism drops"
    if "const" in schema:
        yield f"{place}: a constant, which openapi-python-client drops"
    if re.search(r"\\[sSwWdDbB]", schema.get("pattern", "")):
        yield f"{place}: a class of characters that is another one in each language"
    if "array" in types and "items" not in schema:
        yield f"{place}: an array without items"
    if types and "object" in types and not {"properties", "additionalProperties"} & schema.keys():
        yield f"{place}: an object that openapi-typescript has no members for"
    if "properties" in schema and {"oneOf", "anyOf"} & schema.keys():
        yield f"{place}: alternatives beside properties, which generators drop"


@of_both
def test_every_schema_is_one_that_tools_read(mount: str) -> None:
    found = [fault for named in schemas(DESCRIPTIONS[mount].at()) for fault in schema_faults(*named)]
    assert found == []


@of_both
def test_no_response_is_one_of_several(mount: str) -> None:
    description = DESCRIPTIONS[mount]
    for place, response in nodes(description.at()):
        if place[-2:-1] == ("responses",) and "content" in response:
            for content in response["content"].values():
                schema = content["schema"]
                reference = schema.get("$ref", "#/").removeprefix("#/").split("/")
                whole = description.at(*reference) if "$ref" in schema else schema
                assert not {"oneOf", "anyOf"} & whole.keys(), place


@of_both
def test_every_operation_and_webhook_says_what_it_is(mount: str) -> None:
    document = DESCRIPTIONS[mount].at()
    found = [
        operation
        for items in (document["paths"], document.get("webhooks", {}))
        for item in items.values()
        for method, operation in item.items()
        if method in METHODS
    ]
    for operation in found:
        assert {"operationId", "tags", "summary", "description"} <= operation.keys(), operation
    assert len({operation["operationId"] for operation in found}) == len(found)


@of_both
def test_the_document_says_who_made_it_and_what_each_part_is(mount: str) -> None:
    document = DESCRIPTIONS[mount].at()
    assert document["info"]["contact"]["name"]
    assert document["components"]["headers"]["Date"]["example"]
    components = document["components"]
    described = chain(components["parameters"].values(), components["headers"].values(), document["tags"])
    assert all(part["description"] for part in described)
