"""What the columns of all tables have in common.

`seq` is given at insert and never again: it settles the order of rows that were created at the same moment.
Times are whole microseconds since 1970, so that they sort and compare the same on every database.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, String, TypeDecorator
from sqlalchemy.engine import Dialect

from pandocast_server.timestamps import from_microseconds, to_microseconds

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else from_microseconds(value)


def seq() -> Column[int]:
    # SQLite counts by itself only in a column that is INTEGER to the letter.
    return Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)


def identifier() -> Column[str]:
    return Column("id", String(64), nullable=False, unique=True)


def workspace() -> Column[str]:
    return Column("workspace_id", String(64), ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False)


def instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)
