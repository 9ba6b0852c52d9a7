"""Small, safe changes of wording that a voice asks for: English only, but for the words to avoid."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from pandocast_server.generation.cleaning import has_substance
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.generation.wordlists import CONTRACTIONS, EXPANSIONS, HEDGES, PADDING, Trait

_REWORDINGS: Final[Mapping[Trait, Mapping[str, str]]] = {
    "bold": HEDGES,
    "concise": PADDING,
    "casual": CONTRACTIONS,
    "playful": CONTRACTIONS,
    "formal": EXPANSIONS,
}
_SPACE: Final = re.compile(r"\s+")
_SPACE_BEFORE: Final = re.compile(r"\s+([,.;:!?…)\]])")
_DOUBLED: Final = re.compile(r"([,;:])\s*(?=[,;:.!?…])")
_LEADING: Final = re.compile(r"^[\s,;:.!?)\]]+")
_EMPTY_PAIR: Final = re.compile(r"\(\s*\)|\[\s*\]|“\s*”|\"\s*\"|«\s*»")


@cache
def _pattern(trait: Trait) -> re.Pattern[str]:
    phrases = "|".join(re.escape(phrase) for phrase in _REWORDINGS[trait])
    # "not really" without "really" would say something else.
    return re.compile(
        rf"(?<!\bnot )(?P<comma>, )?(?<![\w'])(?P<phrase>{phrases})\b(?!['\u2019])(?P<after>,)?",
        re.IGNORECASE,
    )


def reword(sentence: str, voice: VoiceProfile, language: str) -> str:
    """Contract, expand, tighten or harden one English sentence as the traits of `voice` ask."""
    if language != "en":
        return sentence
    for trait in _REWORDINGS:
        if trait in voice.traits and not (trait in {"casual", "playful"} and "formal" in voice.traits):
            sentence = _reworded(sentence.replace("\u2019", "'") if trait == "formal" else sentence, trait)
    if "formal" in voice.traits:
        sentence = re.sub(r"!+(?=\W*$)", ".", sentence)
    return sentence


def _reworded(sentence: str, trait: Trait) -> str:
    def instead(match: re.Match[str]) -> str:
        phrase = match["phrase"]
        replacement = _REWORDINGS[trait][phrase.lower()]
        if not replacement:  # ", perhaps," and ", perhaps" lose both commas
            return " " if match["comma"] and match["after"] else match["comma"] or ""
        cased = replacement[0].upper() + replacement[1:] if phrase[0].isupper() else replacement
        return f"{match['comma'] or ''}{cased}{match['after'] or ''}"

    return _tidied(_pattern(trait).sub(instead, sentence), sentence)


def without_avoided(text: str, voice: VoiceProfile) -> str:
    """Take out of one line what `voice` avoids; the result may be empty."""
    while voice.avoided and voice.avoided.search(text):
        text = _tidied(voice.avoided.sub("", text), text)
    return text if has_substance(text) else ""


def _tidied(text: str, before: str) -> str:
    """Mend the spaces and punctuation around a gap, and the capital letter at the beginning."""
    if text == before:
        return text
    text = _EMPTY_PAIR.sub("", text)
    text = _SPACE_BEFORE.sub(r"\1", _SPACE.sub(" ", text))
    text = _LEADING.sub("", _DOUBLED.sub("", text)).strip()
    return text[:1].upper() + text[1:] if before[:1].isupper() else text
