"""Reads what the SDK's source has for each operation, and names the part that is missing.

It reads and imports nothing, so that a copy can be judged as well as the repository.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from pandocast_sdk._core.requests.operation import RouteSpec

SERVICES = ("pandocast", "passband")
OPERATIONS = Path("pandocast_sdk/_core/operations")
RESOURCES = Path("pandocast_sdk/_async")
CALLERS = (RESOURCES, Path("pandocast_sdk/_core/lookups"))
"""Where operations are called: by methods, and by what searches and waits."""

CLIENTS = ("client.py", "passband.py")


def faults(root: Path) -> Iterator[str]:
    """Name each route that stands twice or is used nowhere, and each operation and resource out of reach."""
    for service in SERVICES:
        yield from route_faults(root, service)
    called = {name for folder in CALLERS for module in parsed(root / folder) for name in names(module)}
    for path in operation_modules(root):
        module = parse(path)
        for function in public_functions(module):
            if function.name not in called | names_outside(module, function):
                yield f"{path.relative_to(root)}: no method calls {function.name}"
    returned = {ast.unparse(method.returns) for method in properties(root) if method.returns is not None}
    for path, resource in resources(root):
        if resource.name not in returned:
            yield f"{path.relative_to(root)}: no client has a property that returns {resource.name}"


def route_faults(root: Path, service: str) -> Iterator[str]:
    """Name the routes of a service that stand twice, are used nowhere, or are used and not there."""
    table = [route.operation_id for route in routes(root, service)]
    used = {name: path for path in operation_modules(root) for name in routes_used(parse(path), service)}
    for name in sorted({name for name in table if table.count(name) > 1}):
        yield f"{service}_routes.py: {name} stands twice"
    for name in table:
        if name not in used:
            yield f"{service}_routes.py: no operation uses the route {name}"
    for name, path in used.items():
        if name not in table:
            yield f"{path.relative_to(root)}: {service}_routes.py has no route {name}"


def routes(root: Path, service: str) -> list[RouteSpec]:
    """Read the rows of a route table."""
    return [
        RouteSpec(*map(ast.literal_eval, node.args))
        for node in ast.walk(parse(root / OPERATIONS / f"{service}_routes.py"))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "RouteSpec"
    ]


def routes_used(module: ast.Module, service: str) -> Iterator[str]:
    """Read the ids in `ROUTES["..."]`, if the table is that of the service."""
    imported = {node.module for node in module.body if isinstance(node, ast.ImportFrom)}
    if f"{OPERATIONS.as_posix().replace('/', '.')}.{service}_routes" in imported:
        for node in ast.walk(module):
            if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "ROUTES":
                yield ast.literal_eval(node.slice)


def methods(root: Path) -> Iterator[str]:
    """Return what users call, such as `content.list`."""
    for path, resource in resources(root):
        for function in resource.body:
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and is_public(function.name):
                yield f"{path.stem}.{function.name}"


def resources(root: Path) -> Iterator[tuple[Path, ast.ClassDef]]:
    """Find the classes behind `client.content`, `client.drafts` and so on."""
    for path in sorted((root / RESOURCES).glob("*.py")):
        for node in parse(path).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Resource"):
                yield path, node


def properties(root: Path) -> Iterator[ast.FunctionDef]:
    """Find the properties of the clients."""
    for file in CLIENTS:
        for node in ast.walk(parse(root / RESOURCES / file)):
            if isinstance(node, ast.FunctionDef) and "property" in map(ast.unparse, node.decorator_list):
                yield node


def operation_modules(root: Path) -> list[Path]:
    """Find the modules with operations."""
    return sorted(path for path in (root / OPERATIONS).glob("*.py") if not path.stem.endswith("_routes"))


def public_functions(module: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in module.body if isinstance(node, ast.FunctionDef) and is_public(node.name)]


def is_public(name: str) -> bool:
    return not name.startswith("_")


def names(tree: ast.AST) -> set[str]:
    """Return the names that a piece of source mentions."""
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
    }


def names_outside(module: ast.Module, function: ast.FunctionDef) -> set[str]:
    """Return the names that a module mentions elsewhere than in one function."""
    return {name for node in module.body if node is not function for name in names(node)}


def parsed(folder: Path) -> list[ast.Module]:
    return [parse(path) for path in sorted(folder.glob("*.py"))]


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
