"""One line a request in the log; keys, query strings and the tokens of calendars are in none."""

import logging
import re
from typing import Final, TextIO
from urllib.parse import quote

from starlette.types import Scope

LOG = logging.getLogger("pandocast_server.requests")

# Wherever it stands and however it is written: a token in a mistyped address is a token all the same.
_CALENDAR: Final = re.compile(r"(/calendar/+[^/]+/).+", re.IGNORECASE | re.DOTALL)
_KEY: Final = re.compile(r"(pk_(?:live|test)_[A-Za-z0-9]{0,8})[A-Za-z0-9]+")


def write_to(stream: TextIO) -> None:
    """Have the lines written to a stream, each with its time."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def log_answer(scope: Scope, status: int, seconds: float) -> None:
    """Write the line of a request whose answer took so long to begin."""
    if LOG.isEnabledFor(logging.INFO):
        # Quoted, so that no path can begin a line of its own.
        path = quote(without_secret(scope["path"]), safe="/*:@!$&'()+,;=")
        LOG.info("%s %s %d %.1f ms", scope["method"], path, status, seconds * 1000)


def without_secret(path: str) -> str:
    """Return a percent-decoded path, with `***` for a calendar's token or a misplaced key."""
    return _KEY.sub(r"\g<1>***", _CALENDAR.sub(r"\g<1>***", path))
