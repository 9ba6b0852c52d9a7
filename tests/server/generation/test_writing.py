import re

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from pandocast_server.generation.analysis import analyze
from pandocast_server.generation.counting import fits
from pandocast_server.generation.platforms import PART_SEPARATOR, PLATFORMS, Platform
from pandocast_server.generation.scoring import voice_match_score
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.generation.writing import eligible_platforms, write

STYLES = "concise detailed playful casual formal bold technical"
MEMORY = """AI agents without memory are just expensive autocomplete. They answer the question in front of
them and forget it a second later. In our tests, an agent with a memory store finished 38% more tasks than one
without.

## How memory works

Memory for AI agents comes in three kinds, and each of them solves another problem. Working memory holds the
current task. Episodic memory records what happened, when, and with whom. Semantic memory keeps facts.

Most teams start with working memory, because the context window is free. Every token costs money, however.

## What to build first

Start with episodic memory, because you cannot recover what you never stored. Write one row per event. You
can summarise later.
"""
HOSTILE = [
    "",
    "a",
    "😀",
    "👨‍👩‍👧‍👦" * 500,
    "x" * 50_000,
    "我" * 5_000,
    "e" + "\u0301" * 50_000,
    "word " * 10_000,
    "clause after clause, " * 2_000,
    "\x01\x02 a \u202e b" * 500,
    "هذه جملة طويلة عن الكتابة. وهذه جملة أخرى؟ نعم. " * 50,
    ">" * 10_000,
    "[" * 10_000,
    "Hi. " * 1_000,
    "https://example.com/" + "a" * 3_000,
    "see example.com/a and https://foo.example/x?y=z now. " * 100,
    "1/2 3/4 " * 1_000,
    "\u200d" * 500,
    "🇩🇪" * 1_000,
    "A line:\n" + "- item\n" * 500,
    "> " + "Quoted words only. " * 50,
    "lone \ud800 surrogate and \x00 NUL.",
]

platforms = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda platform: platform.id)


def post(
    text: str, platform_id: str, *, title: str = "Memory", notes: str | None = None, **voice: object
) -> str:
    profile = VoiceProfile(**voice)  # type: ignore[arg-type]  # the fields of a profile
    return write(analyze(text, title), title, PLATFORMS[platform_id], profile, notes)


def assert_publishable(text: str, platform: Platform, voice: VoiceProfile) -> None:
    assert text.strip() == text != ""
    assert fits(text, platform)
    assert not voice.hits(text)
    assert "\x00" not in text
    assert "\n\n\n" not in text
    text.encode()


profiles = st.builds(
    VoiceProfile,
    style=st.one_of(st.text(), st.lists(st.sampled_from(STYLES.split())).map(" ".join)),
    avoid=st.lists(
        st.one_of(st.text(st.characters()), st.sampled_from(["a", "the", "1", "/", "…", "."])), max_size=4
    ),
    examples=st.lists(st.text(), max_size=2),
    formats=st.dictionaries(
        st.sampled_from(list(PLATFORMS)), st.fixed_dictionaries({"hashtags": st.integers()})
    ),
)
texts = st.one_of(
    st.text(st.characters()),
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from([*MEMORY.split("\n"), "", "- item", "# Heading", "> quote", "Why?"])).map(
        "\n".join
    ),
)


@given(
    texts, st.text(st.characters()), profiles, st.one_of(st.none(), st.text(), st.just("memory, not tasks"))
)
def test_whatever_comes_in_what_goes_out_can_be_published(
    text: str, title: str, voice: VoiceProfile, notes: str | None
) -> None:
    analysis = analyze(text, title)
    assert eligible_platforms(analysis, title)
    for platform in PLATFORMS.values():
        written = write(analysis, title, platform, voice, notes)
        assert_publishable(written, platform, voice)
        assert write(analysis, title, platform, voice, notes) == written


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_become_posts(text: str) -> None:
    analysis = analyze(text, "A title")
    for platform in PLATFORMS.values():
        for voice in (VoiceProfile(), VoiceProfile(style=STYLES, avoid=["the", "a"])):
            for title in ("", "\x01", "A title"):
                assert_publishable(write(analysis, title, platform, voice), platform, voice)


@platforms
def test_avoiding_everything_still_leaves_something(platform: Platform) -> None:
    avoid = [*"abcdefghijklmnopqrstuvwxyz0123456789.,:;/#%&“”…—·*•", "Untitled", *MEMORY.split()]
    voice = VoiceProfile(avoid=avoid)
    assert_publishable(write(analyze(MEMORY, "Memory"), "Memory", platform, voice), platform, voice)


def test_an_avoided_phrase_across_a_break_is_not_written_either() -> None:
    text = "This one is the first.\n\nSecond comes another."
    assert post(text, "newsletter", title="", avoid=["the first. Second"]) == "This one is the first."


def test_where_nothing_can_be_said_a_sign_is_left() -> None:
    assert post("", "twitter_single", title="") == "Untitled"
    assert post("", "twitter_single", title="", avoid=["Untitled"]) == "■"
    assert post("", "twitter_single", title="", avoid=["Untitled", "■"]) == "□"


def test_platforms_get_different_texts() -> None:
    written = {platform_id: post(MEMORY, platform_id) for platform_id in PLATFORMS}
    assert len(set(written.values())) == len(written)


