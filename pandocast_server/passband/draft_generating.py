"""Writing the text of a draft in a workspace's voice (contract, "Generate mode")."""

from attrs import evolve, field, frozen

from pandocast_server.generation.scoring import voice_match_score
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.passband.formats import FORMATS
from pandocast_server.runtime import Runtime


@frozen
class Written:
    """The text of a draft.

    Attributes:
        text: At most `formats.MAX_TEXT` characters, not empty.
        confidence: How well it matches the voice, 0 to 1.
    """

    text: str = field(repr=False)
    confidence: float


def write_draft(
    runtime: Runtime,
    *,
    title: str,
    content: str,
    format: str,  # noqa: A002 - the field's name, here as everywhere
    voice: VoiceProfile,
    notes: str | None = None,
    turn: int = 0,
) -> Written:
    """Write one draft; may take a second, and raises whatever the text generator raises.

    Args:
        runtime: The parts of this server.
        title: Of the material; used where the content has hardly anything to tell.
        content: The material: plain text, Markdown or a fragment of HTML.
        format: A row of `formats.FORMATS`.
        voice: Of the workspace.
        notes: What to stress.
        turn: 0 for the first draft from this material, 1 for the one that replaces it, and so on: each opens
            with another passage as long as there are any.
    """
    row = FORMATS[format]
    analysis = runtime.generator.analyze(content, title)
    text = runtime.generator.write(analysis, title, evolve(row, turn=row.turn + turn), voice, notes)
    return Written(text, voice_match_score(text, voice) / 100)
