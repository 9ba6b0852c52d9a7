"""The operations on the voice profile.

Reference: "Get voice profile", "Update voice profile".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.argument_types import optional_members, optional_string
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads
from pandocast_sdk._core.requests.validation import optional_texts

_VOICE_PROFILE = reads(lambda: models.VoiceProfile)


def get_profile() -> Operation[models.VoiceProfile]:
    """Get the voice profile."""
    return operation(ROUTES["get_voice_profile"], _VOICE_PROFILE)


def update_profile(
    *,
    style: str | None,
    avoid: Iterable[str] | None,
    examples: Iterable[str] | None,
    formats: Mapping[str, object] | None,
) -> Operation[models.VoiceProfile]:
    """Update the voice profile; fields that are None stay unchanged."""
    body = {
        "style": optional_string("style", style),
        "avoid": optional_texts("avoid", avoid),
        "examples": optional_texts("examples", examples),
        "formats": optional_members("formats", formats),
    }
    return operation(ROUTES["update_voice_profile"], _VOICE_PROFILE, body=body)
