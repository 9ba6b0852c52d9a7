import re

import pytest

from pandocast_server.generation.analysis import analyze
from pandocast_server.generation.counting import fits
from pandocast_server.generation.platforms import PLATFORMS
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.generation.writing import write

ENGLISH = "The garden is full of birds, and each of them sings in the morning."


def post(
    text: str, platform_id: str, *, title: str = "A title", style: str = "", notes: str | None = None
) -> str:
    return write(analyze(text, title), title, PLATFORMS[platform_id], VoiceProfile(style=style), notes)


def numbered_text(count: int, *, a_paragraph: int = 4) -> str:
    """Give sentences that tell their number."""
    sentences = [f"Sentence {number} says something of its own about the garden." for number in range(count)]
    paragraphs = [sentences[start : start + a_paragraph] for start in range(0, count, a_paragraph)]
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)


def numbers_in(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"Sentence (\d+)", text)]


def parts_of(thread: str) -> list[str]:
    """Check the numbers of a thread's posts and give the posts without them."""
    parts = thread.split("\n\n")
    assert [part.split(" ")[0] for part in parts] == [
        f"{place}/{len(parts)}" for place in range(1, len(parts) + 1)
    ]
    return [part.split(" ", 1)[1] for part in parts]


@pytest.mark.parametrize("count", [6, 20, 36])
def test_a_short_text_is_threaded_whole(count: int) -> None:
    parts = parts_of(post(numbered_text(count), "twitter_thread"))
    assert [number for part in parts for number in numbers_in(part)] == list(range(count))


@pytest.mark.parametrize("count", [60, 400, 1_500])
def test_a_long_text_is_threaded_in_order_from_beginning_to_end(count: int) -> None:
    text = numbered_text(count)
    thread = post(text, "twitter_thread")
    parts = parts_of(thread)
    numbers = [number for part in parts for number in numbers_in(part)]
    assert 4 <= len(parts) <= 12
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 0
    assert numbers[-1] >= count - 4
    assert all(part.endswith(".") for part in parts)
    assert fits(thread, PLATFORMS["twitter_thread"])


def test_what_is_emphasised_gets_more_of_a_thread() -> None:
    otters = " ".join(
        f"Otter number {number} swims in a river of its own, far from here." for number in range(12)
    )
    text = f"{numbered_text(40)}\n\n{otters}\n\n{numbered_text(40)}"
    garden, otters = (post(text, "twitter_thread", notes=notes) for notes in ("the garden", "otters"))
    assert otters.count("Otter") > garden.count("Otter")


@pytest.mark.parametrize("style", ["", "concise", "detailed"])
def test_a_thread_never_loses_its_end(style: str) -> None:
    text = f"{numbered_text(600)} Otters swim.\n\nOtters sleep. {numbered_text(600)} Otters eat fish."
    thread = post(text, "twitter_thread", style=style, notes="otters")
    assert len(parts_of(thread)) <= 25
    assert thread.endswith("Otters eat fish.")


def test_an_item_of_a_list_stands_on_its_own_line() -> None:
    listed = "- Water in June.\n- Shade in July.\n- Rain."
    text = f"{ENGLISH} It needs three things to live:\n\n{listed}\n\n{ENGLISH * 4}"
    assert "live:\n• Water in June.\n• Shade in July.\n• Rain." in post(text, "twitter_thread")


@pytest.mark.parametrize("text", ["One sentence only.", "", "x" * 4_000, "Two. Words."])
def test_without_matter_for_two_posts_a_thread_is_one_post(text: str) -> None:
    thread = post(text, "twitter_thread")
    assert not thread.startswith("1/")
    assert fits(thread, PLATFORMS["twitter_single"])


def test_a_sentence_longer_than_a_post_ends_with_an_ellipsis() -> None:
    text = f"{'Clause after clause, ' * 30}and so on. {'Word after word ' * 30}to the end."
    first, second = parts_of(post(text, "twitter_thread"))
    assert first.endswith("Clause after clause…")
    assert second.endswith(("Word after…", "word after…", "Word…", "word…"))


@pytest.mark.parametrize("platform_id", ["twitter_single", "bluesky_post", "threads_post", "linkedin_post"])
def test_posts_open_with_sentences_that_stand_alone(platform_id: str) -> None:
    leaning = [
        "This is why it works.",
        "But it is not.",
        "They said so.",
        "And then it rained.",
    ]
    text = "\n\n".join(f"{one} {ENGLISH} {one}" for one in leaning)
    assert post(text, platform_id).startswith("The garden")


def test_what_announces_a_list_is_not_cut_off_from_it() -> None:
    text = f"{ENGLISH} Three things matter here, and here they are:\n\n- A.\n- B.\n\n{(ENGLISH + ' ') * 5}"
    assert "are:\n• A.\n• B." in post(text, "newsletter")


def test_an_article_for_professionals_ends_with_hashtags() -> None:
    text = f"{ENGLISH} {ENGLISH}\n\n{ENGLISH}\n\nBirds rest at night."
    paragraphs = post(text, "linkedin_post").split("\n\n")
    assert paragraphs[0].startswith(ENGLISH)
    assert paragraphs[-1].startswith("#")


def test_an_article_opens_in_turn_and_goes_on_in_the_order_of_the_text() -> None:
    opened: set[int] = set()
    for platform_id in ("linkedin_post", "facebook_post"):
        opening, *others = post(numbered_text(60), platform_id).split("\n\n")
        opened.add(numbers_in(opening)[0])
        numbers = [number for other in others for number in numbers_in(other)]
        assert len(numbers) >= 12
        assert numbers == sorted(set(numbers) - set(numbers_in(opening)))
    assert len(opened) == 2


def test_a_caption_is_the_title_and_short_lines() -> None:
    paragraphs = post(numbered_text(40), "instagram_caption").split("\n\n")
    assert paragraphs[0] == "A title"
    assert len(paragraphs) == 6
    assert all(0 < len(paragraph) <= 150 for paragraph in paragraphs)
    lines = [numbers_in(paragraph) for paragraph in paragraphs[1:5]]
    assert lines == sorted(lines)


def test_a_letter_has_a_subject_and_sections() -> None:
    text = "".join(f"## Heading {section}\n\n{numbered_text(24)}\n\n" for section in range(5))
    letter = post(text, "newsletter", title="A " + "very " * 30 + "long title").split("\n\n")
    assert letter[0] == "Subject: A very very very very very very very very very very very…"
    headings = [part.split("\n")[0] for part in letter[1:] if part.startswith("Heading")]
    assert len(headings) >= 2
    assert headings == sorted(set(headings))


def test_a_short_text_is_sent_whole() -> None:
    letter = post(f"{numbered_text(6)}\n\n- One.\n- Two.", "newsletter")
    assert numbers_in(letter) == list(range(6))
    assert "• One.\n• Two." in letter


def test_quotations_are_not_mixed_with_the_authors_words() -> None:
    text = f"{ENGLISH}\n\n> Quoted words that somebody else wrote.\n\n{ENGLISH}"
    assert not any("Quoted" in post(text, platform_id) for platform_id in PLATFORMS)
    assert "Quoted" in post("> Quoted words that somebody else wrote.", "twitter_single")
