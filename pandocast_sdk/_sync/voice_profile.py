# Generated from pandocast_sdk/_async/voice_profile.py by tests/support/unasync.py; edit that file.
"""The voice profile: how the workspace writes.

Reference: "Get voice profile", "Update voice profile".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import voice_profile as operations
from pandocast_sdk._drivers.sync_session import Session


class VoiceProfileResource:
    """The operations on the voice profile; reached as `client.voice_profile`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self) -> models.VoiceProfile:
        """Return the voice profile.

        Raises:
            NotFoundError: There is no voice profile yet.
            PandocastError: The request failed.

        Reference: "Get voice profile".
        """
        return self._session.run(call, operations.get_profile())

    def update(
        self,
        *,
        style: str | None = None,
        avoid: Iterable[str] | None = None,
        examples: Iterable[str] | None = None,
        formats: Mapping[str, object] | None = None,
    ) -> models.VoiceProfile:
        """Update the voice profile, or create it.

        Arguments that are None leave their field unchanged; an empty list or string clears it.

        Args:
            style: A description of the voice.
            avoid: Words and habits to avoid.
            examples: Sample texts in this voice.
            formats: Settings for single formats, any JSON object.

        Raises:
            ValueError: An argument is out of range; nothing was sent.
            BadRequestError: The service rejects an argument.
            PandocastError: The request failed; if `outcome_unknown` is set, the profile may have changed
                anyway.

        Reference: "Update voice profile".
        """
        return self._session.run(
            call,
            operations.update_profile(style=style, avoid=avoid, examples=examples, formats=formats),
        )
