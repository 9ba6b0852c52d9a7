"""A letter by e-mail: subject line, opening, the sections with their headings, a call to action."""

from typing import Final

from pandocast_server.generation.counting import part_fits
from pandocast_server.generation.material import Material
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.selection import chosen_parts, generosity, in_paragraphs, told
from pandocast_server.generation.shapes.paragraphs import flourish, framed, shortened, stack
from pandocast_server.generation.shortening import shorten

_SUBJECT: Final = 60
"""Characters of a subject line that mail programs show."""

_OPENING: Final = 500
_SECTION: Final = 420
_TOLD_WHOLE: Final = 1_500
"""Characters up to which a text is told in full."""


def write_letter(material: Material, platform: Platform) -> str:
    """Write a newsletter: a subject, and the best of the text's sections in their order."""
    subject = material.title or (material.sentences[0].text if material.sentences else "")
    subject = shorten(subject, lambda text: len(text) <= _SUBJECT, _SUBJECT)
    sections = _sections(material, platform)
    if not sections and material.sentences:
        sections = [shortened(material.sentences[0].text, platform)]
    return stack([f"Subject: {subject}", *sections], platform, closing=_call_to_action(material))


def _sections(material: Material, platform: Platform) -> list[str]:
    if sum(len(sentence.text) for sentence in material.sentences) <= _TOLD_WHOLE:
        return _whole(material, platform)
    wanted = 3 if material.has("concise") else 9 if material.has("detailed") else 6
    written: list[str] = []
    generously = generosity(material.parts)
    for number in chosen_parts(material, wanted):
        room = _SECTION if written else _OPENING
        found = told(
            material.parts[number],
            lambda text: part_fits(text, platform),
            longest=room,
            most=4,
            generously=generously,
        )
        if not found:
            continue
        text = "\n\n".join(passage.text for passage in found) + (
            "" if written else flourish(material, platform)
        )
        heading = material.headings[number]
        written.append(f"{heading}\n{text}" if heading else text)
    return written


def _whole(material: Material, platform: Platform) -> list[str]:
    parts = zip(material.headings, material.parts, strict=True)
    if not any(material.headings):
        parts = zip([""], [material.sentences], strict=True)
    told = ["\n\n".join(in_paragraphs(part)) for _, part in parts]
    if told:
        told[0] += flourish(material, platform)
    return [
        f"{heading}\n{text}" if heading else text
        for heading, text in zip(material.headings, told, strict=False)
    ]


def _call_to_action(material: Material) -> str:
    if not material.title:
        return ""
    minutes = f"{material.reading_minutes} minute{'s' if material.reading_minutes > 1 else ''}"
    return framed(material, f"Read the whole article: “{material.title}” ({minutes}).")
