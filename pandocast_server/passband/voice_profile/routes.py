"""The voice profile: what the workspace says of how it writes (reference, "Voice profile").

Pandocast's generation and Passband's read the same row; what of it they use is theirs to decide.
"""

from sqlalchemy import Connection, RowMapping, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import not_found
from pandocast_server.json_body import read_body
from pandocast_server.passband.voice_profile.models import VoiceProfileBody
from pandocast_server.passband.wire import camel
from pandocast_server.routing import Endpoint, runtime_of, workspace_of
from pandocast_server.storage.tables import voice_profiles


async def get_voice_profile(request: Request) -> Response:
    """Return the profile, once somebody has described the voice (reference, "Get voice profile")."""
    with runtime_of(request).database.read() as connection:
        row = _row(connection, workspace_of(request))
    if row["updated_at"] is None:
        raise not_found("Voice profile")
    return JSONResponse(_on_the_wire(row))


async def update_voice_profile(request: Request) -> Response:
    """Change the fields that are given, and no others (reference, "Update voice profile")."""
    body = await read_body(request, VoiceProfileBody)
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    with runtime.database.write() as connection:
        now = runtime.clock.now()
        before = _row(connection, workspace_id)
        connection.execute(
            update(voice_profiles)
            .where(voice_profiles.c.workspace_id == workspace_id)
            .values(
                **body.model_dump(exclude_none=True),
                # The row is as old as the workspace; seen from here, its first description makes it.
                created_at=before["created_at"] if before["updated_at"] else now,
                updated_at=now,
            )
        )
        return JSONResponse(_on_the_wire(_row(connection, workspace_id)))


class VoiceProfile(Endpoint):
    """The voice profile of the workspace."""

    get = staticmethod(get_voice_profile)
    put = staticmethod(update_voice_profile)


ROUTES = [Route("/voice-profile", VoiceProfile)]


def _row(connection: Connection, workspace_id: str) -> RowMapping:
    query = select(voice_profiles).where(voice_profiles.c.workspace_id == workspace_id)
    return connection.execute(query).mappings().one()


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    return camel(row, "id style avoid examples formats created_at updated_at")
