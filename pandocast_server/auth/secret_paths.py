"""Paths that hold a secret, as they may be written down: the token of a calendar, or a misplaced key."""

import re
from typing import Final

HIDDEN: Final = "***"

# Wherever it stands and however it is written: a token in a mistyped address is a token all the same.
_CALENDAR: Final = re.compile(r"(/calendar/+[^/]+/).+", re.IGNORECASE | re.DOTALL)
_KEY: Final = re.compile(r"(pk_(?:live|test)_[A-Za-z0-9]{0,8})[A-Za-z0-9]+")


def without_secret(path: str) -> str:
    """Return a percent-decoded path with `***` in the place of what must appear in no log and no journal."""
    return _KEY.sub(rf"\g<1>{HIDDEN}", _CALENDAR.sub(rf"\g<1>{HIDDEN}", path))
