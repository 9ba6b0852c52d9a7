"""A post for professionals: a hook, short paragraphs in the order of the text, a list where it has one."""

from typing import Final

from pandocast_server.generation.counting import part_fits
from pandocast_server.generation.material import Candidate, Material
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.selection import beginning, best, chosen_parts, opening, passages
from pandocast_server.generation.shapes.paragraphs import flourish, framed, shortened, stack, tag_line
from pandocast_server.generation.shortening import Fits

_HOOK: Final = 180
"""Characters that readers see before they have to ask for more."""

_PARAGRAPH: Final = 420
_SENTENCES: Final = 3
_FEWEST_ITEMS: Final = 3
_MOST_ITEMS: Final = 7
_LONGEST_ITEM: Final = 160


def write_article(material: Material, platform: Platform) -> str:
    """Write a hook and what follows it, paragraphs from other parts, a list, a question and hashtags."""

    def fits(text: str) -> bool:
        return part_fits(text, platform)

    hook = opening(material, fits, longest=_HOOK, most=1, turn=platform.turn) or opening(
        material, fits, longest=_PARAGRAPH, most=1, turn=platform.turn
    )
    if hook is None:
        lead = material.sentences[0].text if material.sentences else material.title
        return stack([shortened(lead, platform)], platform, closing=tag_line(material, platform))
    told = [hook.text + flourish(material, platform)]
    used = {hook.sentences[0].position}
    following = _following(material, hook.sentences[0])
    most = 1 if material.has("concise") else _SENTENCES
    if following and (more := beginning(following, fits, longest=_PARAGRAPH, most=most)):
        told.append(more.text)
        used.update(sentence.position for sentence in more.sentences)
    closing = (_question(material), tag_line(material, platform))
    return stack(
        [*told, *_body(material, fits, used)], platform, closing="\n\n".join(part for part in closing if part)
    )


def _following(material: Material, sentence: Candidate) -> list[Candidate]:
    later = [one for one in material.sentences if one.position > sentence.position]
    return [one for one in later if one.paragraph == sentence.paragraph]


def _body(material: Material, fits: Fits, used: set[int]) -> list[str]:
    wanted = 2 if material.has("concise") else 5 if material.has("detailed") else 3
    found: list[tuple[int, str]] = []
    listed = _list(material, used)
    if listed:
        found.append((listed[0].position, _as_list(material, listed)))
    used = used.union(item.position for item in listed)
    for number in chosen_parts(material, wanted, without=used):
        passage = best(passages(material.parts[number], fits, longest=_PARAGRAPH, most=_SENTENCES))
        if passage:
            found.append((passage.sentences[0].position, passage.text))
    return [text for _, text in sorted(found)]


def _list(material: Material, used: set[int]) -> list[Candidate]:
    """Find the first list of three to seven short items, with the sentence that introduces it."""
    run: list[Candidate] = []
    before: Candidate | None = None
    for sentence in (*material.sentences, None):
        if (
            sentence
            and sentence.is_item
            and len(sentence.text) <= _LONGEST_ITEM
            and sentence.position not in used
        ):
            run.append(sentence)
            continue
        if _FEWEST_ITEMS <= len(run) <= _MOST_ITEMS and before and before.text.endswith(":"):
            return [before, *run]
        run, before = [], sentence
    return []


def _as_list(material: Material, listed: list[Candidate]) -> str:
    bullet = "👉" if material.has("playful") else "•"
    return "\n".join([listed[0].text, *(f"{bullet} {item.text}" for item in listed[1:])])


def _question(material: Material) -> str:
    if material.has("formal") or material.has("concise"):
        return ""
    if material.has("bold"):
        return framed(material, "Agree or disagree?")
    return framed(material, "What would you add?")
