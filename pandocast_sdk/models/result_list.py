"""A list, and what else came with it."""

from collections.abc import Iterable, Mapping
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

    def __init__(
        self,
        values: Iterable[T] = (),
        model_extra: Mapping[str, object] | None = None,
        unreadable: Unreadable | None = None,
    ) -> None:
        """Make a list; the service's are made by the SDK."""
        super().__init__(values)
        self.model_extra: Mapping[str, object] = model_extra or {}
        self.unreadable = unreadable

    def __repr__(self) -> str:
        return (
            super().__repr__() if self.unreadable is None else f"<{super().__repr__()} {self.unreadable!r}>"
        )
