"""One short post: a passage that stands alone, and a hashtag where that is customary."""

from typing import Final

from pandocast_server.generation.counting import part_fits
from pandocast_server.generation.material import Material
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.selection import Passage, best, in_paragraphs, opening, passages
from pandocast_server.generation.shapes.paragraphs import (
    PARAGRAPH_BREAK,
    flourish,
    shortened,
    stack,
    tag_line,
)

_SENTENCES: Final = 4
_ROOM_FOR_TWO: Final = 450
_WORTH_ADDING: Final = 0.8


def write_single(material: Material, platform: Platform) -> str:
    """Write a short post: the best passage that fits; in half a thousand characters, a second one besides."""
    tags = tag_line(material, platform)
    whole = _whole(material, platform, tags)
    if whole:
        return stack(whole, platform, closing=tags)
    room = platform.max_part_characters - len(tags) - 4
    first = _passage(material, platform, tags, room)
    if first is None:
        lead = max(material.sentences, key=lambda one: (one.score, -one.position), default=None)
        return stack([shortened(lead.text if lead else material.title, platform)], platform, closing=tags)
    paragraphs = [_laid_out(material, first) + flourish(material, platform)]
    if platform.max_part_characters >= _ROOM_FOR_TWO and not material.has("concise"):
        paragraphs.append(_second(material, platform, first, room - len(paragraphs[0]) - 2))
    return stack(paragraphs, platform, closing=tags)


def _whole(material: Material, platform: Platform, tags: str) -> list[str]:
    """Give all paragraphs of a text that fits as it is; none where voice or user ask for a choice."""
    if material.has("concise") or material.has("bold") or any(one.stressed for one in material.sentences):
        return []
    told = sum(len(sentence.text) for sentence in material.sentences)
    if not 0 < told <= platform.max_part_characters or not material.sentences[0].opens:
        return []
    paragraphs = in_paragraphs(material.sentences)
    paragraphs[-1] += flourish(material, platform)
    return paragraphs if part_fits(PARAGRAPH_BREAK.join([*paragraphs, tags]), platform) else []


def _passage(material: Material, platform: Platform, tags: str, room: int) -> Passage | None:
    ending = flourish(material, platform) + (f"\n\n{tags}" if tags else "")
    roomy = platform.max_part_characters >= _ROOM_FOR_TWO
    return opening(
        material,
        lambda text: part_fits(text + ending, platform),
        longest=room * 6 // 10 if roomy else room,
        most=1 if material.has("concise") else _SENTENCES,
        turn=platform.turn,
    ) or opening(
        material, lambda text: part_fits(text + ending, platform), longest=room, most=1, turn=platform.turn
    )


def _second(material: Material, platform: Platform, first: Passage, room: int) -> str:
    """Find a passage of a later part to follow the first one."""
    last = first.sentences[-1]
    later = [
        one for one in material.sentences if one.section != last.section and one.position > last.position
    ]
    second = best(passages(later, lambda text: part_fits(text, platform), longest=max(room, 1), most=2))
    return second.text if second and second.opens and second.score > first.score - _WORTH_ADDING else ""


def _laid_out(material: Material, passage: Passage) -> str:
    """Give a bold voice its first sentence on a line of its own."""
    first = passage.sentences[0].text
    rest = passage.text.removeprefix(first).lstrip()
    return f"{first}\n\n{rest}" if rest and material.has("bold") else passage.text
