"""The platforms that text is written for: one table, and nothing else decides a limit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from attrs import frozen

Counting = Literal["code_points", "utf16", "graphemes", "x", "threads"]
Shape = Literal["single", "thread", "article", "story", "caption", "letter"]

PART_SEPARATOR: Final = "\n\n"
"""Stands between the parts of a thread, and nowhere inside a part."""


@frozen(kw_only=True)
class Platform:
    """One row of the table (contract, section 1, "Platforms").

    Attributes:
        id: The name on the wire, as in `selected_platforms`.
        format_name: The name that people read.
        max_characters: The most that an output may hold, in code points, all parts of a thread and
            the blank lines between them included.
        shape: Which kind of text is written.
        counting: How the platform itself counts; see `counting.length`.
        max_parts: How many posts one output may consist of; more than one only in a thread.
        max_part_characters: The limit of each part, in code points and as the platform counts.
        hashtags: How many hashtags are customary.
        min_sentences: Content with fewer sentences is not eligible.
        min_characters: Content with fewer characters of prose is not eligible.
        turn: Which of the content's best passages opens the post, so that two platforms seldom open alike.
    """

    id: str
    format_name: str
    max_characters: int
    shape: Shape
    counting: Counting
    max_parts: int = 1
    max_part_characters: int
    hashtags: int = 0
    min_sentences: int = 0
    min_characters: int = 0
    turn: int = 0


_THREAD_PARTS: Final = 25
_THREAD_PART: Final = 280

_ROWS: Final = (
    Platform(
        id="twitter_single",
        format_name="Twitter / X Post",
        max_characters=280,
        max_part_characters=280,
        shape="single",
        counting="x",
        hashtags=1,
        turn=0,
    ),
    Platform(
        id="twitter_thread",
        format_name="Twitter / X Thread",
        max_characters=_THREAD_PARTS * _THREAD_PART + (_THREAD_PARTS - 1) * len(PART_SEPARATOR),
        max_part_characters=_THREAD_PART,
        max_parts=_THREAD_PARTS,
        shape="thread",
        counting="x",
        min_sentences=2,
        min_characters=_THREAD_PART,
    ),
    Platform(
        id="linkedin_post",
        format_name="LinkedIn Post",
        max_characters=3000,
        max_part_characters=3000,
        shape="article",
        counting="utf16",
        hashtags=3,
        turn=1,
    ),
    Platform(
        id="facebook_post",
        format_name="Facebook Post",
        max_characters=63_206,
        max_part_characters=63_206,
        shape="story",
        counting="utf16",
        turn=2,
    ),
    Platform(
        id="instagram_caption",
        format_name="Instagram Caption",
        max_characters=2200,
        max_part_characters=2200,
        shape="caption",
        counting="utf16",
        hashtags=5,
        turn=3,
    ),
    Platform(
        id="threads_post",
        format_name="Threads Post",
        max_characters=500,
        max_part_characters=500,
        shape="single",
        counting="threads",
        hashtags=1,
        turn=4,
    ),
    Platform(
        id="bluesky_post",
        format_name="Bluesky Post",
        max_characters=300,
        max_part_characters=300,
        shape="single",
        counting="graphemes",
        turn=5,
    ),
    Platform(
        id="newsletter",
        format_name="Email Newsletter",
        max_characters=10_000,
        max_part_characters=10_000,
        shape="letter",
        counting="code_points",
        min_sentences=5,
        min_characters=600,
    ),
)

PLATFORMS: Final[Mapping[str, Platform]] = MappingProxyType({row.id: row for row in _ROWS})
"""Every platform by its id, in the order in which they are shown."""
