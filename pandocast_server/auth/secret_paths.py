"""Paths that hold a secret, as they may be written down: who knows a calendar's address can read it."""

import re
from typing import Final

HIDDEN: Final = "***"

# Wherever it stands and however it is written: a token in a mistyped address is a token all the same.
_CALENDAR: Final = re.compile(r"(/calendar/+[^/]+/).+", re.IGNORECASE | re.DOTALL)


def without_secret(path: str) -> str:
    """Return a percent-decoded path with `***` in the place of what must appear in no log and no journal."""
    return _CALENDAR.sub(rf"\g<1>{HIDDEN}", path)
