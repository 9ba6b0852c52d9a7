"""How long a text is as each platform counts, whether it fits, and how it is shortened until it does.

- X weighs: the ranges below count 1, everything else 2, an emoji 2 whatever it is composed of, a link 23
  (https://docs.x.com/fundamentals/counting-characters). The text is normalised to NFC first.
- Threads counts an emoji by its UTF-8 bytes and everything else by characters.
- LinkedIn, Facebook and Instagram count UTF-16 code units, as the text fields of browsers do.
- Bluesky counts graphemes (the `app.bsky.feed.post` lexicon), of which no text has more than code points.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import regex

from pandocast_server.generation.platforms import PART_SEPARATOR, Counting, Platform

Fits = Callable[[str], bool]

ELLIPSIS: Final = "…"

# The emoji sequences of Unicode: flags, keycaps, and pictographs with a variation selector, a skin tone
# or the tags of a region; at most four of them joined, which is the most that any published emoji has.
_PICTOGRAPH: Final = (
    r"(?:\p{Emoji_Modifier_Base}[\U0001F3FB-\U0001F3FF]|\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?)"
    r"(?:[\U000E0020-\U000E007E]+\U000E007F)?"
)
_EMOJI: Final = regex.compile(
    rf"[\U0001F1E6-\U0001F1FF]{{2}}|[0-9#*]\uFE0F?\u20E3|{_PICTOGRAPH}(?:\u200D{_PICTOGRAPH}){{0,3}}"
)
_GRAPHEME: Final = regex.compile(r"\X")

_X_LIGHT: Final = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_X_MAYBE_HOST: Final = re.compile(r"\.(?=[^\W\d_]{2})")
_X_MOST_A_LINK_ADDS: Final = 23 - len("a.co")

# Where readers breathe, and how much of a text has to be left by a cut there.
_CUTS: Final = (
    (re.compile(r"(?<=[,;:\u2013\u2014)])\s|\s(?=[\u2013\u2014(])|[\uff0c\u3001\uff1b\uff1a]"), 0.55),
    (re.compile(r"\s"), 0.3),
)
_UNFINISHED: Final = re.compile(r"[\s,;:.!?\u2013\u2014\-(\[\u201c\u2018\u00ab\uff0c\u3001\uff1b\uff1a]+$")


def utf16_units(text: str) -> int:
    """Count UTF-16 code units: 2 for a character beyond the basic plane, 1 for any other."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def x_weight(text: str) -> int:
    """Count as X does; more where there may be a link, as that depends on X's own list of domains."""
    text = unicodedata.normalize("NFC", text)
    links = len(_X_MAYBE_HOST.findall(text))
    text, emoji = (text, 0) if text.isascii() else _EMOJI.subn("", text)
    return 2 * emoji + 2 * len(text) - len(_X_LIGHT.findall(text)) + links * _X_MOST_A_LINK_ADDS


def threads_length(text: str) -> int:
    """Count as Threads does: an emoji by its UTF-8 bytes, everything else by code points."""
    emoji: list[str] = [] if text.isascii() else _EMOJI.findall(text)
    return len(text) + sum(len(one.encode("utf-8", "surrogatepass")) - len(one) for one in emoji)


_COUNTERS: Final[Mapping[Counting, Callable[[str], int]]] = {
    "code_points": len,
    "utf16": utf16_units,
    "x": x_weight,
    "threads": threads_length,
}


def part_fits(part: str, platform: Platform) -> bool:
    """Return whether one post of `platform` can hold `part`, in code points and as the platform counts."""
    limit = platform.max_part_characters
    return len(part) <= limit and _COUNTERS[platform.counting](part) <= limit


def fits(text: str, platform: Platform) -> bool:
    """Return whether `platform` can publish `text`: the one judge of "no output exceeds its limit".

    In a thread the limit holds for every post, posts being separated by a blank line, and for their number.
    """
    parts = text.split(PART_SEPARATOR) if platform.max_parts > 1 else [text]
    return len(parts) <= platform.max_parts and all(part_fits(part, platform) for part in parts)


def shorten(text: str, fits: Fits, longest: int) -> str:
    """Return `text` if it fits, else its longest beginning that does with "…", cut where readers breathe.

    No fitting text has more than `longest` code points, and whatever is shorter than a fitting text must fit
    as well. The result is empty only if not even "…" fits.
    """
    if len(text) <= longest and fits(text):
        return text
    text = text[: longest + 1]
    kept = _longest_beginning(_GRAPHEME.findall(text), fits) or _longest_beginning(text, fits)
    for pattern, least in _CUTS:
        # What follows the longest beginning may be the very space to cut at.
        cuts = [match.start() for match in pattern.finditer(text[: len(kept) + 1])]
        cut = _UNFINISHED.sub("", text[: cuts[-1]]) if cuts and cuts[-1] >= least * len(kept) else ""
        if cut and fits(cut + ELLIPSIS):
            return cut + ELLIPSIS
    return kept + ELLIPSIS if fits(kept + ELLIPSIS) else ""


def _longest_beginning(units: Sequence[str], fits: Fits) -> str:
    def is_too_long(count: int) -> bool:
        return not fits("".join(units[:count]).rstrip() + ELLIPSIS)

    count = bisect_right(range(1, len(units) + 1), False, key=is_too_long)  # noqa: FBT003 - as the key returns
    return "".join(units[:count]).rstrip()
