"""Reading a list for which the reference publishes no response: whatever comes, nothing of it is lost."""

from typing import Any, TypeVar, cast

from pandocast_sdk.models._raw_json import RawJson
from pandocast_sdk.models._rows import field_values
from pandocast_sdk.models.base import WireModel, array_reader_of
from pandocast_sdk.models.result_list import ResultList, result_list
from pandocast_sdk.models.unreadable import Unreadable

M = TypeVar("M", bound=WireModel)

_NO_LIST = "body: Input should be an array or an object"


def read_list(model: type[WireModel], row: type[M], body: bytes) -> ResultList[M]:
    """Return the rows of a body: those in the object that was decided, an array of them, or none.

    Args:
        model: The object that was decided; the list is its one field.
        row: The model of the rows.
        body: The body.

    Raises:
        ValueError: The body is not JSON.
    """
    if not body.strip():
        return ResultList()
    whole = RawJson.parse(body)
    if isinstance(whole.value, list):
        return ResultList(array_reader_of(row)(body))
    if not isinstance(whole.value, dict):
        fault = None if whole.value is None else Unreadable((_NO_LIST,), whole.raw)
        return result_list([], unreadable=fault)
    return _in_object(model, whole)


def _in_object(model: type[WireModel], whole: RawJson) -> ResultList[Any]:
    (name,) = model.model_fields
    members = whole.members()
    values, faults = field_values(model, whole)
    rows = cast("list[object] | None", values.pop(name))
    if not members or (name in members and members[name].value is None):
        del faults[name]  # nothing is an empty list
    unreadable = Unreadable(tuple(faults.values()), whole.raw) if faults else None
    return result_list(rows or [], values, unreadable)
