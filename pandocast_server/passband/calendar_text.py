"""Text as iCalendar carries it (RFC 5545, sections 3.1 and 3.3.11)."""

import re
from typing import Final

from icalendar import vText

_BREAKS: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters but tab and line feed; and the byte order mark, which readers drop here and keep there.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff]")
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def carried(text: str) -> str:
    """Give what a reader gets of a text: line breaks are line feeds, other control characters are gone."""
    return _FORBIDDEN.sub("", _BREAKS.sub("\n", text))


class CalendarText(vText):
    """A value that comes back as `carried` gives it.

    The library's own escaping takes a backslash before a capital N for a line break.
    """

    def to_ical(self) -> bytes:
        """Write the value, in UTF-8 and on one line."""
        return carried(str(self)).translate(_ESCAPES).encode()
