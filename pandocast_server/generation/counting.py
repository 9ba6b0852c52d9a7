"""How long a text is, as each platform counts, and the one judge of whether it fits.

- X weighs: the ranges below count 1, everything else 2, an emoji 2 whatever it is composed of, a link 23
  (https://docs.x.com/fundamentals/counting-characters). The text is normalised to NFC first.
- Bluesky counts graphemes (the `app.bsky.feed.post` lexicon). Its limit of 3 000 bytes needs no counting, as
  300 code points have at most 1 200.
- Threads counts an emoji by its UTF-8 bytes and everything else by characters.
- LinkedIn, Facebook and Instagram count UTF-16 code units, as the text fields of browsers do.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from pandocast_server.generation.platforms import PART_SEPARATOR, Counting, Platform

if TYPE_CHECKING:
    import regex

_X_LINK_WEIGHT: Final = 23
_SPACES: Final = re.compile(r"(\s+)")
_X_LIGHT: Final = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")

# A link between spaces, perhaps quoted or at the end of a sentence.
_X_LINK: Final = re.compile(
    r"(?P<before>[(\"'\u201c\u2018]*)(?P<scheme>https?://)?(?P<host>(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,63})"
    r"(?P<path>(?::\d+)?(?:[/?](?:[\w!#$%&'()*+,\-.:;=?@~|/]*[\w=#/&+-])?)?)(?P<after>[)\"'\u201d\u2019.,:;!?\u2026]*)",
    re.IGNORECASE | re.ASCII,
)
_MAYBE_HOST: Final = re.compile(r"\.(?=[^\W\d_]{2})")
_SHORTEST_HOST: Final = len("a.co")


@functools.cache
def _grapheme() -> "regex.Pattern[str]":
    import regex  # noqa: PLC0415 - only texts beyond ASCII need it, and it is slow to import

    return regex.compile(r"\X")


@functools.cache
def _emoji() -> "regex.Pattern[str]":
    import regex  # noqa: PLC0415 - as above

    # The emoji sequences of Unicode: flags, keycaps, and pictographs with a variation selector, a skin tone
    # or the tags of a region; at most four of them joined, which is the most that any published emoji has.
    pictograph = (
        r"(?:\p{Emoji_Modifier_Base}[\U0001F3FB-\U0001F3FF]|\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?)"
        r"(?:[\U000E0020-\U000E007E]+\U000E007F)?"
    )
    return regex.compile(
        rf"[\U0001F1E6-\U0001F1FF]{{2}}|[0-9#*]\uFE0F?\u20E3|{pictograph}(?:\u200D{pictograph}){{0,3}}"
    )


def graphemes(text: str) -> list[str]:
    """Split `text` into what readers see as characters (extended grapheme clusters)."""
    return list(text) if text.isascii() and "\r" not in text else _grapheme().findall(text)


def utf16_units(text: str) -> int:
    """Count UTF-16 code units: 2 for a character beyond the basic plane, 1 for any other."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def x_weight(text: str) -> int:
    """Count as X does; more only where X's own list of top-level domains would be needed to tell a link."""
    return sum(map(_x_word, _SPACES.split(unicodedata.normalize("NFC", text))))


def _x_word(word: str) -> int:
    maybe = len(_MAYBE_HOST.findall(word))
    if not maybe:
        return _x_plain(word)
    link = _X_LINK.fullmatch(word)
    if link is None:  # a link may still hide in it, glued to other text
        return _x_plain(word) + maybe * (_X_LINK_WEIGHT - _SHORTEST_HOST)
    around = _x_plain(link["before"]) + _x_plain(link["after"])
    if link["scheme"]:
        return _X_LINK_WEIGHT + around
    # Of several labels only some may make the link that X sees.
    unseen = len(link["host"]) - _SHORTEST_HOST if link["host"].count(".") > 1 else 0
    return _X_LINK_WEIGHT + unseen + len(link["path"]) + around


def _x_plain(text: str) -> int:
    if text.isascii():
        return len(text)
    text, emoji = _emoji().subn("", text)
    return 2 * emoji + 2 * len(text) - len(_X_LIGHT.findall(text))


def threads_length(text: str) -> int:
    """Count as Threads does: an emoji by its UTF-8 bytes, everything else by code points."""
    if text.isascii():
        return len(text)
    emoji: list[str] = _emoji().findall(text)
    return len(text) + sum(len(one.encode("utf-8", "surrogatepass")) - len(one) for one in emoji)


_COUNTERS: Final[Mapping[Counting, Callable[[str], int]]] = {
    "code_points": len,
    "utf16": utf16_units,
    "graphemes": lambda text: len(graphemes(text)),
    "x": x_weight,
    "threads": threads_length,
}


def length(text: str, platform: Platform) -> int:
    """Count `text` as `platform` does, over the whole of a thread."""
    return _COUNTERS[platform.counting](text)


def part_fits(part: str, platform: Platform) -> bool:
    """Say whether one post of `platform` can hold `part`, in code points and as the platform counts."""
    limit = platform.max_part_characters
    return len(part) <= limit and length(part, platform) <= limit


def fits(text: str, platform: Platform) -> bool:
    """Say whether `platform` can publish `text`: the one judge of "no output exceeds its limit".

    Code points are counted always, besides the platform's own way of counting. In a thread the limit holds
    for every post, posts being separated by a blank line, and for the number of posts.
    """
    if len(text) > platform.max_characters:
        return False
    if platform.max_parts == 1:
        return part_fits(text, platform)
    parts = text.split(PART_SEPARATOR)
    return len(parts) <= platform.max_parts and all(part_fits(part, platform) for part in parts)
