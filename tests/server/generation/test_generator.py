from importlib.metadata import EntryPoint, EntryPoints

import pytest

from pandocast_server.generation import generator
from pandocast_server.generation.analysis import Analysis, analyze
from pandocast_server.generation.generator import load_generator
from pandocast_server.generation.platforms import PLATFORMS, Platform
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.generation.writing import write

HERE = "generators_of_this_test"
X = PLATFORMS["twitter_single"]


class Echo:
    """Writes the title."""

    def analyze(self, raw_content: str, title: str) -> Analysis:
        return analyze(raw_content[:10], title)

    def write(
        self,
        analysis: Analysis,
        title: str,
        platform: Platform,
        voice: VoiceProfile,
        emphasis_notes: str | None,
    ) -> str:
        del analysis, platform, voice, emphasis_notes
        return title


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another generator be installed; its is the only group that is asked for."""
    monkeypatch.setitem(__import__("sys").modules, HERE, __import__("sys").modules[__name__])
    points = EntryPoints([EntryPoint("echo", f"{HERE}:Echo", "pandocast_server.generators")])
    monkeypatch.setattr(generator, "entry_points", points.select)


def test_the_built_in_generator_is_the_default() -> None:
    built_in = load_generator()
    analysis = built_in.analyze("One sentence. Another sentence.", "t")
    assert analysis == analyze("One sentence. Another sentence.", "t")
    assert built_in.write(analysis, "t", X, VoiceProfile(), None) == write(analysis, "t", X)


def test_another_is_found_by_its_entry_point() -> None:
    echo = load_generator("echo")
    analysis = echo.analyze("0123456789 and more", "t")
    assert analysis.sentences[0].text == "0123456789"
    assert echo.write(analysis, "The title", X, VoiceProfile(), None) == "The title"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(LookupError, match="'ecco'"):
        load_generator("ecco")
