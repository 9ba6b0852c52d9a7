"""A post for friends: one part of the text told at length, in its own words and order."""

from typing import Final

from pandocast_server.generation.counting import part_fits
from pandocast_server.generation.material import Candidate, Material
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.selection import in_paragraphs, opening
from pandocast_server.generation.shapes.paragraphs import flourish, framed, shortened, stack

_OPENING: Final = 400
_CUSTOMARY: Final = 900
_CONCISE: Final = 400
_DETAILED: Final = 1_800


def write_story(material: Material, platform: Platform) -> str:
    """Tell one part of the text from a sentence that can open it to the end of the part, in paragraphs."""
    first = opening(
        material, lambda text: part_fits(text, platform), longest=_OPENING, most=1, turn=platform.turn
    )
    if first is None:
        lead = material.sentences[0].text if material.sentences else material.title
        return stack([shortened(lead, platform)], platform)
    start = first.sentences[0]
    told = _told(material, _paragraph_start(material, start))
    told[0] += flourish(material, platform)
    return stack(told, platform, closing=_invitation(material))


def _paragraph_start(material: Material, chosen: Candidate) -> Candidate:
    """Begin with the paragraph of the chosen sentence if its first sentence can open a post."""
    first = next(one for one in material.sentences if one.paragraph == chosen.paragraph)
    return first if first.opens and first.emphasis >= chosen.emphasis else chosen


def _told(material: Material, start: Candidate) -> list[str]:
    room = _CONCISE if material.has("concise") else _DETAILED if material.has("detailed") else _CUSTOMARY
    told: list[Candidate] = []
    for sentence in material.sentences:
        if sentence.position < start.position or sentence.section != start.section:
            continue
        room -= len(sentence.text) + 1
        if room < 0 and told:
            break
        told.append(sentence)
    while len(told) > 1 and told[-1].text.endswith(":"):
        told.pop()
    return in_paragraphs(told)


def _invitation(material: Material) -> str:
    named = material.title and f"From “{material.title}”."
    if material.has("formal"):
        return framed(material, named)
    asked = "Your turn: what would you add? 👇" if material.has("playful") else "How do you handle this?"
    return "\n\n".join(part for part in (framed(material, named), framed(material, asked)) if part)
