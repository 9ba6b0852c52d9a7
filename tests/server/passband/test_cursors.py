from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from pandocast_server.errors import ApiError
from pandocast_server.passband.cursors import Position, is_behind, read_cursor, write_cursor
from pandocast_server.storage.database import Database
from pandocast_server.storage.passband_tables import pipeline_runs
from pandocast_server.storage.tables import workspaces
from pandocast_server.timestamps import EPOCH

SECRET = b"s" * 32
POSITIONS = st.builds(
    Position,
    st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001 - drawn with one
    st.integers(1, 2**63 - 1),
)


@given(POSITIONS)
def test_a_cursor_leads_back_to_its_position(position: Position) -> None:
    cursor = write_cursor(SECRET, workspace_id="ws", listing="drafts", position=position)
    assert read_cursor(SECRET, cursor, workspace_id="ws", listing="drafts") == position
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


@pytest.mark.parametrize(
    ("secret", "workspace_id", "listing"),
    [(b"t" * 32, "ws", "drafts"), (SECRET, "other", "drafts"), (SECRET, "ws", "runs")],
)
def test_a_cursor_is_good_for_one_server_workspace_and_list(
    secret: bytes, workspace_id: str, listing: str
) -> None:
    position = Position(datetime(2026, 3, 28, tzinfo=UTC), 7)
    cursor = write_cursor(SECRET, workspace_id="ws", listing="drafts", position=position)
    with pytest.raises(ApiError, match="cursor is not one"):
        read_cursor(secret, cursor, workspace_id=workspace_id, listing=listing)


@given(st.text(max_size=80))
def test_what_was_never_issued_is_refused(text: str) -> None:
    with pytest.raises(ApiError, match="cursor is not one") as refused:
        read_cursor(SECRET, text, workspace_id="ws", listing="drafts")
    assert refused.value.status == 400


@given(POSITIONS, st.data())
def test_a_cursor_with_one_letter_changed_is_refused(position: Position, data: st.DataObject) -> None:
    cursor = write_cursor(SECRET, workspace_id="ws", listing="drafts", position=position)
    at = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("ABCabc012-_").filter(lambda letter: letter != cursor[at]))
    with pytest.raises(ApiError, match="cursor is not one"):
        read_cursor(SECRET, cursor[:at] + letter + cursor[at + 1 :], workspace_id="ws", listing="drafts")


@given(POSITIONS, st.data())
def test_a_cursor_with_something_added_is_refused(position: Position, data: st.DataObject) -> None:
    cursor = write_cursor(SECRET, workspace_id="ws", listing="drafts", position=position)
    at = data.draw(st.integers(0, len(cursor)))
    added = data.draw(st.text(st.characters(max_codepoint=127), min_size=1, max_size=4))
    with pytest.raises(ApiError, match="cursor is not one"):
        read_cursor(SECRET, cursor[:at] + added + cursor[at:], workspace_id="ws", listing="drafts")


def test_each_row_is_behind_those_that_are_newer_and_no_others(tmp_path: Path) -> None:
    """Times are compared as they are kept; where they are equal, the sequence number decides."""
    database = Database(f"sqlite:///{tmp_path / 'server.db'}")
    moments = [EPOCH, EPOCH, EPOCH + timedelta(microseconds=1), EPOCH + timedelta(days=20_000)]
    with database.write() as connection:
        connection.execute(insert(workspaces).values(id="ws", name="w", created_at=EPOCH))
        for number, moment in enumerate(moments):
            connection.execute(
                insert(pipeline_runs).values(
                    id=f"run_{number}", workspace_id="ws", status="completed", created_at=moment
                )
            )
        for number, moment in enumerate(moments):
            behind = select(pipeline_runs.c.id).where(is_behind(pipeline_runs, Position(moment, number + 1)))
            assert set(connection.scalars(behind)) == {f"run_{older}" for older in range(number)}
    database.close()
