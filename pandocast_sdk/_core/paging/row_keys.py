"""By what the rows of a list are known again, and where in a page those end that were returned before.

A row is known by its id. One whose id cannot be read is known by its bytes, which another row may have, too.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
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


def index_behind(keys: Sequence[str | None], given: Sequence[str], *, expected: int = 0) -> int | None:
    """Return the index behind the last row that was returned before; None if there is none of those.

    Rows without readable ids may be equal. Such a row is one of those that were returned if it follows others
    of them as it did then; where none of those has an id, if it is expected, or if no other row is equal. If
    none was deleted, the total says which it is. If all of those were, an equal row is taken for one of them:
    the list is what it would be if it were.

    Args:
        keys: The keys of a page's rows.
        given: The keys of the rows that were returned last, in their order.
        expected: The index of the last of them if none behind it was deleted, and else the least it can have.
    """
    known = set(given)
    indexes = [index for index, key in enumerate(keys) if key in known]
    if not any(is_of_bytes(keys[index]) for index in indexes):
        return indexes[-1] + 1 if indexes else None
    by_id = [index for index in indexes if not is_of_bytes(keys[index])]
    if _ends_at(expected, keys, given) and (not by_id or by_id[-1] <= expected):
        return expected + 1  # rows further down may be equal to others of them
    if by_id:
        return by_id[-1] + 1 + common(keys[by_id[-1] + 1 :], given[given.index(keys[by_id[-1]] or "") + 1 :])
    indexes = [index for index in indexes if index >= expected]
    if not indexes or expected < 0:  # an equal row may be in front of the page
        return None
    now, then = Counter(keys), Counter[str | None](given)
    unique = [index for index in indexes if now[keys[index]] == then[keys[index]] == 1]
    if not unique or keys[expected] == given[-1]:
        return 1 + min(indexes, key=lambda index: abs(index - expected))
    behind = 1 + unique[common([keys[index] for index in unique], given) - 1]
    return behind + common(keys[behind:], given[given.index(keys[behind - 1] or "") + 1 :])


def _ends_at(index: int, keys: Sequence[str | None], given: Sequence[str]) -> bool:
    """Return whether the rows of a page up to an index are those that were returned last."""
    if not 0 <= index < len(keys):
        return False
    same = min(index + 1, len(given))
    return list(keys[index + 1 - same : index + 1]) == list(given[len(given) - same :])


def common(keys: Sequence[str | None], others: Iterable[str | None]) -> int:
    """Return how many of the first keys are among others, in the same order."""
    rest = iter(others)
    return sum(1 for _ in takewhile(lambda key: key in rest, keys))


def is_of_bytes(key: str | None) -> bool:
    """Return whether a key stands for bytes, since no id could be read."""
    return key is not None and key.startswith(_BYTES)
