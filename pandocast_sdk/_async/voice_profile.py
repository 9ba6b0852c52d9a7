"""How the workspace writes.

Reference: "Get voice profile", "Update voice profile".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pandocast_sdk import models
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.operations import voice_profile as operations
from pandocast_sdk._drivers.async_session import AsyncSession


class AsyncVoiceProfileResource:
    """The operations on the voice profile; reached as `client.voice_profile`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self) -> models.VoiceProfile:
        """Return the voice profile.

        Raises:
            NotFoundError: There is none yet.
            PandocastError: It could not be read.

        Reference: "Get voice profile".
        """
        return await self._session.run(call, operations.get_profile())

    async def update(
        self,
        *,
        style: str | None = None,
        avoid: Iterable[str] | None = None,
        examples: Iterable[str] | None = None,
        formats: Mapping[str, object] | None = None,
    ) -> models.VoiceProfile:
        """Change the voice profile, or make it.

        What is not given stays as it is; an empty list or text clears.

        Args:
            style: The voice in words.
            avoid: Words and habits that do not belong to it.
            examples: Texts in the voice.
            formats: What holds for single formats; anything that JSON can say.

        Raises:
            ValueError: An argument is out of its bounds; nothing was sent.
            BadRequestError: The service refuses an argument.
            PandocastError: With `outcome_unknown` set when it may have been changed all the same.

        Reference: "Update voice profile".
        """
        return await self._session.run(
            call,
            operations.update_profile(style=style, avoid=avoid, examples=examples, formats=formats),
        )
