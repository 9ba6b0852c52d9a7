"""How every model of the wire behaves, and how one is read."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Annotated, ClassVar, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, GetPydanticSchema, ValidationError
from pydantic_core import core_schema

from pandocast_sdk._imports import importing
from pandocast_sdk.models.result_list import ResultList
from pandocast_sdk.models.unreadable import Unreadable

__all__ = ()
_UNEXPORTED = ["Open", "PassbandModel", "Timestamp", "WireModel"]

K = TypeVar("K")
T = TypeVar("T")

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Open: TypeAlias = Annotated[K | str, GetPydanticSchema(lambda _source, _handler: core_schema.str_schema())]
"""One of the published values, or any other text.

Type checkers and readers see the published ones. Reading compares with none of them: that would take time for
every row of a list, and refuse nothing.
"""


def _moment_schema() -> core_schema.CoreSchema:
    aware = core_schema.datetime_schema(tz_constraint="aware")
    naive = core_schema.datetime_schema(tz_constraint="naive")
    return core_schema.union_schema(
        # Nearly every time is aware, and is read without a call of Python.
        [aware, core_schema.no_info_after_validator_function(_as_utc, naive)],
        mode="left_to_right",
        custom_error_type="datetime",
        custom_error_message="Input should be a valid datetime",
    )


def _as_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


Timestamp: TypeAlias = Annotated[datetime, GetPydanticSchema(lambda _source, _handler: _moment_schema())]
"""A moment, with a UTC offset; one that comes without is in UTC, like all that the reference publishes.

Models with it can be made, too, where pydantic was loaded under a fake clock and does not know `datetime`.
"""


UNPUBLISHED = "unpublished"
"""Marks, in the annotation of a field, that the reference publishes it for no response.

Of a response that is one object, such a field is None where it cannot be read, and blocks nothing.
"""


class WireModel(BaseModel):
    """A frozen value that keeps the fields it does not know."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow", frozen=True)

    @property
    def unreadable(self) -> Unreadable | None:
        """What of this object could not be read, and its bytes as they came; None if all is well.

        Unreadable fields are None, in a row of a list whatever their types say; unreadable entries of other
        lists and dictionaries are left out.
        """
        private = self.__pydantic_private__
        return None if private is None else private.get("unreadable")

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        yield from super().__repr_args__()
        if self.unreadable is not None:
            yield "unreadable", self.unreadable

    def __hash__(self) -> int:
        # The one that pydantic makes fails where a field is a list.
        return hash((type(self), _hashable(self.__dict__)))


def _hashable(value: object) -> object:
    if isinstance(value, dict):
        return frozenset((key, _hashable(item)) for key, item in cast("dict[object, object]", value).items())
    if isinstance(value, list | tuple):
        return tuple(_hashable(item) for item in cast("list[object]", value))
    return value


def camel_case(name: str) -> str:
    """Return a field's name on the wire of Passband: `last_30_days` is `last30Days` there."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class PassbandModel(WireModel):
    """A value whose fields are camelCase on the wire and snake_case in Python; both can make one."""

    model_config: ClassVar[ConfigDict] = ConfigDict(alias_generator=camel_case, populate_by_name=True)


M = TypeVar("M", bound=WireModel)
R = TypeVar("R", bound=WireModel)


def reader_of(model: type[M]) -> Callable[[bytes], M]:
    """Return what reads a JSON body into a model, with rows that cannot be read in their places.

    It raises `ValueError` when the body does not fit; the message names the fields and never repeats their
    values.
    """

    def read_rows(body: bytes) -> M:
        with importing():
            from pandocast_sdk.models._rows import read_object  # noqa: PLC0415 - few bodies need it
        return read_object(model, body)

    return _reader(model.model_validate_json, read_rows)


def row_reader_of(model: type[M]) -> Callable[[bytes], M]:
    """Return what reads a JSON body into a model, as if it were a row of a list; see `reader_of`."""

    def read_rows(body: bytes) -> M:
        with importing():
            from pandocast_sdk.models._rows import read_row  # noqa: PLC0415 - few bodies need it
        return read_row(model, body)

    return _reader(model.model_validate_json, read_rows)


def array_reader_of(model: type[M]) -> Callable[[bytes], list[M]]:
    """Return what reads a JSON body that is an array of a model; see `reader_of`."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - few operations read arrays

    array: TypeAdapter[list[M]] = TypeAdapter(list[model])  # type: ignore[valid-type]  # made at run time

    def read_rows(body: bytes) -> list[M]:
        with importing():
            from pandocast_sdk.models._rows import read_array  # noqa: PLC0415 - few bodies need it
        return read_array(model, body)

    return _reader(array.validate_json, read_rows)


def result_list_reader_of(
    model: type[M], rows_of: Callable[[M], list[R]], row: type[R]
) -> Callable[[bytes], ResultList[R]]:
    """Return what reads a list for which the reference publishes no response.

    It reads the object that was decided, an array of its rows, or nothing. Any other JSON is kept as it came;
    only what is not JSON raises `ValueError`.

    Args:
        model: The object that was decided; the list is its one field.
        rows_of: Returns the list.
        row: The model of its rows.
    """

    def read_decided(body: bytes) -> ResultList[R]:
        return result_list(read_model(body), rows_of)

    def read_any(body: bytes) -> ResultList[R]:
        with importing():
            from pandocast_sdk.models._lists import read_list  # noqa: PLC0415 - few bodies need it
        return read_list(model, row, body)

    read_model = model.model_validate_json
    return _reader(read_decided, read_any)


def result_list(value: M, rows_of: Callable[[M], list[R]]) -> ResultList[R]:
    """Return the list in an object, with what else is in it."""
    return ResultList(rows_of(value), value.model_extra or {}, value.unreadable)


def _reader(read_all: Callable[[bytes], T], read_rows: Callable[[bytes], T]) -> Callable[[bytes], T]:
    """Return what reads a body at once, as nearly always, or else row by row."""

    def read(body: bytes) -> T:
        try:
            return read_all(body)
        except ValueError as error:  # older versions of pydantic let a bare one through for the year 0
            fault = _message(error)
        with suppress(JSONDecodeError):
            return read_rows(body.removeprefix(_BYTE_ORDER_MARK))
        raise ValueError(fault)

    return read


def _message(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in faults[:5])
