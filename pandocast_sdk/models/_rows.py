"""Reading a body that is not as expected where the reference is silent: nothing there must block the rest.

The rows are the models that are in a list, a dictionary or a field of another model. Each is read by itself.
One that cannot be read stays in its place, as the same model: its unreadable fields are None, and
`unreadable` has its bytes and what is wrong. Other entries of lists and dictionaries that cannot be read are
left out, and so are fields that are `UNPUBLISHED`. All else around the rows has to be as published.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeGuard, TypeVar, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from pandocast_sdk.models._raw_json import RawJson
from pandocast_sdk.models.base import UNPUBLISHED, WireModel
from pandocast_sdk.models.unreadable import Unreadable

M = TypeVar("M", bound=WireModel)

_MOST_FAULTS = 5  # of a body, that its error names
_DEEPEST_PLACE = 5  # names in the place of a fault
_NOT_TEXT = "Input should be Unicode text"
_TOO_DEEP = "Input is nested too deeply"


def read_object(model: type[M], body: bytes) -> M:
    """Return the model of a body, with its rows read one by one.

    Raises:
        ValueError: The body is not a JSON object, or a field other than its rows is not as published.
    """
    whole = RawJson.parse(body)
    values, faults = field_values(model, whole)
    if not isinstance(whole.value, dict) or faults.keys() & _published(model):
        raise ValueError("; ".join(list(faults.values())[:_MOST_FAULTS]))
    return _construct(model, values, faults, whole)


def read_row(model: type[M], body: bytes) -> M:
    """Return the model of a body that is read like a row.

    Raises:
        ValueError: The body is not JSON.
    """
    return row(model, RawJson.parse(body))


def read_array(model: type[M], body: bytes) -> list[M]:
    """Return the rows of a body that is an array of them.

    Raises:
        ValueError: The body is not a JSON array.
    """
    whole = RawJson.parse(body)
    if not isinstance(whole.value, list):
        raise ValueError("body: Input should be a valid array")  # noqa: TRY004 - like any wrong value
    return [row(model, element) for element in whole.elements()]


def row(model: type[M], raw: RawJson) -> M:
    """Return the model of one row, whatever it is."""
    values, faults = field_values(model, raw)
    return _construct(model, values, faults, raw)


def _construct(model: type[M], values: Mapping[str, Any], faults: Mapping[str, str], raw: RawJson) -> M:
    fields = {name: values[name] for name in model.model_fields if name in values}
    value = model.model_construct(set(values), **fields)
    # Not as arguments: a service may name a field as `model_construct` names its own.
    value.__pydantic_extra__ = {name: extra for name, extra in values.items() if name not in fields}
    if faults:
        # Where pydantic keeps private attributes. To declare one would cost every good row time.
        unreadable = Unreadable(tuple(faults.values()), raw.raw)
        object.__setattr__(value, "__pydantic_private__", {"unreadable": unreadable})
    return value


def field_values(model: type[WireModel], raw: RawJson) -> tuple[dict[str, object], dict[str, str]]:
    """Return the fields of an object, unknown ones included, and what is wrong with it.

    What is wrong with a whole field, which is None then, is under the field's name.
    """
    if not isinstance(raw.value, dict):
        return {name: None for name in model.model_fields}, {"": "body: Input should be an object"}  # noqa: C420 - typed
    members, values, faults = raw.members(), dict[str, object](), dict[str, str]()
    for name, field in _readers(model).items():
        member = members.pop(name, None)
        member = members.pop(field.wire_name, member)
        if member is not None:
            values[name], found, is_lost = _read(field.wire_name, field.read, member)
            faults.update((name if is_lost else f"{name}.{key}", fault) for key, fault in found.items())
        elif field.is_required:
            values[name], faults[name] = None, f"{field.wire_name}: Field required"
    unknown, found = _entries(members, _value_of)
    values.update(dict.fromkeys(filter(_is_unicode, members)) | unknown)
    faults.update((f".{key}", fault) for key, fault in found.items())
    return values, faults


@cache
def _published(model: type[WireModel]) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if UNPUBLISHED not in field.metadata)


class _Parts(NamedTuple):
    """A value made of the parts that can be read.

    Attributes:
        value: The value.
        faults: What is wrong with the other parts, by their names.
        is_lost: Whether what is wrong is wrong with all of it.
    """

    value: object
    faults: Mapping[str, str]
    is_lost: bool = False


def _read(name: str, read: Callable[[RawJson], object], raw: RawJson) -> _Parts:
    """Return a value with what is wrong with it."""
    try:
        value = read(raw)
    except ValidationError as error:
        (fault, *_) = error.errors(include_url=False, include_input=False, include_context=False)
        place = ".".join(map(str, (name, *fault["loc"][:_DEEPEST_PLACE])))
        return _Parts(None, {name: f"{place}: {fault['msg']}"}, is_lost=True)
    except ValueError as error:
        return _Parts(None, {name: f"{name}: {error}"}, is_lost=True)
    if isinstance(value, _Parts):
        return _Parts(value.value, {key: f"{name}.{fault}" for key, fault in value.faults.items()})
    return _Parts(value, {})


def _entries(
    members: Mapping[str, RawJson], read: Callable[[RawJson], object]
) -> tuple[dict[str, object], dict[str, str]]:
    """Return the members of an object that can be read, and what is wrong with the others."""
    values, faults = dict[str, object](), dict[str, str]()
    for name, member in members.items():
        if not _is_unicode(name):
            faults[ascii(name)] = f"an unknown field: {_NOT_TEXT}"
            continue
        value, found, _ = _read(name, read, member)
        if found:
            faults[name] = next(iter(found.values()))
        else:
            values[name] = value
    return values, faults


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
    """Return what reads a field: entries of lists and dictionaries one by one, all else as its model does."""
    read_parts = _parts_reader(field.annotation)
    annotation: Any = field.annotation
    for metadata in field.metadata:
        annotation = Annotated[annotation, metadata]
    read_whole = _validator(annotation)

    def read(raw: RawJson) -> object:
        parts = None if read_parts is None else read_parts(raw)
        return read_whole(raw) if parts is None else parts

    return read


def _validator(annotation: Any) -> Callable[[RawJson], object]:
    adapter: TypeAdapter[object] = TypeAdapter(annotation)
    return lambda raw: adapter.validate_python(_value_of(raw))


def _parts_reader(annotation: object) -> Callable[[RawJson], object] | None:
    """Return what reads the entries in a field, or returns None where the field has something else.

    It is None for fields that have no entries.
    """
    if get_origin(annotation) in {Union, UnionType}:
        (annotation, *others) = [part for part in get_args(annotation) if part is not NoneType]
        if others:
            return None
    container = get_origin(annotation)
    if container not in {list, dict}:
        return partial(_object, annotation) if _is_model(annotation) else None
    entry = get_args(annotation)[-1]
    read = partial(row, entry) if _is_model(entry) else _validator(entry)
    return partial(_list if container is list else _dict, read)


def _is_model(annotation: object) -> TypeGuard[type[WireModel]]:
    return isinstance(annotation, type) and issubclass(annotation, WireModel)


def _list(read: Callable[[RawJson], object], raw: RawJson) -> object:
    if not isinstance(raw.value, list):
        return None
    values, faults = list[object](), dict[str, str]()
    for index, element in enumerate(raw.elements()):
        value, found, _ = _read(str(index), read, element)
        if found:
            faults[str(index)] = next(iter(found.values()))
        else:
            values.append(value)
    return _Parts(values, faults)


def _dict(read: Callable[[RawJson], object], raw: RawJson) -> object:
    return _Parts(*_entries(raw.members(), read)) if isinstance(raw.value, dict) else None


def _object(model: type[WireModel], raw: RawJson) -> object:
    return None if raw.value is None else row(model, raw)


def _value_of(raw: RawJson) -> object:
    """Return a decoded value.

    Raises:
        ValueError: It has text that is not Unicode, or is nested too deeply.
    """
    if raw.is_deep:
        raise ValueError(_TOO_DEEP)
    if not _is_unicode(raw.value):
        raise ValueError(_NOT_TEXT)
    return raw.value


def _is_unicode(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
