"""Reduces JSON schemas, of OpenAPI documents and of pydantic's models, to what both must say of a request."""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

_BOUNDS = {
    "default",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
}
_NULL = {"type": "null"}
_TYPES = {str: "string", int: "integer", bool: "boolean", type(None): "null"}


def reduced(schema: Schema, root: Mapping[str, Any]) -> dict[str, Any]:
    """Return types (null among them), bounds, enumeration, and what is required, of a schema and those in it.

    What only one of the two languages can say is left out: texts, patterns, and rules between fields.
    """
    schema = _merged(schema, root)
    facts = {name: value for name, value in schema.items() if name in _BOUNDS and value is not None}
    if "enum" in schema:
        facts["enum"] = sorted(str(value) for value in schema["enum"] if value is not None)
    types = schema.get("type", [])
    kinds = {types} if isinstance(types, str) else set(types)
    facts["types"] = sorted(kinds | {_TYPES[type(value)] for value in schema.get("enum", ())})
    if schema.get("format") == "date-time":
        facts["format"] = "date-time"
    if schema.get("items"):
        facts["items"] = reduced(schema["items"], root)
    if "properties" in schema:
        facts["required"] = sorted(schema.get("required", ()))
        facts["properties"] = {name: reduced(part, root) for name, part in schema["properties"].items()}
    return facts


def reduced_parameters(parameters: Sequence[Schema], root: Mapping[str, Any]) -> dict[str, Any]:
    """Return of query parameters what `reduced` returns of an object with such properties."""
    merged = [_merged(parameter, root) for parameter in parameters]
    queries = [parameter for parameter in merged if parameter["in"] == "query"]
    return {
        "types": ["object"],
        "required": sorted(parameter["name"] for parameter in queries if parameter.get("required")),
        "properties": {parameter["name"]: reduced(parameter["schema"], root) for parameter in queries},
    }


def without_null(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of an object whose properties cannot be null, as those of a query."""
    properties = {
        name: {**part, "types": [kind for kind in part["types"] if kind != "null"]}
        for name, part in facts["properties"].items()
    }
    return {**facts, "properties": properties}


def _merged(schema: Schema, root: Mapping[str, Any]) -> dict[str, Any]:
    """Follow a reference, take what an alternative to null says, and unite alternatives of objects."""
    whole = {name: value for name, value in schema.items() if name not in {"$ref", "anyOf", "oneOf"}}
    if "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        whole = {**_merged(target, root), **whole}
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        _unite(whole, _merged(choice, root))
    return whole


def _unite(whole: dict[str, Any], choice: dict[str, Any]) -> None:
    if "properties" in whole and choice.get("type") != "null":
        parts = dict(whole["properties"])
        for name, part in choice.get("properties", {}).items():
            first, second = sorted((parts.get(name, _NULL), part), key=lambda one: one == _NULL)
            parts[name] = {"anyOf": [first, second]} if second == _NULL else first
        whole["properties"] = parts
        whole["required"] = sorted(set(whole.get("required", ())) & set(choice.get("required", ())))
        return
    types = [kind for part in (whole, choice) for kind in _types(part)]
    whole.update({name: value for name, value in choice.items() if name != "type"})
    if types:
        whole["type"] = types


def _types(schema: Schema) -> Sequence[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds
