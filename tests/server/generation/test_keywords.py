from pandocast_server.generation.keywords import find_key_phrases, find_topics

SENTENCES = [
    "Calm publishing begins with a voice profile.",
    "A voice profile fits on one page, and calm publishing needs no more.",
    "An editorial calendar helps.",
    "Nobody needs an editorial calendar that is full to the last slot.",
]


def topics(sentences: list[str], title: str = "", language: str = "en") -> tuple[str, ...]:
    return find_topics(find_key_phrases(sentences, (), language), sentences, title, language)


def test_phrases_share_no_words() -> None:
    phrases = find_key_phrases(SENTENCES * 3, ["On calm publishing"], "en")
    assert 4 <= len(phrases) <= 12
    assert phrases == tuple(dict.fromkeys(phrases))
    assert not {"time", "page,"} & set(phrases)


def test_topics_are_pairs_that_recur() -> None:
    assert topics(SENTENCES) == ("Calm publishing", "voice profile", "editorial calendar")


def test_without_pairs_topics_are_words_that_recur_those_of_the_title_first() -> None:
    sentences = [
        "We like gardens.",
        "Every garden likes rain.",
        "Gardens are green, and rain is grey.",
        "Snow melts.",
    ]
    assert topics(sentences) == ("gardens", "rain")
    assert topics(sentences, "On rain") == ("rain", "gardens")


def test_names_keep_their_usual_case() -> None:
    assert topics(["AI agents plan.", "Most AI agents forget.", "AI agents learn."])[0] == "AI agents"


def test_a_word_said_once_is_no_topic() -> None:
    assert topics(["Hello there world."]) == ()


def test_clauses_of_scripts_without_spaces_are_no_phrases() -> None:
    assert topics(["文章は一度だけ丁寧に書く。", "文章は一度だけ丁寧に書く。"], language="") == ()


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    beginning = ["Otters swim."] * 2_000
    assert find_key_phrases([*beginning, *["Badgers dig."] * 2_000], (), "en") == find_key_phrases(
        beginning, (), "en"
    )
