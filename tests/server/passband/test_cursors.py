from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.errors import ApiError
from pandocast_server.passband.cursors import Position, read_cursor, write_cursor

KEY = b"k" * 32
POSITIONS = st.tuples(
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - drawn with one
    st.integers(1, 2**63 - 1),
)


@given(POSITIONS)
def test_a_cursor_leads_back_to_its_position(position: Position) -> None:
    cursor = write_cursor(KEY, position)
    assert read_cursor(KEY, cursor) == position
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


def test_a_cursor_is_good_for_one_key() -> None:
    cursor = write_cursor(KEY, (datetime(2026, 3, 28, tzinfo=UTC), 7))
    with pytest.raises(ApiError, match="cursor is not one"):
        read_cursor(b"other", cursor)


@given(st.text(max_size=80))
def test_what_was_never_issued_is_refused(text: str) -> None:
    with pytest.raises(ApiError, match="cursor is not one") as refused:
        read_cursor(KEY, text)
    assert refused.value.status == 400


@given(POSITIONS, st.data())
def test_a_cursor_with_one_letter_changed_is_refused(position: Position, data: st.DataObject) -> None:
    cursor = write_cursor(KEY, position)
    at = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("ABCabc012-_").filter(lambda letter: letter != cursor[at]))
    with pytest.raises(ApiError, match="cursor is not one"):
        read_cursor(KEY, cursor[:at] + letter + cursor[at + 1 :])


@given(POSITIONS, st.data())
def test_a_cursor_with_something_added_is_refused(position: Position, data: st.DataObject) -> None:
    cursor = write_cursor(KEY, position)
    at = data.draw(st.integers(0, len(cursor)))
    added = data.draw(st.text(st.characters(max_codepoint=127), min_size=1, max_size=4))
    with pytest.raises(ApiError, match="cursor is not one"):
        read_cursor(KEY, cursor[:at] + added + cursor[at:])
