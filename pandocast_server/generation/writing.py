"""Writing a post: the platform's shape proposes, `write` judges, and something that fits always comes out."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.counting import fits
from pandocast_server.generation.passages import Material, gather
from pandocast_server.generation.platforms import PLATFORMS, Platform
from pandocast_server.generation.shapes import SHAPES, Sheet, single
from pandocast_server.generation.voice import VoiceProfile

_BLANK_LINES: Final = re.compile(r"\n{3,}")
_LAST_RESORTS: Final = ("Untitled", "…", "—", "·", "*")


def eligible_platforms(analysis: Analysis, title: str) -> list[str]:
    """List the platforms whose limits the content can meet, in the order of the table; never empty.

    A thread needs two posts' worth of prose and a newsletter several sentences; single posts need nothing.
    """
    characters = analysis.prose_characters if analysis.sentences else len(title.strip())
    return [
        platform.id
        for platform in PLATFORMS.values()
        if len(analysis.sentences) >= platform.min_sentences and characters >= platform.min_characters
    ]


def write(
    analysis: Analysis,
    title: str,
    platform: Platform,
    voice: VoiceProfile | None = None,
    emphasis_notes: str | None = None,
) -> str:
    """Write the post for one platform from the sentences of an analysed text.

    Args:
        analysis: Of the text.
        title: Of the text.
        platform: One for which the text is not eligible gets a shorter form, such as one post for a thread.
        voice: Words to avoid never appear; style and examples decide which sentences, and how many.
        emphasis_notes: Free text; sentences that mention its words are preferred. Single posts open with
            them, threads and letters tell more of what stands around them.

    Returns:
        Text that `counting.fits`, never empty, the same for the same arguments.
    """
    material = gather(analysis, title, voice or VoiceProfile(), emphasis_notes)
    finished = (_finished(proposal, material.voice) for proposal in _proposals(material, platform))
    return next(text for text in finished if text and fits(text, platform) and not material.voice.hits(text))


def _proposals(material: Material, platform: Platform) -> Iterator[str]:
    """Yield texts from the best to the barest; no profile can avoid every character there is."""
    sheet = Sheet(material, platform)
    yield SHAPES[platform.shape](sheet)
    yield single(sheet)
    for sentence in material.sentences:
        yield sheet.shortened(sentence.text)
    yield sheet.shortened(material.title)
    yield from _LAST_RESORTS
    yield from map(chr, chain(range(0x25A0, 0x2600), range(0x4E00, 0x9FFF)))


def _finished(text: str, voice: VoiceProfile) -> str:
    """Take out, line by line, what the voice avoids and composing may have brought in."""
    if voice.hits(text):
        text = "\n".join(voice.without_avoided(line) for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip()
