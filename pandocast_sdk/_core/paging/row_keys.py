"""By what the rows of a list are known again, and where in a page those end that were returned before.

A row is known by its id. One whose id cannot be read is known by its bytes, which another row may have, too.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pandocast_sdk.models.unreadable import Unreadable

LONGEST_KEY = 64  # characters; of a longer id, its digest is the key
_BYTES = "raw:"


class Row(Protocol):
    """A row of a list: it has an id, or None instead if that cannot be read."""

    @property
    def id(self) -> str: ...


def row_key(row: object, row_id: str | None) -> str | None:
    """Return what is remembered of a row: its id, or a digest if that is long or cannot be read; or None."""
    if row_id is None:
        unreadable: Unreadable | None = getattr(row, "unreadable", None)
        if unreadable is None:
            return None
        return (_BYTES + hashlib.sha256(unreadable.raw).hexdigest())[:LONGEST_KEY]
    if len(row_id) <= LONGEST_KEY:
        return row_id
    return hashlib.sha256(row_id.encode("utf-8", "surrogatepass")).hexdigest()


def row_keys(rows: Sequence[Row]) -> list[str]:
    """Return the keys of rows that have ids; see `row_key`."""
    ids = [row.id for row in rows]
    try:
        if max(map(len, ids), default=0) <= LONGEST_KEY:  # as a rule: so it costs little on every page
            return ids
    except TypeError:
        pass  # None, for an id that cannot be read
    return [row_key(row, row.id) or "" for row in rows]


def index_behind(
    keys: Sequence[str | None],
    given: Sequence[str],
    *,
    wanted: Sequence[str] = (),
    earliest: int = 0,
    expected: int = 0,
) -> int | None:
    """Return the index behind the last row that was returned before; None if there is none of those.

    Rows without readable ids may be equal. Such a row is one of those that were returned if it follows others
    of them as it did then; where none of those has an id, if it is expected, or if no other row is equal.

    Args:
        keys: The keys of a page's rows.
        given: The keys of the rows that were returned last, in their order.
        wanted: The keys of the rows that followed them.
        earliest: The index before which the last of them cannot be.
        expected: Its index in a list that has not changed.
    """
    known = set(given)
    indexes = [index for index, key in enumerate(keys) if key in known]
    if not any(_is_of_bytes(keys[index]) for index in indexes):
        return indexes[-1] + 1 if indexes else None
    by_id = [index for index in indexes if not _is_of_bytes(keys[index])]
    if by_id:
        return by_id[-1] + 1 + _common(keys[by_id[-1] + 1 :], given[given.index(keys[by_id[-1]] or "") + 1 :])
    indexes = [index for index in indexes if index >= earliest]
    # An equal row may be in front of the page.
    if not indexes or earliest < 0 or any(key in keys and not _is_of_bytes(key) for key in wanted):
        return None
    if keys[expected : expected + 1] == [given[-1]] and _begins_with(keys[expected + 1 :], wanted):
        return expected + 1  # rows further down may be equal to others of them
    now, then = Counter(keys), Counter[str | None]((*given, *wanted))
    unique = [index for index in indexes if now[keys[index]] == then[keys[index]] == 1]
    if not unique:
        return 1 + min(indexes, key=lambda index: abs(index - expected))
    behind = unique[-1] + 1
    return behind + _common(keys[behind:], given[given.index(keys[unique[-1]] or "") + 1 :])


def index_of_first(keys: Sequence[str | None], wanted: Sequence[str]) -> int | None:
    """Return the index of the first row that was to follow; None if there is none of those."""
    indexes = [index for index, key in enumerate(keys) if key in wanted]
    certain = next((index for index in indexes if not _is_of_bytes(keys[index])), None)
    if certain is None:
        return indexes[0] if indexes else None
    before = wanted[: wanted.index(keys[certain] or "")]
    return certain - _common(keys[:certain][::-1], before[::-1])


def _begins_with(keys: Sequence[str | None], wanted: Sequence[str]) -> bool:
    return all(key == other for key, other in zip(keys, wanted, strict=False))


def _common(keys: Sequence[str | None], others: Sequence[str | None]) -> int:
    """Return how many of the first keys are among others, in the same order."""
    rest = iter(others)
    return sum(1 for _ in takewhile(lambda key: key in rest, keys))


def _is_of_bytes(key: str | None) -> bool:
    return key is not None and key.startswith(_BYTES)
