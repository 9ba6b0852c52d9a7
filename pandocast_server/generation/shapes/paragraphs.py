"""What the shapes share: putting paragraphs together within a platform's limit."""

from collections.abc import Sequence
from typing import Final

from pandocast_server.generation.counting import part_fits
from pandocast_server.generation.hashtags import hashtags
from pandocast_server.generation.material import Material
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.shortening import shorten

PARAGRAPH_BREAK: Final = "\n\n"
_FLOURISHES: Final = ("✨", "🚀", "🎈", "💡", "🙌", "🎉")


def tag_line(material: Material, platform: Platform) -> str:
    """Give the line of hashtags that is customary, or that the voice profile asks for; perhaps empty."""
    customary = 0 if material.has("formal") and platform.shape == "single" else platform.hashtags
    return " ".join(hashtags(material.topics, material.voice.hashtags(platform.id, customary)))


def flourish(material: Material, platform: Platform) -> str:
    """Give what a playful voice adds to an opening."""
    return f" {_FLOURISHES[platform.turn % len(_FLOURISHES)]}" if material.has("playful") else ""


def framed(material: Material, sentence: str) -> str:
    """Give a sentence of our own only where the text is English and the voice has nothing against it."""
    return sentence if material.language == "en" and not material.voice.hits(sentence) else ""


def stack(paragraphs: Sequence[str], platform: Platform, *, closing: str = "") -> str:
    """Set paragraphs under each other, leaving out the closing and then the last ones until the post fits."""
    kept = [paragraph for paragraph in paragraphs if paragraph]
    for ending in (closing, ""):
        text = PARAGRAPH_BREAK.join(part for part in (*kept, ending) if part)
        if part_fits(text, platform):
            return text
    while len(kept) > 1:
        kept.pop()
        if part_fits(text := PARAGRAPH_BREAK.join(kept), platform):
            return text
    return shortened("".join(kept), platform)


def shortened(text: str, platform: Platform) -> str:
    """Shorten `text` to one post of `platform`."""
    return shorten(text, lambda part: part_fits(part, platform), platform.max_part_characters)
