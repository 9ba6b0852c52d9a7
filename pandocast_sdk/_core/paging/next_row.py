"""Which row of a cursor list follows those that were returned before.

A position remembers the keys of rows in their order: of those that were returned last, and of those that
followed them. If the rows are in just that order, nothing was deleted, and the next is known by its index.
Else those that are left are in their order, and a key that only one side has says on which side its row is.
Equal rows without readable ids may be on both sides: pages are read until a row says where these end. Of
those that still fit both sides none is skipped, since one that comes twice does less harm than one that never
comes.

Rows can be lost in two cases, in which a list cannot be told from another: one of several equal rows was
deleted, and one behind all that were remembered is in its stead; or all that followed a returned row were
deleted, and one equal to it, behind all that were remembered, is taken for it: on the first page, those in
front of that one seem to be new.
"""

from collections.abc import Sequence

from attrs import frozen

from pandocast_sdk._core.paging.row_keys import common, is_of_bytes

Keys = Sequence[str | None]


@frozen
class Remembered:
    """What is known of the rows from a page's cursor on.

    Attributes:
        before: How many rows were returned before those in `given`.
        given: The keys of the rows that were returned last.
        wanted: The keys of those that followed them.
        moved: Whether rows may have been added in front of them.
    """

    before: int
    given: Sequence[str]
    wanted: Sequence[str]
    moved: bool


@frozen
class NextRow:
    """Where the next row is.

    Attributes:
        index: Its index on the page; as many as it has rows, if it is not on the page.
        rest: The keys of the returned rows that can be on the page after that.
        before: How many unknown ones may be before these.
        found: Whether any row was found that is remembered, or none is needed.
    """

    index: int
    rest: Sequence[str] = ()
    before: int = 0
    found: bool = True


def find_next_row(keys: Keys, rows: Remembered, *, ended: bool) -> NextRow:
    """Find the row behind those that were returned.

    Args:
        keys: The keys of a page's rows.
        rows: What is known of them.
        ended: Whether no page follows.
    """
    first = _first_if_none_was_deleted(keys, rows, ended=ended)
    if first is None:
        return _behind_deleted(keys, rows)
    left = first + len(rows.given) - len(keys)
    if left <= 0:
        return NextRow(first + len(rows.given))
    before = max(0, left - len(rows.given))
    return NextRow(len(keys), rows.given[-left:], before, found=first < len(keys) or first == 0)


def is_decided(keys: Keys, rows: Remembered, *, ended: bool) -> bool:
    """Return whether no more rows are needed to find the next; see `find_next_row`."""
    known, both = {*rows.given, *rows.wanted}, set(rows.given) & set(rows.wanted)
    if ended or not both or len(keys) <= rows.before:
        return True
    in_order = not (rows.moved or rows.before)
    first = 0 if in_order else next((index for index, key in enumerate(keys) if key in known), None)
    if first is None or len(keys) >= max(first, rows.before) + len(rows.given) + len(rows.wanted):
        return True
    later = set(rows.wanted) - both
    return any(key in later or (in_order and key not in known) for key in keys[first:])


def _first_if_none_was_deleted(keys: Keys, rows: Remembered, *, ended: bool) -> int | None:
    """Return the index of the first row in `given`; None if rows were deleted, or more were added."""
    known = [*rows.given, *rows.wanted]
    ids = {key for key in known if not is_of_bytes(key)}
    for first in range(rows.before, max(len(keys), rows.before + 1) if rows.moved else rows.before + 1):
        end = first + len(known)
        same = list(keys[first:end]) == known[: max(0, len(keys) - first)]
        whole = not ended or len(keys) >= end
        added = set(keys[: first - rows.before])
        if same and whole and added.isdisjoint(known) and ids.isdisjoint((*keys[:first], *keys[end:])):
            return first
    return None


def _behind_deleted(keys: Keys, rows: Remembered) -> NextRow:
    given, wanted, known = rows.given, rows.wanted, {*rows.given, *rows.wanted}
    later = set(wanted) - set(given)
    ids = {key for key in given if not is_of_bytes(key)}
    start = 1 + max((index for index, key in enumerate(keys) if key in ids), default=-1)
    if start:
        given = given[given.index(keys[start - 1] or "") + 1 :]
    anchor = next((index for index in range(start, len(keys)) if keys[index] in later), None)
    if start or not (rows.moved or rows.before):
        end = start + common(keys[start:], given)
    elif anchor is not None:
        start = 1 + max((index for index in range(anchor) if keys[index] not in known), default=-1)
        end = anchor
    else:
        found = next((index for index, key in enumerate(keys) if key in known), None)
        if found is None:
            return NextRow(len(keys), given, max(0, rows.before - len(keys)), found=False)
        start, end = found, found + common(keys[found:], given)
    if anchor is None:
        index = end
        while index > start and keys[index - 1] in wanted:
            index -= 1
    else:
        front = wanted[: _last_index(wanted, keys[anchor])]
        index = min(end, anchor - common(keys[start:anchor][::-1], front[::-1]))
    if index < len(keys):
        return NextRow(index)
    rest = iter(given)
    common(keys[start:], rest)
    return NextRow(index, [key for key in rest if key not in wanted])


def _last_index(keys: Sequence[str], key: str | None) -> int:
    return max(index for index, other in enumerate(keys) if other == key)
