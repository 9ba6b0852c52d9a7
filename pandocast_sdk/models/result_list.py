"""A list, and what else came with it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from pandocast_sdk.models.unreadable import Unreadable

__all__ = ["ResultList"]

T = TypeVar("T")


class ResultList(list[T]):
    """A list that a service has sent, and what else it has sent with it; equal to a plain list of the same.

    Attributes:
        model_extra: The unknown fields beside the list, as in every model.
        unreadable: What of the response could not be read, and its bytes as they came; None if all is well.
            Then the list may be empty although there is something.
    """

    # Of the class, so that making a list without any of both costs no call of Python.
    model_extra: Mapping[str, object] = MappingProxyType({})
    unreadable: Unreadable | None = None

    def __repr__(self) -> str:
        return (
            super().__repr__() if self.unreadable is None else f"<{super().__repr__()} {self.unreadable!r}>"
        )


def result_list(
    values: list[T], model_extra: Mapping[str, object] | None = None, unreadable: Unreadable | None = None
) -> ResultList[T]:
    """Return a list with what else came with it."""
    found = ResultList(values)
    if model_extra:
        found.model_extra = model_extra
    if unreadable is not None:
        found.unreadable = unreadable
    return found
