"""The seam at which a text generator can be swapped: the built-in one, or one found by its entry point."""

from importlib.metadata import entry_points
from typing import Final, Protocol, cast

from pandocast_server.generation import analysis, writing
from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.platforms import Platform
from pandocast_server.generation.voice import VoiceProfile

ENTRY_POINT_GROUP: Final = "pandocast_server.generators"
BUILTIN: Final = "builtin"


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


def load_generator(name: str = BUILTIN) -> Generator:
    """Load "builtin", or what an entry point of the group `pandocast_server.generators` makes.

    The entry point names a class or function that takes no arguments and returns a `Generator`, which has to
    respect the limits of the platforms.
    """
    if name == BUILTIN:
        return BuiltinGenerator()
    for point in entry_points(group=ENTRY_POINT_GROUP, name=name):
        return cast("Generator", point.load()())
    raise LookupError(f"no text generator is called {name!r}")
