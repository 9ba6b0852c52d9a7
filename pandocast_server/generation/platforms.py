"""The platforms that text is written for: one table, and nothing else decides a limit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from attrs import frozen

Counting = Literal["code_points", "utf16", "x", "threads"]
Shape = Literal["single", "thread", "article", "caption", "letter"]

PART_SEPARATOR: Final = "\n\n"
"""Stands between the parts of a thread, and nowhere inside a part."""


@frozen
class Platform:
    """One row of the table (contract, section 1, "Platforms").

    Attributes:
        max_part_characters: The limit of each post, in code points and as the platform counts.
        counting: How the platform itself counts; see `counting`.
        max_parts: How many posts one output may consist of; more than one only in a thread.
        hashtags: How many hashtags are customary.
        min_sentences: Content with fewer sentences is not eligible.
        min_characters: Content with fewer characters of prose is not eligible.
        turn: Which of the content's best passages opens the post, so that two platforms seldom open alike.
    """

    id: str
    format_name: str
    max_part_characters: int
    counting: Counting
    shape: Shape
    max_parts: int = 1
    hashtags: int = 0
    min_sentences: int = 0
    min_characters: int = 0
    turn: int = 0

    @property
    def max_characters(self) -> int:
        """The most code points of an output, all parts and the blank lines between them included."""
        return self.max_parts * self.max_part_characters + (self.max_parts - 1) * len(PART_SEPARATOR)


_ROWS: Final = (
    Platform("twitter_single", "Twitter / X Post", 280, "x", "single", hashtags=1),
    Platform(
        "twitter_thread", "Twitter / X Thread", 280, "x", "thread", 25, min_sentences=2, min_characters=280
    ),
    Platform("linkedin_post", "LinkedIn Post", 3_000, "utf16", "article", hashtags=3, turn=3),
    Platform("facebook_post", "Facebook Post", 63_206, "utf16", "article", turn=4),
    Platform("instagram_caption", "Instagram Caption", 2_200, "utf16", "caption", hashtags=5),
    Platform("threads_post", "Threads Post", 500, "threads", "single", hashtags=1, turn=1),
    Platform("bluesky_post", "Bluesky Post", 300, "code_points", "single", turn=2),
    Platform(
        "newsletter", "Email Newsletter", 10_000, "code_points", "letter", min_sentences=5, min_characters=600
    ),
)

PLATFORMS: Final[Mapping[str, Platform]] = MappingProxyType({row.id: row for row in _ROWS})
"""Every platform by its id, in the order in which they are shown."""
