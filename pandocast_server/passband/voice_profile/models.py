"""What requests on the voice profile hold (reference, "Update voice profile")."""

from typing import Annotated

from pydantic import Field

from pandocast_server.validation import CamelModel, Text

_Passage = Annotated[Text, Field(max_length=5_000)]
_Passages = Annotated[list[_Passage], Field(max_length=100)]


class VoiceProfileBody(CamelModel):
    """How the workspace writes; what is None stays as it is."""

    style: Annotated[str, Field(max_length=10_000)] | None = None
    avoid: _Passages | None = None
    examples: _Passages | None = None
    formats: dict[str, object] | None = None
