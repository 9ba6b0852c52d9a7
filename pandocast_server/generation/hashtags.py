"""Hashtags from topics, as platforms accept them: letters and digits, beginning with a letter."""

from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 30


def hashtags(topics: Iterable[str], count: int) -> list[str]:
    """Make up to `count` hashtags, each word capitalised so that screen readers tell the words apart."""
    tags: dict[str, str] = {}
    for topic in topics:
        words = "".join(character if character.isalnum() else " " for character in topic).split()
        name = "".join(word[0].upper() + word[1:] for word in words)
        if name[:1].isalpha() and len(name) <= _LONGEST:
            tags.setdefault(name.casefold(), f"#{name}")
    return list(tags.values())[: max(count, 0)]
