"""How responses become values: a model is imported by the first call that needs it, not with the client."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._imports import importing

if TYPE_CHECKING:
    from pandocast_sdk.models.base import WireModel

M = TypeVar("M", bound="WireModel")
S = TypeVar("S")
T = TypeVar("T")


class Reader(Generic[T]):
    """Reads the bodies of one operation's responses; made once, with the module of the operation."""

    __slots__ = ("_read", "_resolve")

    def __init__(self, resolve: Callable[[], Callable[[bytes], T]]) -> None:
        """Prepare a reader.

        Args:
            resolve: Imports what reading takes, and returns what reads a body.
        """
        self._resolve = resolve
        self._read: Callable[[bytes], T] | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether everything is imported."""
        return self._read is not None

    def load(self) -> Callable[[bytes], T]:
        """Import what reading takes, once, while no process can fork."""
        if self._read is None:
            with importing():
                self._read = self._resolve()
        return self._read

    def then(self, pick: Callable[[T], S]) -> Reader[S]:
        """Return a reader of a part of the value."""

        def resolve() -> Callable[[bytes], S]:
            read = self.load()
            return lambda body: pick(read(body))

        return Reader(resolve)

    def __call__(self, response: WireResponse) -> T:
        """Read a response.

        Raises:
            ValueError: The body does not fit.
        """
        return (self._read or self.load())(response.body)


def reads(model: Callable[[], type[M]]) -> Reader[M]:
    """Return what reads an object.

    Args:
        model: Returns its model; as a function, because the model is not imported yet.
    """

    def resolve() -> Callable[[bytes], M]:
        from pandocast_sdk.models.base import reader_of  # noqa: PLC0415 - the first call imports it

        return reader_of(model())

    return Reader(resolve)


def reads_array(model: Callable[[], type[M]]) -> Reader[list[M]]:
    """Return what reads an array of objects; see `reads`."""

    def resolve() -> Callable[[bytes], list[M]]:
        from pandocast_sdk.models.base import array_reader_of  # noqa: PLC0415 - the first call imports it

        return array_reader_of(model())

    return Reader(resolve)


def done(_response: WireResponse) -> None:
    """Read nothing: that the service has answered with success says it all."""
