"""The seam at which a text generator can be swapped: the built-in one, or one found by its entry point."""

from importlib.metadata import entry_points
from typing import Final, Protocol, cast

from attrs import frozen

from pandocast_server.generation import analysis, writing
from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.counting import fits
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.voice import VoiceProfile

ENTRY_POINT_GROUP: Final = "pandocast_server.generators"
BUILTIN: Final = "builtin"


class GeneratorError(Exception):
    """A text generator cannot be found, or wrote what its platform cannot publish."""


class Generator(Protocol):
    """What the server asks of a text generator; both calls may take long and may fail."""

    def analyze(self, raw_content: str, title: str) -> Analysis: ...

    def write(
        self,
        analysis: Analysis,
        title: str,
        platform: Platform,
        voice: VoiceProfile,
        emphasis_notes: str | None,
    ) -> str: ...


class BuiltinGenerator:
    """Writes from the text's own sentences: deterministic, offline, within a second."""

    analyze = staticmethod(analysis.analyze)
    write = staticmethod(writing.write)


@frozen
class _Judged(Generator):
    """Another generator, held to the limits of the platforms."""

    name: str
    generator: Generator

    def analyze(self, raw_content: str, title: str) -> Analysis:
        return self.generator.analyze(raw_content, title)

    def write(
        self,
        analysis: Analysis,
        title: str,
        platform: Platform,
        voice: VoiceProfile,
        emphasis_notes: str | None,
    ) -> str:
        text = self.generator.write(analysis, title, platform, voice, emphasis_notes)
        if not text.strip() or not fits(text, platform):
            raise GeneratorError(
                f"Generator {self.name!r} wrote {len(text)} characters for {platform.id}, "
                f"which takes 1 to {platform.max_characters} as it counts them"
            )
        return text


def load_generator(name: str = BUILTIN) -> Generator:
    """Load "builtin", or what an entry point of the group `pandocast_server.generators` makes.

    The entry point names a class or function that takes no arguments and returns a `Generator`. Its output is
    refused with a `GeneratorError`, as an unknown name is, where it does not fit the platform.
    """
    if name == BUILTIN:
        return BuiltinGenerator()
    for point in entry_points(group=ENTRY_POINT_GROUP, name=name):
        return _Judged(name, cast("Generator", point.load()()))
    raise GeneratorError(f"No text generator is called {name!r}")
