"""Annotations whose names are imported when somebody reads them, as `typing.get_type_hints` does.

The modules of the clients name many types that a call may never need. Type checkers find them in imports that
do not run; here is where others find them.
"""

import builtins
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import FunctionType, SimpleNamespace
from typing import Any, get_type_hints

from pandocast_sdk._imports import load


def resolve_annotations_late(value: Callable[..., object]) -> None:
    """Have the annotations of a function, or of a class's methods, resolve in the module that defines it."""
    if isinstance(value, FunctionType):
        _resolve_late(value)
        return
    for name, member in list(vars(value).items()):
        if isinstance(member, property) and isinstance(member.fget, FunctionType):
            annotations = _resolve_late(member.fget)
            if annotations.is_late("return"):
                setattr(value, name, _TypedProperty(member.fget))
            continue
        function: object = getattr(member, "__func__", member)  # of class methods and static ones
        if isinstance(function, FunctionType):
            _resolve_late(function)


def _resolve_late(function: FunctionType) -> "_LateAnnotations":
    function.__annotations__ = annotations = _LateAnnotations(function)
    return annotations


@cache
def _late_modules(module: str) -> Mapping[str, str]:
    """Return the module of each name that a module imports for type checkers only, as its source says."""
    import ast  # noqa: PLC0415 - few programs read annotations
    import inspect  # noqa: PLC0415 - likewise

    if not module.startswith("pandocast_sdk."):
        return {}
    tree = ast.parse(inspect.getsource(load(module)))
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {each.name: str(node.module) for node in imports for each in node.names}


class _TypedProperty(property):
    """A property that is its type where it is read from the class: a mock is then specified by that."""

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if instance is None and self.fget is not None:
            return self.fget.__annotations__["return"]
        return super().__get__(instance, owner)


class _LateAnnotations(dict[str, Any]):
    """The annotations of one function."""

    def __init__(self, function: FunctionType) -> None:
        super().__init__(function.__annotations__)
        self._globals = function.__globals__
        self._names = _LateNames(function.__module__)

    def is_late(self, name: str) -> bool:
        """Return whether an annotation is a name that its module does not have."""
        text = str(super().get(name))
        return text.isidentifier() and text not in self._globals and not hasattr(builtins, text)

    def __getitem__(self, name: str) -> Any:
        written = SimpleNamespace(__annotations__={name: super().__getitem__(name)})
        return get_type_hints(written, self._globals, self._names)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())  # having this method, `dict` copies item by item

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self else default  # noqa: SIM401 - this is what it would call

    def items(self) -> Any:
        return [(name, self[name]) for name in self.keys()]

    def values(self) -> Any:
        return [self[name] for name in self.keys()]

    def copy(self) -> dict[str, Any]:
        return dict(self.items())


class _LateNames(dict[str, object]):
    """Names that are imported when they are looked up."""

    def __init__(self, module: str) -> None:
        super().__init__()
        self._module = module

    def __missing__(self, name: str) -> object:
        if name in vars(sys.modules[self._module]) or hasattr(builtins, name):
            raise KeyError(name)
        # An alias that is imported late may itself name what its module imports late.
        modules = [self._module, *_late_modules(self._module).values()]
        found = [late[name] for late in map(_late_modules, modules) if name in late]
        if not found:
            raise KeyError(name)
        module = load(found[0])
        value: object = getattr(module, name, None) or load(f"{found[0]}.{name}")
        return value
