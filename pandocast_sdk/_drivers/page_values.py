"""What the pages of all lists are as values: they pickle, and are no containers."""

from collections.abc import Callable
from typing import ClassVar, NoReturn, Self

from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._core.requests.operation import Operation


class PageValue:
    """A page without its session, which does not pickle: it holds the key."""

    _instead_of_len: ClassVar[str]

    def _list_operation(self) -> Operation[object]:
        """Return the operation that the positions of the list belong to."""
        raise NotImplementedError

    def __getstate__(self) -> dict[str, object]:
        listing = PickledListing(self._list_operation()._replace(read=read_nothing, load=None))
        return {**vars(self), "_session": NoSession(), "_listing": listing, "_prefetch": 0}

    def __copy__(self) -> Self:
        copied = type(self).__new__(type(self))
        vars(copied).update(vars(self))
        return copied

    def __len__(self) -> NoReturn:
        raise TypeError(f"a page has no length: {self._instead_of_len}")

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a page is neither true nor false: {self._instead_of_len}")


class PickledListing:
    """The listing of a page that was pickled: it only tells positions."""

    def __init__(self, operation: Operation[object]) -> None:
        self._operation = operation
        self.row_id: Callable[[object], object] = row_id

    def page_operation(self, *_where: object) -> Operation[object]:
        return self._operation


def read_nothing(_response: WireResponse) -> None:
    """Stand for what reads a response, which does not pickle."""


def row_id(row: object) -> object:
    """Return the id of a row."""
    return getattr(row, "id", None)


class NoSession:
    """Stands for the session of a page that was pickled."""

    def run(self, *_: object, **__: object) -> NoReturn:
        raise RuntimeError(
            "this page was pickled, and has no client: pass its position to the method that lists"
        )
