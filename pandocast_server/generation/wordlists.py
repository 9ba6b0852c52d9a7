"""Lists of words, apart from the code that reads them; all are case-folded, with straight apostrophes."""

from collections.abc import Mapping
from typing import Final, Literal

Trait = Literal["concise", "detailed", "playful", "casual", "formal", "bold", "technical"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


FUNCTION_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "en": _set(
        "the and of to is in that it for was with on are this you be not as at have from we they he she i "
        "can will do does what if by or an our your my there their has had were would don't isn't can't it's"
    ),
    "de": _set("der die das und ist nicht ein eine zu den mit von für auf sich es dem im wird auch"),
    "fr": _set("le la les des et est une un dans pour que qui pas du sur au avec ce sont plus"),
    "es": _set("el la los las de que y en un una es por con no para se del al lo como"),
    "it": _set("il la di che e è un una per non in con del le si sono da della gli più"),
    "pt": _set("o a os as de que e em um uma é por com não para se do da no na"),
    "nl": _set("de het een en van is niet dat in op te met voor zijn er aan ook als naar bij"),
}
"""By which a language is guessed."""

ANY_FUNCTION_WORD: Final = frozenset[str]().union(*FUNCTION_WORDS.values(), _set("a but"))

LEANING: Final[Mapping[str, frozenset[str]]] = {
    "en": _set(
        "this that these those it its it's they them their he she his her him and but or nor so yet "
        "then thus therefore hence however moreover furthermore also still instead otherwise "
        "meanwhile besides nevertheless nonetheless such both neither either another others because "
        "which who whose where there here similarly likewise finally secondly thirdly second third "
        "next consequently again"
    ),
    "de": _set("dies diese dieser dieses das es er sie und aber oder doch dann deshalb denn dabei"),
    "fr": _set("ce cela ça ces il elle ils elles et mais ou donc car puis ensuite pourtant"),
    "es": _set("esto eso estos estas este esta él ella ellos y pero o entonces además sin luego"),
    "it": _set("questo questa questi ciò esso egli lei e ma o quindi poi inoltre però"),
    "pt": _set("isto isso este esta estes ele ela eles e mas ou então além porém depois"),
    "nl": _set("dit dat deze het hij zij ze en maar of dus dan daarom toch"),
}
"""A sentence that begins so leans on the one before it and makes a poor opening."""

PRONOUNS: Final = _set("it its it's them they their he she him his both those these")
"""English pronouns that lean on the sentence before wherever they come early."""

GENERIC: Final = _set(
    "time times day days week weeks month months year years hour hours minute minutes people person "
    "thing things way ways lot lots good better best bad great long longer short small big new old "
    "single whole kind kinds part parts example examples number place point points end case fact ten "
    "change work works full open read made make question questions leave right left real word words "
    "line lines piece"
)
"""Frequent words that say nothing about what a text is about."""

MEDIUM: Final = _set("article articles post posts sentence sentences text texts page chapter section")
"""Words for the text itself: they help to rate its sentences but are no subject."""

INSTRUCTION: Final = _set(
    "about add all also angle any article aspect aspects attention audience away bring content do don "
    "draw emphasis emphasise emphasize especially everything feature focus focusing forget get give "
    "go highlight how ignore include keep lead leave less like main mainly make me mention more most "
    "much my need never omit only our out over part parts piece please point put really section "
    "should skip so some stress t take talk tell than their them theme then there these they thing "
    "things topic topics toward towards up us use want we what when where which who why will without "
    "word words would write you your"
)
"""What emphasis notes say besides their subject."""

TRAITS: Final[Mapping[Trait, frozenset[str]]] = {
    "concise": _set("concise brief short terse succinct crisp minimal minimalist punchy tight laconic"),
    "detailed": _set("detailed thorough long elaborate narrative storytelling in-depth explanatory"),
    "playful": _set("playful fun funny humorous witty cheeky whimsical lively energetic upbeat"),
    "casual": _set("casual conversational friendly warm informal relaxed approachable personal chatty"),
    "formal": _set("formal professional serious academic corporate official sober polished"),
    "bold": _set("bold confident provocative assertive direct strong opinionated fearless decisive"),
    "technical": _set("technical precise expert analytical scientific data-driven factual engineering"),
}
"""Adjectives in the style of a voice profile, by what they ask for."""

STYLE_DENIALS: Final = _set("not never no without don't avoid isn't hardly")

_LEAVE_OUT: Final = ""
_NEGATED: Final = "do does did is are was were could should would has have had"

HEDGES: Final[Mapping[str, str]] = dict.fromkeys(
    ("perhaps", "maybe", "probably", "somewhat", "arguably", "it seems that"), _LEAVE_OUT
)
PADDING: Final[Mapping[str, str]] = {
    "in order to": "to",
    "due to the fact that": "because",
    "at this point in time": "now",
    "in the event that": "if",
    "for the purpose of": "for",
    "a large number of": "many",
    "the majority of": "most",
    "has the ability to": "can",
    "have the ability to": "can",
    **dict.fromkeys(("really", "very", "basically", "actually", "essentially", "of course"), _LEAVE_OUT),
}
CONTRACTIONS: Final[Mapping[str, str]] = {
    **{f"{verb} not": f"{verb}n't" for verb in _NEGATED.split()},
    "cannot": "can't",
    "will not": "won't",
}
EXPANSIONS: Final[Mapping[str, str]] = {
    **{short: long for long, short in CONTRACTIONS.items()},
    "i'm": "I am",
    "i've": "I have",
    "we've": "we have",
    "you've": "you have",
    "they've": "they have",
    "you're": "you are",
    "we're": "we are",
    "they're": "they are",
    "we'll": "we will",
    "you'll": "you will",
    "let's": "let us",
    "gonna": "going to",
}
