"""Transactions, and databases that cannot be used."""

import sqlite3
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import OperationalError

from pandocast_server.storage.database import Database, DatabaseError
from pandocast_server.storage.tables import SCHEMA_VERSION, schema_version, workspaces
from pandocast_server.timestamps import EPOCH


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'server.db'}"


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(workspaces)) or 0


def test_a_transaction_that_fails_leaves_nothing_behind(url: str) -> None:
    database = Database(url)

    def fail_half_way() -> None:
        with database.write() as connection:
            connection.execute(insert(workspaces).values(id="ws", name="w", created_at=EPOCH))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert count(database) == 0
    database.close()


def test_what_was_committed_is_there_when_it_is_opened_again(url: str) -> None:
    for expected in (1, 2):
        database = Database(url)
        with database.write() as connection:
            connection.execute(insert(workspaces).values(id=f"ws_{expected}", name="w", created_at=EPOCH))
        assert count(database) == expected
        database.close()


def test_readers_within_each_other_and_beside_each_other_have_snapshots_of_their_own(url: str) -> None:
    database = Database(url)
    seen: list[int] = []
    with database.read():
        thread = Thread(target=lambda: seen.append(count(database)))
        thread.start()
        thread.join()
        with database.write() as connection:
            connection.execute(insert(workspaces).values(id="ws", name="w", created_at=EPOCH))
        seen.append(count(database))
    assert [*seen, count(database)] == [0, 1, 1]
    database.close()


def test_a_read_that_fails_does_not_spoil_the_next(url: str) -> None:
    database = Database(url)
    with pytest.raises(ZeroDivisionError), database.read():
        raise ZeroDivisionError
    with pytest.raises(OperationalError), database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert count(database) == 0
    database.close()
    assert count(database) == 0  # closing is not for good
    database.close()


def test_a_reader_sees_one_moment_however_long_it_reads(url: str) -> None:
    database = Database(url)
    with database.read() as connection:
        query = select(func.count()).select_from(workspaces)
        assert connection.scalar(query) == 0
        with database.write() as writer:
            writer.execute(insert(workspaces).values(id="ws", name="w", created_at=EPOCH))
        assert connection.scalar(query) == 0
    assert count(database) == 1
    database.close()


def test_writers_wait_for_each_other_instead_of_being_refused(url: str) -> None:
    """A transaction that reads before it writes is refused under SQLite's own way of beginning one."""
    database = Database(url)
    with database.write() as connection:
        connection.execute(insert(workspaces).values(id="ws", name="0", created_at=EPOCH))
    begin = Event()

    def add_one() -> None:
        begin.wait()
        for _ in range(20):
            with database.write() as connection:
                name = connection.scalar(select(workspaces.c.name)) or "0"
                connection.execute(update(workspaces).values(name=str(int(name) + 1)))

    threads = [Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    begin.set()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.scalar(select(workspaces.c.name)) == "80"
    database.close()


@pytest.mark.parametrize("version", [SCHEMA_VERSION - 1, SCHEMA_VERSION + 1])
def test_a_database_of_another_version_is_left_alone(url: str, version: int) -> None:
    database = Database(url)
    with database.write() as connection:
        connection.execute(update(schema_version).values(version=version))
    database.close()
    with pytest.raises(DatabaseError, match=f"version {version}"):
        Database(url)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("not a url", "not a usable database URL"),
        ("nosuch://host/db", "not a usable database URL"),
        ("sqlite:////nowhere/at/all.db", "cannot be opened"),
    ],
)
def test_what_is_no_database_is_told_in_one_sentence(wrong: str, message: str) -> None:
    with pytest.raises(DatabaseError, match=message) as caught:
        Database(wrong)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_told_in_one_sentence_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Not a database, but somebody's notes. " * 100)
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="cannot be opened"):
        Database(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_other_programs_can_read_the_file(url: str, tmp_path: Path) -> None:
    database = Database(url)
    with database.write() as connection:
        connection.execute(insert(workspaces).values(id="ws", name="w", created_at=EPOCH))
    with sqlite3.connect(tmp_path / "server.db") as other:
        assert other.execute("select id, created_at from workspaces").fetchall() == [("ws", 0)]
    other.close()
    database.close()


def test_the_secret_is_made_once_and_stays(url: str) -> None:
    database = Database(url)
    secret = database.secret()
    assert len(secret) == 32
    assert database.secret() == secret
    database.close()
    again = Database(url)
    assert again.secret() == secret
    again.close()
