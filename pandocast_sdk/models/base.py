"""How every model of the wire behaves, and how one is read."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, ClassVar, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, GetPydanticSchema, ValidationError
from pydantic_core import core_schema

__all__ = ()
_UNEXPORTED = ["Open", "PassbandModel", "Timestamp", "WireModel"]

K = TypeVar("K")

Open: TypeAlias = Annotated[K | str, GetPydanticSchema(lambda _source, _handler: core_schema.str_schema())]
"""One of the published values, or any other text.

Type checkers and readers see the published ones. Reading compares with none of them: that would take time for
every row of a list, and refuse nothing.
"""

Timestamp: TypeAlias = Annotated[
    datetime, GetPydanticSchema(lambda _source, _handler: core_schema.datetime_schema())
]
"""A moment.

Models with it can be made, too, where pydantic was loaded under a fake clock and does not know `datetime`.
"""


class WireModel(BaseModel):
    """A frozen value that keeps the fields it does not know."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow", frozen=True)

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


def reader_of(model: type[M]) -> Callable[[bytes], M]:
    """Return what reads a JSON body into a model.

    It raises `ValueError` when the body does not fit; the message names the fields and never repeats their
    values.
    """

    def read(body: bytes) -> M:
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            raise ValueError(_message(error)) from None

    return read


def array_reader_of(model: type[M]) -> Callable[[bytes], list[M]]:
    """Return what reads a JSON body that is an array of a model; see `reader_of`."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - few operations read arrays

    array: TypeAdapter[list[M]] = TypeAdapter(list[model])  # type: ignore[valid-type]  # made at run time

    def read(body: bytes) -> list[M]:
        try:
            return array.validate_json(body)
        except ValidationError as error:
            raise ValueError(_message(error)) from None

    return read


def _message(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in faults[:5])
