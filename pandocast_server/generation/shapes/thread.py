"""A thread: numbered posts that lead from the beginning of the text to its end."""

from collections.abc import Sequence
from typing import Final

from pandocast_server.generation.counting import part_fits
from pandocast_server.generation.material import Candidate, Material
from pandocast_server.generation.platforms import PART_SEPARATOR, Platform
from pandocast_server.generation.selection import beginning, generosity, join, told
from pandocast_server.generation.shapes.paragraphs import flourish
from pandocast_server.generation.shapes.single import write_single
from pandocast_server.generation.shortening import Fits, shorten

_TOLD_WHOLE: Final = 2_200
"""Characters up to which a text is told sentence by sentence instead of in selected passages."""

_CHARACTERS_A_POST: Final = 900
_FEWEST: Final = 4
_CUSTOMARY: Final = 12
_CONCISE: Final = 6
_SENTENCES: Final = 5


def write_thread(material: Material, platform: Platform) -> str:
    """Write numbered posts separated by blank lines, or one plain post where there is no matter for two."""
    number = f"{platform.max_parts}/{platform.max_parts} "
    longest = platform.max_part_characters - len(number)

    def holds(text: str) -> bool:
        return part_fits(number + text, platform)

    length = sum(len(sentence.text) + 1 for sentence in material.sentences)
    if length <= (_TOLD_WHOLE // 2 if material.has("concise") else _TOLD_WHOLE):
        posts = _whole(material.sentences, holds, longest)
    else:
        posts = _selected(material, platform, holds, longest)
    posts = [post for post in posts if post]
    if len(posts) < 2:
        return write_single(material, platform)
    if holds(posts[0] + flourish(material, platform)):
        posts[0] += flourish(material, platform)
    return PART_SEPARATOR.join(f"{place}/{len(posts)} {post}" for place, post in enumerate(posts, 1))


def _selected(material: Material, platform: Platform, holds: Fits, longest: int) -> list[str]:
    """Tell the best of the text, from how it begins to how it ends."""
    most = _CONCISE if material.has("concise") else _CUSTOMARY
    most = platform.max_parts if material.has("detailed") else most
    spans = _spans(material, most)
    spans[0] = [one for one in spans[0] if one.paragraph == spans[0][0].paragraph]
    spans[-1] = [one for one in spans[-1] if one.paragraph == spans[-1][-1].paragraph]
    for generously in (generosity(spans), 1):
        told_spans = [_told(span, holds, longest, generously) for span in spans]
        if spans[0][0].opens and (begun := beginning(spans[0], holds, longest=longest, most=_SENTENCES)):
            told_spans[0] = [begun.text]
        posts = [post for told_span in told_spans for post in told_span]
        if len(posts) <= platform.max_parts:
            break
    return posts


def _whole(sentences: Sequence[Candidate], holds: Fits, longest: int) -> list[str]:
    """Fill posts with every sentence in order; a paragraph begins a post unless the last is half empty."""
    posts: list[str] = []
    last: Candidate | None = None
    for sentence in sentences:
        if posts and last:
            if sentence.is_item:
                together = f"{posts[-1]}\n• {sentence.text}"
            else:
                together = join(posts[-1], sentence.text)
            same = sentence.paragraph == last.paragraph or sentence.is_item
            if holds(together) and (same or 2 * len(posts[-1]) < longest):
                posts[-1] = together
                last = sentence
                continue
        posts.append(shorten(sentence.text, holds, longest))
        last = sentence
    return posts


def _spans(material: Material, most: int) -> list[Sequence[Candidate]]:
    """Divide the text among the posts: a section each where that makes a thread, else even shares."""
    if _FEWEST <= len(material.parts) <= most:
        return list(material.parts)
    length = sum(len(sentence.text) + 1 for sentence in material.sentences)
    count = min(max(length // _CHARACTERS_A_POST, _FEWEST), most, len(material.sentences))
    spans: list[list[Candidate]] = [[] for _ in range(count)]
    passed = 0
    for sentence in material.sentences:
        spans[min(passed * count // length, count - 1)].append(sentence)
        passed += len(sentence.text) + 1
    return [span for span in spans if span]


def _told(span: Sequence[Candidate], holds: Fits, longest: int, generously: int) -> list[str]:
    """Tell a span by its best passage, and by more where it says what is emphasised."""
    found = told(span, holds, longest=longest, most=_SENTENCES, generously=generously)
    if found:
        return [passage.text for passage in found]
    lead = max(span, key=lambda sentence: (sentence.score, -sentence.position))
    return [shorten(lead.text, holds, longest)]
