"""What requests to the Pandocast API hold (reference; contract, "Bodies")."""

from typing import Annotated

from pydantic import Field

from pandocast_server.validation import Digits, RequestModel, Text, Time


class ContentQuery(RequestModel):
    """Which page of uploads."""

    limit: Annotated[int, Digits(1, 100)] = 20
    offset: Annotated[int, Digits(0, 2**63 - 1)] = 0


class UploadBody(RequestModel):
    """New content."""

    title: Annotated[Text, Field(max_length=300)]
    content_type: Annotated[Text, Field(max_length=50)]
    raw_content: Annotated[Text, Field(max_length=1_000_000)]


class GenerateBody(RequestModel):
    """What to write, and how; None leaves each to the server."""

    voice_profile_id: str | None = None
    selected_platforms: Annotated[list[str], Field(min_length=1)] | None = None
    emphasis_notes: str | None = None


class ScheduleBody(RequestModel):
    """Which output is to be published, and when."""

    output_id: Annotated[Text, Field(max_length=1000)]
    scheduled_at: Time
