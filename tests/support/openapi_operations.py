"""Reads the operations of an OpenAPI document, and names those that the SDK or a tag is missing for."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from pandocast_sdk._core.requests.operation import RouteSpec

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Return each operation with its path and its method."""
    return _operations(document["paths"])


def _operations(items: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in items.items():
        for method in sorted(METHODS.intersection(item)):
            yield path, method.upper(), item[method]


def described_routes(document: Mapping[str, Any], *, without_key: bool = False) -> set[RouteSpec]:
    """Return the operations that need a key, or those that do not: the latter are the reference server's."""
    return {
        RouteSpec(operation["operationId"], method, path, int(status))
        for path, method, operation in operations(document)
        if (operation.get("security") == []) is without_key
        for status in operation["responses"]
        if status.startswith("2")
    }


def route_faults(document: Mapping[str, Any], called: Sequence[RouteSpec]) -> Iterator[str]:
    """Name the operations that only the document has or only the SDK, and those that differ."""
    described = {route.operation_id: route for route in described_routes(document)}
    table = {route.operation_id: route for route in called}
    for name in sorted(described.keys() | table.keys()):
        if name not in table:
            yield f"{name} is described, and the SDK has no route for it"
        elif name not in described:
            yield f"the SDK has a route for {name}, which is not described"
        elif table[name] != described[name]:
            yield f"{name} is {described[name]} in the document and {table[name]} in the SDK"


def tag_faults(document: Mapping[str, Any]) -> Iterator[str]:
    """Name the operations and webhooks without one tag of the document's, and the tags without any."""
    declared = [tag["name"] for tag in document["tags"]]
    tagged: set[str] = set()
    for _, _, operation in chain(operations(document), _operations(document.get("webhooks", {}))):
        tags = operation.get("tags", [])
        tagged.update(tags)
        if len(tags) != 1:
            yield f"{operation['operationId']} has {len(tags)} tags instead of one"
        elif tags[0] not in declared:
            yield f"{operation['operationId']} has the tag {tags[0]}, which the document does not declare"
    for tag in declared:
        if tag not in tagged:
            yield f"no operation has the tag {tag}"