def test_a_text_without_prose_becomes_its_title() -> None:
    assert post("```\ncode\n```", "twitter_single", title="A title") == "A title"
    assert post("", "linkedin_post", title="") == "Untitled"


def test_text_is_what_the_article_says() -> None:
    assert post(MEMORY, "twitter_single") == (
        "AI agents without memory are just expensive autocomplete. They answer the question in front of them "
        "and forget it a second later. In our tests, an agent with a memory store finished 38% more tasks "
        "than one without.\n\n#AIAgents"
    )


def test_a_later_turn_begins_a_thread_with_a_later_passage() -> None:
    threads = [
        write(analyze(MEMORY, ""), "", evolve(PLATFORMS["twitter_thread"], turn=turn)) for turn in (0, 1)
    ]
    first, second = (re.sub(r"^1/\d+ ", "", thread.split(PART_SEPARATOR)[0]) for thread in threads)
    assert second not in {"", first}
    assert second in threads[0]


def test_emphasis_opens_single_posts() -> None:
    plain, emphasised = (
        post(MEMORY, "twitter_single", notes=notes) for notes in (None, "the costs of tokens")
    )
    assert "token" not in plain
    assert "Every token costs money" in emphasised


def test_what_is_unwanted_is_passed_over() -> None:
    assert "autocomplete" not in post(MEMORY, "twitter_single", notes="not the autocomplete comparison")


@pytest.mark.parametrize("platform_id", ["twitter_single", "linkedin_post", "newsletter", "twitter_thread"])
def test_sentences_with_avoided_words_are_passed_over(platform_id: str) -> None:
    written = post(MEMORY, platform_id, avoid=["episodic", "autocomplete"])
    assert "pisodic" not in written
    assert "autocomplete" not in written
    assert "are just expensive" not in written, "the whole sentence goes"


def test_where_every_sentence_has_an_avoided_word_the_word_goes() -> None:
    assert post("We use synergy daily.", "twitter_single", avoid=["synergy"]) == "We use daily."


def test_titles_and_headings_with_avoided_words_are_left_out() -> None:
    letter = post(MEMORY, "newsletter", title="A synergy of tools", avoid=["synergy", "works"])
    assert letter.startswith("Subject: AI agents without memory")
    assert "How memory" not in letter
    assert "What to build first\n" in letter
    assert post("", "twitter_single", title="A synergy of tools", avoid=["synergy"]) == "A of tools"


def test_an_avoided_word_is_no_hashtag() -> None:
    tags = post(MEMORY, "linkedin_post", avoid=["agents", "memory"]).split("\n")[-1]
    assert tags.startswith("#")
    assert not re.search("agents|memory", tags, re.IGNORECASE)


@pytest.mark.parametrize("style", STYLES.split())
def test_every_style_changes_something(style: str) -> None:
    plain = "The garden of the old house is full of birds this morning, and each of them sings a song. "
    odd = ["Perhaps it could be over soon.", "You don't know it!", "It has 280 undiscovered species."]
    text = "\n\n".join(f"Paragraph. {one} {plain}{one} {plain}" for one in ["They sing.", *odd] * 5)
    assert any(post(text, platform_id, style=style) != post(text, platform_id) for platform_id in PLATFORMS)


def test_concise_is_shorter_and_detailed_is_longer() -> None:
    text = "\n\n".join(f"{MEMORY}\n\n{MEMORY.replace('memory', 'storage')}" for _ in range(3))
    for platform_id in ("linkedin_post", "twitter_thread", "instagram_caption"):
        lengths = [len(post(text, platform_id, style=style)) for style in ("concise", "", "detailed")]
        assert lengths == sorted(lengths)
        assert lengths[0] < lengths[2]


def test_a_formal_voice_sets_no_hashtags() -> None:
    assert "#" in post(MEMORY, "linkedin_post")
    assert "#" not in post(MEMORY, "linkedin_post", style="formal")


def test_hashtags_never_crowd_out_the_text() -> None:
    text = "\n\n".join(
        f"Extraordinary{chr(97 + n)} undertakings{chr(97 + n)} matter. " * 2 for n in range(12)
    )
    written = post(text, "twitter_single", formats={"twitter_single": {"hashtags": 10}})
    assert written.startswith("Extraordinary")


def test_examples_set_the_length_of_sentences() -> None:
    short = "Old birds fly. Young ones sing. Snow melts. Rivers rise. Boats wait. Winds turn. Rain falls."
    long = (
        "Old birds fly slowly over the wide and quiet hills until they find the valley where they were born."
    )
    text = "\n\n".join([long, short] * 6)
    brief, lengthy = (
        post(text, "instagram_caption", examples=[example])
        for example in (
            "Go now. Say less.",
            "We walk slowly along the river and then we all turn home at night.",
        )
    )
    assert brief.count("Young ones sing.") > lengthy.count("Young ones sing.")


def test_formats_say_how_many_hashtags() -> None:
    assert "#" not in post(MEMORY, "linkedin_post", formats={"linkedin_post": {"hashtags": 0}})


def test_scores_of_posts_are_plausible_and_differ() -> None:
    scores = [voice_match_score(post(MEMORY, platform_id), VoiceProfile()) for platform_id in PLATFORMS]
    assert min(scores) >= 60
    assert max(scores) <= 98
    assert len(set(scores)) >= 3
