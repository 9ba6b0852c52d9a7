"""Positions that are stored: they go on where they were, or are refused before anything is sent."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.content_table import LISTING

from pandocast_sdk._core.operations.drafts import list_drafts
from pandocast_sdk._core.operations.pipeline import all_runs
from pandocast_sdk._core.paging.cursor_paging import LONGEST_CURSOR, CursorListing, CursorPosition
from pandocast_sdk._core.paging.offset_pages import REMEMBERED, Position
from pandocast_sdk._core.paging.positions import cursor_start, cursor_text, offset_start, offset_text
from pandocast_sdk._core.paging.row_keys import LONGEST_KEY, row_key
from pandocast_sdk.models.drafts import Draft

NAMES = st.lists(st.text(max_size=LONGEST_KEY), max_size=REMEMBERED).map(tuple)
CURSORS = st.text(st.characters(), min_size=1, max_size=50)
OFFSETS = st.builds(
    Position,
    offset=st.integers(0, 2**63 - 1),
    limit=st.integers(1, 1000),
    total=st.none() | st.integers(),
    growth=st.integers(0),
    given=NAMES,
    ended=st.booleans(),
)
COUNTS = st.integers(0, 2**70)
PLACES = st.builds(
    CursorPosition,
    cursor=st.none() | CURSORS,
    empty=COUNTS,
    remembered=st.none() | CURSORS,
    steps=COUNTS,
    stride=st.integers(1, 2**70),
    taken=COUNTS,
    given=NAMES,
    wanted=NAMES,
    lost=st.booleans(),
    ended=st.booleans(),
)


def drafts(**filters: Any) -> CursorListing[Draft]:
    none = dict.fromkeys(("status", "format", "limit", "source_id", "source_type", "tags"))
    return list_drafts(**{**none, "scheduled_after": None, "scheduled_before": None, **filters})


def resumed(text: object) -> Position:
    return offset_start(LISTING, limit=None, offset=None, position=json.loads(json.dumps(text)))


def resumed_cursor(text: object, listing: CursorListing[Any]) -> CursorPosition:
    return cursor_start(listing, cursor=None, position=json.loads(json.dumps(text)))


@given(OFFSETS)
def test_an_offset_position_survives_the_round_trip(position: Position) -> None:
    assert resumed(offset_text(LISTING, position)) == position


@given(PLACES)
def test_a_cursor_position_survives_the_round_trip(position: CursorPosition) -> None:
    assert resumed_cursor(cursor_text(drafts(), position), drafts()) == position


def test_a_position_stays_small_however_long_the_ids_are() -> None:
    given = tuple(row_key(None, "\udcff" * 10_000 + str(number)) or "" for number in range(REMEMBERED))
    assert len(set(given)) == REMEMBERED
    assert len(offset_text(LISTING, Position(1, 1, 1, 0, given))) < 10_000
    longest = "x" * LONGEST_CURSOR
    position = CursorPosition(longest, remembered=longest, taken=100, given=given, wanted=given)
    assert len(cursor_text(drafts(), position)) < 45_000


def test_without_a_position_a_list_begins_at_the_offset_or_cursor() -> None:
    assert offset_start(LISTING, limit=None, offset=None, position=None) == Position(0, 100)
    assert offset_start(LISTING, limit=7, offset=5, position=None) == Position(5, 7)
    assert cursor_start(drafts(), cursor="c", position=None) == CursorPosition("c")


def test_the_page_size_may_change() -> None:
    position = Position(30, 10, 50)
    text = offset_text(LISTING, position)
    assert offset_start(LISTING, limit=None, offset=None, position=text).limit == 10
    assert offset_start(LISTING, limit=20, offset=None, position=text) == Position(30, 20, 50)
    assert resumed_cursor(cursor_text(drafts(limit=5), CursorPosition("c")), drafts(limit=50)).cursor == "c"


@pytest.mark.parametrize(("limit", "offset"), [(0, None), (None, -1), (True, None)])
def test_limit_and_offset_are_checked_beside_a_position(limit: int | None, offset: int | None) -> None:
    for position in (None, offset_text(LISTING, Position(0, 10))):
        with pytest.raises(ValueError, match=r"limit|offset"):
            offset_start(LISTING, limit=limit, offset=offset, position=position)


def test_a_position_excludes_offset_and_cursor() -> None:
    with pytest.raises(ValueError, match="offset and position are mutually exclusive"):
        offset_start(LISTING, limit=None, offset=0, position=offset_text(LISTING, Position(0, 10)))
    with pytest.raises(ValueError, match="cursor and position are mutually exclusive"):
        cursor_start(drafts(), cursor="c", position=cursor_text(drafts(), CursorPosition()))


GARBAGE = [
    "",
    "c",
    "pos1",
    "pos1.",
    "pos1.AAAA",
    "pos1.%%%",
    "pos2.AAAA",
    "pos1.é",
    7,
    b"pos1.",
    [],
    {},
]


@pytest.mark.parametrize("text", GARBAGE)
def test_an_invalid_position_is_rejected(text: Any) -> None:
    with pytest.raises(ValueError, match="position is"):
        offset_start(LISTING, limit=None, offset=None, position=text)
    with pytest.raises(ValueError, match="position is"):
        cursor_start(drafts(), cursor=None, position=text)


@given(OFFSETS, st.data())
def test_a_position_that_was_cut_or_changed_is_rejected(position: Position, data: st.DataObject) -> None:
    text = offset_text(LISTING, position)
    index = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_"))
    for damaged in (text[:index], text[:index] + letter + text[index + 1 :]):
        # The last letter of base64 has bits that mean nothing.
        if damaged[:-3] != text[:-3]:
            with pytest.raises(ValueError, match="position is"):
                resumed(damaged)


def forged(text: str, changes: Mapping[str, object], *, name: str | None = None) -> str:
    """Change members, and make the checksum right again."""
    told_name, filters, members = json.loads(urlsafe_b64decode(text.removeprefix("pos1."))[4:])
    raw = json.dumps([name or told_name, filters, {**members, **changes}]).encode()
    return "pos1." + urlsafe_b64encode(crc32(raw).to_bytes(4, "big") + raw).decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"offset": -1},
        {"offset": 1.5},
        {"offset": True},
        {"offset": "1"},
        {"offset": None},
        {"limit": 0},
        {"total": "many"},
        {"growth": -1},
        {"given": None},
        {"given": "abc"},
        {"given": [1]},
        {"given": ["a"] * (REMEMBERED + 1)},
        {"given": ["x" * (LONGEST_KEY + 1)]},
        {"ended": 1},
        {"surplus": 1},
    ],
)
def test_every_field_of_an_offset_position_is_checked(changes: Mapping[str, object]) -> None:
    text = offset_text(LISTING, Position(3, 10, 50))
    assert resumed(forged(text, {"offset": 4})).offset == 4
    with pytest.raises(ValueError, match="damaged"):
        resumed(forged(text, changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"cursor": ""},
        {"cursor": 7},
        {"cursor": "x" * (LONGEST_CURSOR + 1)},
        {"remembered": ""},
        {"empty": -1},
        {"steps": None},
        {"stride": 0},
        {"taken": -1},
        {"wanted": [None]},
        {"lost": None},
        {"ended": "no"},
    ],
)
def test_every_field_of_a_cursor_position_is_checked(changes: Mapping[str, object]) -> None:
    text = cursor_text(drafts(), CursorPosition("c"))
    assert resumed_cursor(forged(text, {"cursor": "d"}), drafts()).cursor == "d"
    with pytest.raises(ValueError, match="damaged"):
        resumed_cursor(forged(text, changes), drafts())


def test_a_position_with_missing_fields_or_endless_nesting_is_rejected() -> None:
    for members in (b"{}", b"[" * 100_000, b'{"offset":1}', b"null"):
        raw = b'["list_content","x",' + members + b"]"
        with pytest.raises(ValueError, match="position"):
            resumed("pos1." + urlsafe_b64encode(crc32(raw).to_bytes(4, "big") + raw).decode())


def test_a_position_belongs_to_its_list() -> None:
    text = cursor_text(drafts(), CursorPosition("c"))
    for other in (lambda: resumed(text), lambda: resumed_cursor(text, all_runs(10))):
        with pytest.raises(ValueError, match="another list"):
            other()


AFTER = datetime(2026, 3, 28, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "filters",
    [
        {"status": "approved"},
        {"format": "BLOG"},
        {"source_id": "s"},
        {"tags": ["a"]},
        {"scheduled_after": AFTER},
    ],
)
def test_a_position_belongs_to_its_filters(filters: dict[str, object]) -> None:
    text = cursor_text(drafts(**filters), CursorPosition("c"))
    assert resumed_cursor(text, drafts(**filters)).cursor == "c"
    with pytest.raises(ValueError, match="other filters"):
        resumed_cursor(text, drafts())
    with pytest.raises(ValueError, match="other filters"):
        resumed_cursor(cursor_text(drafts(), CursorPosition("c")), drafts(**filters))


def test_the_order_of_tags_does_not_matter() -> None:
    """A set of tags has another order in another process."""
    text = cursor_text(drafts(tags=["a", "b", "c"]), CursorPosition("c"))
    assert resumed_cursor(text, drafts(tags=["c", "a", "b"])).cursor == "c"
    with pytest.raises(ValueError, match="other filters"):
        resumed_cursor(text, drafts(tags=["a", "b"]))
