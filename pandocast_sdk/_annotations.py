"""Annotations whose names are imported when somebody reads them, as `typing.get_type_hints` does.

The modules of the clients name many types that a call may never need. Type checkers find them in imports that
do not run; here is where others find them.
"""

from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

from pandocast_sdk._imports import load


def late_names(cls: type, modules: Mapping[str, str]) -> None:
    """Have the annotations of a class's methods and properties resolve.

    Args:
        cls: The class.
        modules: The module of each name that its own module imports for type checkers only.
    """
    for name, member in list(vars(cls).items()):
        if isinstance(member, property) and isinstance(member.fget, FunctionType):
            annotations = _resolve_late(member.fget, modules)
            if annotations.text("return") in modules:
                setattr(cls, name, _TypedProperty(member.fget))
        elif isinstance(member, FunctionType):
            _resolve_late(member, modules)


def _resolve_late(function: FunctionType, modules: Mapping[str, str]) -> "_LateAnnotations":
    function.__annotations__ = annotations = _LateAnnotations(function, modules)
    return annotations


class _TypedProperty(property):
    """A property that is its type where it is read from the class: a mock is then specified by that."""

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        if instance is None and self.fget is not None:
            return self.fget.__annotations__["return"]
        return super().__get__(instance, owner)


class _LateAnnotations(dict[str, Any]):
    """The annotations of one function."""

    def __init__(self, function: FunctionType, modules: Mapping[str, str]) -> None:
        super().__init__(function.__annotations__)
        self._globals = function.__globals__
        self._names = _LateNames(modules)

    def text(self, name: str) -> object:
        """Return an annotation as it was written."""
        return super().get(name)

    def __getitem__(self, name: str) -> Any:
        written = super().__getitem__(name)
        return eval(written, self._globals, self._names) if isinstance(written, str) else written  # noqa: S307 - ours

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

    def __init__(self, modules: Mapping[str, str]) -> None:
        super().__init__()
        self._modules = modules

    def __missing__(self, name: str) -> object:
        if name not in self._modules:
            raise KeyError(name)
        value: object = getattr(load(self._modules[name]), name)
        return value
