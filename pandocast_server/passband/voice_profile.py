"""The voice profile: what the workspace says of how it writes (reference, "Voice profile").

Pandocast's generation and Passband's read the same row; what of it they use is theirs to decide.
"""

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, RowMapping, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import not_found
from pandocast_server.json_body import read_body
from pandocast_server.passband.wire import camel
from pandocast_server.routing import Endpoint, runtime_of, workspace_of
from pandocast_server.storage.tables import voice_profiles
from pandocast_server.validation import CamelModel, Text

_Passages = Annotated[list[Annotated[Text, Field(max_length=5_000)]], Field(max_length=100)]


class VoiceProfileBody(CamelModel):
    """How the workspace writes; what is None stays as it is."""

    style: Annotated[str, Field(max_length=10_000)] | None = None
    avoid: _Passages | None = None
    examples: _Passages | None = None
    formats: dict[str, object] | None = None


class VoiceProfile(Endpoint):
    """The voice profile of the workspace."""

    async def get(self, request: Request) -> Response:
        """Return the profile, once somebody has described the voice (reference, "Get voice profile")."""
        with runtime_of(request).database.read() as connection:
            row = _row(connection, workspace_of(request))
        if row["updated_at"] is None:
            raise not_found("Voice profile")
        return JSONResponse(_on_the_wire(row))

    async def put(self, request: Request) -> Response:
        """Change the fields that are given, and no others (reference, "Update voice profile")."""
        body = await read_body(request, VoiceProfileBody)
        runtime, workspace_id = runtime_of(request), workspace_of(request)
        with runtime.database.write() as connection:
            now = runtime.clock.now()
            before = _row(connection, workspace_id)
            # The row is as old as the workspace; seen from here, its first description makes it.
            created_at = before["created_at"] if before["updated_at"] else now
            changes = body.model_dump(exclude_none=True) | {"created_at": created_at, "updated_at": now}
            ours = update(voice_profiles).where(voice_profiles.c.workspace_id == workspace_id)
            connection.execute(ours.values(changes))
            return JSONResponse(_on_the_wire(_row(connection, workspace_id)))


ROUTES = [Route("/voice-profile", VoiceProfile)]


def _row(connection: Connection, workspace_id: str) -> RowMapping:
    query = select(voice_profiles).where(voice_profiles.c.workspace_id == workspace_id)
    return connection.execute(query).mappings().one()


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    return camel(row, "id style avoid examples formats created_at updated_at")
