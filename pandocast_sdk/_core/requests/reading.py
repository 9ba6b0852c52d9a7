"""Reading responses into values; the first call that needs a model imports it, not the client."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._imports import importing

if TYPE_CHECKING:
    from pandocast_sdk.models.base import WireModel
    from pandocast_sdk.models.result_list import ResultList

M = TypeVar("M", bound="WireModel")
R = TypeVar("R", bound="WireModel")
S = TypeVar("S")
T = TypeVar("T")


class Reader(Generic[T]):
    """Reads the responses of one operation; made once, when the operation's module is imported."""

    __slots__ = ("_read", "_resolve")

    def __init__(self, resolve: Callable[[], Callable[[bytes], T]]) -> None:
        """Prepare a reader.

        Args:
            resolve: Imports what reading needs, and returns the function that reads a body.
        """
        self._resolve = resolve
        self._read: Callable[[bytes], T] | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether everything is imported."""
        return self._read is not None

    def load(self) -> Callable[[bytes], T]:
        """Import what reading needs, once, while no process can fork."""
        if self._read is None:
            with importing():
                self._read = self._resolve()
        return self._read

    def then(self, pick: Callable[[T], S]) -> Reader[S]:
        """Return a reader that picks a part of the value."""

        def resolve() -> Callable[[bytes], S]:
            read = self.load()
            return lambda body: pick(read(body))

        return Reader(resolve)

    def __call__(self, response: WireResponse) -> T:
        """Read a response.

        Raises:
            ValueError: The body does not have the expected shape.
        """
        return (self._read or self.load())(response.body)


def reads(model: Callable[[], type[M]]) -> Reader[M]:
    """Return a reader of an object.

    Args:
        model: Returns the model, which must not be imported yet.
    """

    def resolve() -> Callable[[bytes], M]:
        from pandocast_sdk.models.base import reader_of  # noqa: PLC0415 - the first call imports it

        return reader_of(model())

    return Reader(resolve)


def reads_row(model: Callable[[], type[M]]) -> Reader[M]:
    """Return a reader of an object that is read like the rows of a list; see `reads`."""

    def resolve() -> Callable[[bytes], M]:
        from pandocast_sdk.models.base import row_reader_of  # noqa: PLC0415 - the first call imports it

        return row_reader_of(model())

    return Reader(resolve)


def reads_array(model: Callable[[], type[M]]) -> Reader[list[M]]:
    """Return a reader of an array of objects; see `reads`."""

    def resolve() -> Callable[[bytes], list[M]]:
        from pandocast_sdk.models.base import array_reader_of  # noqa: PLC0415 - the first call imports it

        return array_reader_of(model())

    return Reader(resolve)


def reads_result_list(
    model: Callable[[], type[M]], rows_of: Callable[[M], list[R]], row: Callable[[], type[R]]
) -> Reader[ResultList[R]]:
    """Return a reader of a list for which the reference publishes no response; see `reads`.

    Args:
        model: Returns the model of the object that was decided; the list is its one field.
        rows_of: Returns the list.
        row: Returns the model of its rows.
    """

    def resolve() -> Callable[[bytes], ResultList[R]]:
        from pandocast_sdk.models.base import result_list_reader_of  # noqa: PLC0415 - the first call imports it

        return result_list_reader_of(model(), rows_of, row())

    return Reader(resolve)


def confirms(name: str, value: bool) -> Callable[[WireResponse], None]:  # noqa: FBT001 - what is confirmed
    """Return what reads that something was done: an object with this value, or nothing besides the status.

    Any other body, such as a proxy's sign-in page, confirms nothing.
    """
    return lambda response: _check_confirmed(response.body, name, value)


def reads_confirmation(model: Callable[[], type[M]], name: str, value: bool) -> Reader[M]:  # noqa: FBT001
    """Return a reader of an object that confirms that something was done; see `reads` and `confirms`."""

    def resolve() -> Callable[[bytes], M]:
        from pandocast_sdk.models.base import reader_of  # noqa: PLC0415 - the first call imports it

        read_model = reader_of(model())

        def read(body: bytes) -> M:
            _check_confirmed(body, name, value)
            return read_model(body if body.strip() else b"{}")

        return read

    return Reader(resolve)


def _check_confirmed(body: bytes, name: str, value: bool) -> None:  # noqa: FBT001 - what is confirmed
    if not body.strip():
        return
    with importing():
        from pandocast_sdk.models._raw_json import RawJson  # noqa: PLC0415 - few operations confirm
    whole = RawJson.parse(body.removeprefix(b"\xef\xbb\xbf"))
    found = whole.members().get(name) if isinstance(whole.value, dict) else None
    if found is None or found.value is not value:
        raise ValueError(f"{name}: Input should be {json.dumps(value)}")
