"""Writing a post: the platform's shape proposes, this judges, and something that fits always comes out."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.counting import fits
from pandocast_server.generation.material import Material, gather
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.rephrasing import without_avoided
from pandocast_server.generation.shapes import WRITERS
from pandocast_server.generation.shapes.paragraphs import shortened
from pandocast_server.generation.shapes.single import write_single
from pandocast_server.generation.voice import VoiceProfile

_BLANK_LINES: Final = re.compile(r"\n{3,}")
_LAST_RESORTS: Final = ("Untitled", "…", "—", "·", "*")


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
        voice: Words to avoid never appear; style and examples change which sentences are chosen, and how
            they are worded.
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
    yield WRITERS[platform.shape](material, platform)
    yield write_single(material, platform)
    for sentence in material.sentences:
        yield shortened(sentence.text, platform)
    yield shortened(material.title, platform)
    yield from _LAST_RESORTS
    yield from map(chr, chain(range(0x25A0, 0x2600), range(0x4E00, 0x9FFF)))


def _finished(text: str, voice: VoiceProfile) -> str:
    """Take out, line by line, what the voice avoids and composing may have brought in."""
    if voice.hits(text):
        text = "\n".join(without_avoided(line, voice) for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip()
