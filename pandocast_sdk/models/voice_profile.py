"""The models of Passband's voice profile.

Reference: "Get voice profile", "Update voice profile".
"""

from pydantic import JsonValue

from pandocast_sdk.models.base import PassbandModel, Timestamp

__all__ = ["VoiceProfile"]


class VoiceProfile(PassbandModel):
    """How the workspace writes.

    Attributes:
        id: Its id.
        avoid: Words and habits that do not belong to the voice.
        examples: Texts in the voice.
        created_at: When it was created.
        updated_at: When it was last changed.
        style: The voice in words.
        formats: What applies to single formats.
    """

    id: str
    avoid: list[str]
    examples: list[str]
    created_at: Timestamp
    updated_at: Timestamp
    style: str | None = None
    formats: dict[str, JsonValue] | None = None
