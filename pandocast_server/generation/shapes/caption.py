"""A caption under a picture: the title, single sentences with air between them, hashtags."""

from typing import Final

from pandocast_server.generation.counting import part_fits
from pandocast_server.generation.material import Material
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.selection import best, passages
from pandocast_server.generation.shapes.paragraphs import flourish, framed, shortened, stack, tag_line

_LINE: Final = 150


def write_caption(material: Material, platform: Platform) -> str:
    """Write the title and short lines from the parts of the text in their order, then hashtags."""
    wanted = 2 if material.has("concise") else 6 if material.has("detailed") else 4
    lines = _lines(material, platform, wanted)
    if not lines:
        lines = [shortened(material.sentences[0].text, platform)] if material.sentences else []
    mark = "✨ " if material.has("playful") else ""
    closing = (framed(material, _reminder(material)), tag_line(material, platform))
    return stack(
        [material.title and material.title + flourish(material, platform), *(mark + line for line in lines)],
        platform,
        closing="\n\n".join(part for part in closing if part),
    )


def _lines(material: Material, platform: Platform, wanted: int) -> list[str]:
    """Choose sentences that can stand alone, the best of each part, in the order of the text."""
    found = [
        passage
        for part in material.parts
        if (passage := best(passages(part, lambda text: part_fits(text, platform), longest=_LINE, most=1)))
    ]
    found = [passage for passage in found if passage.opens] or found
    found.sort(key=lambda one: (-one.score, one.sentences[0].position))
    return [one.text for one in sorted(found[:wanted], key=lambda one: one.sentences[0].position)]


def _reminder(material: Material) -> str:
    if material.has("formal") or material.has("concise"):
        return ""
    return "Save this for later."
