"""One database: opening it, its transactions, and the version of its schema."""

import secrets
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from typing import cast

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from pandocast_server.storage import passband_tables
from pandocast_server.storage.tables import SCHEMA_VERSION, metadata, schema_version, server_secret

DECLARED_IN = (passband_tables,)  # imported, or `metadata` would lack its tables

_BUSY_MILLISECONDS = 10_000


class DatabaseError(Exception):
    """The database cannot be used, in a sentence for the person who named it."""


class Database:
    """Read and write transactions on one database."""

    def __init__(self, url: str, *, durable: bool = True) -> None:
        """Open a database and make what tables it lacks; `durable` makes a commit wait for the disk.

        Raises:
            DatabaseError: The URL is not one, the database cannot be opened, or it is of another version.
        """
        self._reader: Connection | None = None
        self._reader_lock = Lock()
        try:
            self.engine: Engine = create_engine(url)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise DatabaseError(f"not a usable database URL: {error}") from error
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine, durable=durable)
        try:
            self._make_tables()
        except DBAPIError as error:
            self.close()
            raise DatabaseError(f"the database cannot be opened: {error.orig}") from error
        except DatabaseError:
            self.close()
            raise

    @contextmanager
    def read(self) -> Generator[Connection, None, None]:
        """Open one snapshot: all that is read within belongs together."""
        if not self._reader_lock.acquire(blocking=False):
            with self.engine.connect() as connection, connection.begin():
                yield connection
            return
        # Nearly every request reads alone; to take a connection from the pool would cost as much as to read.
        try:
            if self._reader is None:
                self._reader = self.engine.connect()
            with self._reader.begin():
                yield self._reader
        finally:
            self._reader_lock.release()

    @contextmanager
    def write(self) -> Generator[Connection, None, None]:
        """Open one transaction that may write; it commits at the end, or leaves nothing behind."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def secret(self) -> bytes:
        """Return what servers sign cursors and addresses with; it was made with this database."""
        return self._secret

    def close(self) -> None:
        """Close every connection."""
        with self._reader_lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None
        self.engine.dispose()

    def _make_tables(self) -> None:
        with self.write() as connection:
            there = inspect(connection).get_table_names()  # in one query, not one a table
            missing = [table for table in metadata.tables.values() if table.name not in there]
            metadata.create_all(connection, missing, checkfirst=False)
            found = connection.scalar(select(schema_version.c.version))
            if found is None:
                connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
            elif found != SCHEMA_VERSION:
                raise DatabaseError(f"this database is of version {found}, and not {SCHEMA_VERSION}")
            secret = connection.scalar(select(server_secret.c.value))
            if secret is None:
                secret = secrets.token_bytes(32)
                connection.execute(insert(server_secret).values(value=secret))
            self._secret = bytes(secret)


def _prepare_sqlite(engine: Engine, *, durable: bool) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own
        for pragma in (
            f"busy_timeout = {_BUSY_MILLISECONDS}",
            "journal_mode = WAL",
            f"synchronous = {'NORMAL' if durable else 'OFF'}",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and takes the lock later is refused under load: take it at once.
        immediate = connection.get_execution_options().get("writes", False)
        # Straight to the driver: each request begins twice, and this takes a tenth of the time.
        driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
        driver.execute("BEGIN IMMEDIATE" if immediate else "BEGIN")
