"""A list and what came with it: a list in every respect, which nothing of it is lost from."""

import copy
import pickle

import pytest

from pandocast_sdk import Draft, ResultList, Slot
from pandocast_sdk.models import SlotList, UnscheduledDrafts
from pandocast_sdk.models.base import result_list_reader_of

SLOT = Slot(day_of_week=1, hour=9, minute=0)
RAW = b'{"slots": [{"dayOfWeek": 1, "hour": 9, "minute": 0}], "zone": "UTC", "note": "Half \\ud83d"}'


def read(body: bytes) -> ResultList[Slot]:
    return result_list_reader_of(SlotList, lambda result: result.slots, Slot)(body)


def test_it_is_equal_to_a_plain_list() -> None:
    slots = read(RAW)
    assert slots == [SLOT]
    assert sorted(slots, key=lambda slot: slot.hour) == slots[:]
    assert isinstance(slots, list)


def test_a_copy_and_a_pickle_have_what_came_with_it() -> None:
    slots = read(RAW)
    assert slots.model_extra == {"zone": "UTC", "note": None}
    assert slots.unreadable is not None
    for twin in (copy.copy(slots), copy.deepcopy(slots), pickle.loads(pickle.dumps(slots))):  # noqa: S301 - our own
        assert twin == slots
        assert (twin.model_extra, twin.unreadable) == (slots.model_extra, slots.unreadable)


def test_lists_do_not_share_what_came_with_one_of_them() -> None:
    assert read(RAW).unreadable is not None
    plain = read(b'{"slots": []}')
    assert (plain, plain.model_extra, plain.unreadable) == ([], {}, None)
    with pytest.raises(TypeError):
        plain.model_extra["zone"] = "UTC"  # type: ignore[index]  # a read-only mapping


def test_its_repr_says_what_is_wrong_and_shows_no_bytes() -> None:
    assert repr(read(b'{"slots": []}')) == "[]"
    shown = repr(read(b'{"data": "pk_live_s3cret"}'))
    assert "slots: Field required" in shown
    assert "s3cret" not in shown


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf[]", b"\xef\xbb\xbf{}", b" null "])
def test_nothing_is_an_empty_list(body: bytes) -> None:
    drafts = result_list_reader_of(UnscheduledDrafts, lambda result: result.drafts, Draft)(body)
    assert (drafts, drafts.unreadable) == ([], None)


def test_a_number_of_more_digits_than_python_converts_is_kept_as_it_came() -> None:
    body = b'{"slots": [{"dayOfWeek": ' + b"9" * 5000 + b', "hour": 9, "minute": 0}]}'
    (slot,) = read(body)
    assert (slot.hour, slot.minute) == (9, 0)
    assert slot.unreadable is not None
    assert b"9" * 5000 in slot.unreadable.raw
