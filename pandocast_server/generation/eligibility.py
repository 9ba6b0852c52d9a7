"""Which platforms a text has matter for."""

from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.cleaning import one_line
from pandocast_server.generation.platforms import PLATFORMS


def eligible_platforms(analysis: Analysis, title: str) -> list[str]:
    """List the platforms whose limits the content can meet, in the order of the table; never empty.

    A thread needs two posts' worth of prose and a newsletter several sentences; single posts need nothing.
    This is what "every eligible platform" means when `generate` names none (contract, section 1).
    """
    characters = max(analysis.prose_characters, 0 if analysis.sentences else len(one_line(title)))
    return [
        platform.id
        for platform in PLATFORMS.values()
        if len(analysis.sentences) >= platform.min_sentences and characters >= platform.min_characters
    ]
