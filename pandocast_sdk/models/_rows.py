"""Reading a body whose rows are not all as published: one bad row must not block a list.

The rows are the models that are in a list, a dictionary or a field of another model. Each is read by itself.
One that cannot be read stays in its place, as the same model: its unreadable fields are None, and
`unreadable` has its bytes and what is wrong. The body around the rows has to be as published.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from pandocast_sdk.models._raw_json import RawJson
from pandocast_sdk.models.base import WireModel
from pandocast_sdk.models.unreadable import Unreadable

M = TypeVar("M", bound=WireModel)

_MOST_FAULTS = 5  # of a body, that its error names
_NOT_TEXT = "Input should be Unicode text"


def read_object(model: type[M], body: bytes) -> M:
    """Return the model of a body, with its rows read one by one.

    Raises:
        ValueError: The body is not a JSON object, or a field other than its rows is not as published.
    """
    whole = RawJson.parse(body)
    values, faults = _field_values(model, whole)
    if not isinstance(whole.value, dict) or faults.keys() & model.model_fields.keys():
        raise ValueError("; ".join(list(faults.values())[:_MOST_FAULTS]))
    return _construct(model, values, faults, whole)


def read_row(model: type[M], body: bytes) -> M:
    """Return the model of a body that is read like a row.

    Raises:
        ValueError: The body is not JSON.
    """
    return _row(model, RawJson.parse(body))


def read_array(model: type[M], body: bytes) -> list[M]:
    """Return the rows of a body that is an array of them.

    Raises:
        ValueError: The body is not a JSON array.
    """
    whole = RawJson.parse(body)
    if not isinstance(whole.value, list):
        raise ValueError("body: Input should be a valid array")  # noqa: TRY004 - like any wrong value
    return [_row(model, element) for element in whole.elements()]


def _row(model: type[M], raw: RawJson) -> M:
    values, faults = _field_values(model, raw)
    return _construct(model, values, faults, raw)


def _construct(model: type[M], values: Mapping[str, Any], faults: Mapping[str, str], raw: RawJson) -> M:
    row = model.model_construct(set(values), **values)
    if faults:
        # Where pydantic keeps private attributes. To declare one would cost every good row time.
        unreadable = Unreadable(tuple(faults.values()), raw.raw)
        object.__setattr__(row, "__pydantic_private__", {"unreadable": unreadable})
    return row


def _field_values(model: type[WireModel], raw: RawJson) -> tuple[dict[str, object], dict[str, str]]:
    """Return the fields of an object, unknown ones included, and what is wrong with those that are None."""
    if not isinstance(raw.value, dict):
        return {name: None for name in model.model_fields}, {"": "body: Input should be an object"}  # noqa: C420 - typed
    members, values, faults = raw.members(), dict[str, object](), dict[str, str]()
    for name, field in _readers(model).items():
        member = members.pop(name, None)
        member = members.pop(field.wire_name, member)
        if member is None:
            fault = f"{field.wire_name}: Field required" if field.is_required else None
        else:
            values[name], fault = _read(field.wire_name, field.read, member)
        if fault is not None:
            values[name], faults[name] = None, fault
    for name, member in members.items():
        if not _is_unicode(name):
            faults[name] = f"an unknown field: {_NOT_TEXT}"
            continue
        values[name], fault = _read(name, _value_of, member)
        if fault is not None:
            faults[name] = fault
    return values, faults


def _read(name: str, read: Callable[[RawJson], object], raw: RawJson) -> tuple[object, str | None]:
    """Return the value of a field, or what is wrong with it."""
    try:
        return read(raw), None
    except ValidationError as error:
        (fault, *_) = error.errors(include_url=False, include_input=False, include_context=False)
        return None, f"{'.'.join(map(str, (name, *fault['loc'])))}: {fault['msg']}"
    except ValueError as error:
        return None, f"{name}: {error}"


class _Field(NamedTuple):
    """How a field of a model is read.

    Attributes:
        wire_name: Its name on the wire.
        is_required: Whether every object has it.
        read: Returns its value.
    """

    wire_name: str
    is_required: bool
    read: Callable[[RawJson], object]


@cache
def _readers(model: type[WireModel]) -> dict[str, _Field]:
    return {
        name: _Field(field.alias or name, field.is_required(), _reader(field))
        for name, field in model.model_fields.items()
    }


def _reader(field: FieldInfo) -> Callable[[RawJson], object]:
    """Return what reads a field: rows one by one, everything else as its model does."""
    read_rows = _rows_reader(field.annotation)
    annotation: Any = field.annotation
    for metadata in field.metadata:
        annotation = Annotated[annotation, metadata]
    adapter: TypeAdapter[object] = TypeAdapter(annotation)

    def read(raw: RawJson) -> object:
        rows = None if read_rows is None else read_rows(raw)
        return adapter.validate_python(_value_of(raw)) if rows is None else rows

    return read


def _rows_reader(annotation: object) -> Callable[[RawJson], object] | None:
    """Return what reads the rows in a field, or returns None where the field has something else.

    It is None for fields that have no rows.
    """
    if get_origin(annotation) in {Union, UnionType}:
        (annotation, *others) = [part for part in get_args(annotation) if part is not NoneType]
        if others:
            return None
    container = get_origin(annotation)
    model = get_args(annotation)[-1] if container in {list, dict} else annotation
    if not (isinstance(model, type) and issubclass(model, WireModel)):
        return None
    return partial(_READERS_IN.get(container, _object), model)


def _list(model: type[WireModel], raw: RawJson) -> object:
    return [_row(model, element) for element in raw.elements()] if isinstance(raw.value, list) else None


def _dict(model: type[WireModel], raw: RawJson) -> object:
    if not isinstance(raw.value, dict):
        return None
    return {name: _row(model, member) for name, member in raw.members().items() if _is_unicode(name)}


def _object(model: type[WireModel], raw: RawJson) -> object:
    return None if raw.value is None else _row(model, raw)


_READERS_IN: Mapping[object, Callable[[type[WireModel], RawJson], object]] = {list: _list, dict: _dict}


def _value_of(raw: RawJson) -> object:
    """Return a decoded value.

    Raises:
        ValueError: It has text that is not Unicode.
    """
    if not _is_unicode(raw.value):
        raise ValueError(_NOT_TEXT)
    return raw.value


def _is_unicode(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
