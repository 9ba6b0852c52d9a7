"""The workspace's one voice profile (contract, section 1, "Life of an upload")."""

from sqlalchemy import Connection, select

from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.storage.tables import voice_profiles


def voice_profile_id(connection: Connection, *, workspace_id: str) -> str:
    """Return the id of a workspace's profile; it is there from the start."""
    query = select(voice_profiles.c.id).where(voice_profiles.c.workspace_id == workspace_id)
    return str(connection.execute(query).scalar_one())


def read_voice(connection: Connection, *, workspace_id: str) -> VoiceProfile:
    """Return how a workspace writes."""
    query = select(
        voice_profiles.c.style, voice_profiles.c.avoid, voice_profiles.c.examples, voice_profiles.c.formats
    ).where(voice_profiles.c.workspace_id == workspace_id)
    return VoiceProfile(**connection.execute(query).mappings().one())
