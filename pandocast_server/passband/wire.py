"""Rows as answers carry them: names in camelCase, times in text."""

from datetime import datetime
from functools import cache

from pydantic.alias_generators import to_camel
from sqlalchemy import RowMapping

from pandocast_server.timestamps import wire_text


def camel(row: RowMapping, names: str) -> dict[str, object]:
    """Return the named columns of a row, whose names are separated by blanks, as an answer has them."""
    return {
        wire_name: wire_text(value) if isinstance(value := row[name], datetime) else value
        for name, wire_name in _pairs(names)
    }


@cache
def _pairs(names: str) -> list[tuple[str, str]]:
    return [(name, to_camel(name)) for name in names.split()]
