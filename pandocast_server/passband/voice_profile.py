"""The voice profile: what the workspace says of how it writes (reference, "Voice profile").

Pandocast's generation and Passband's read the same row; what of it they use is theirs to decide.
"""

from sqlalchemy import Connection, RowMapping, select, update

from pandocast_server.errors import bad_request, not_found
from pandocast_server.fields import Fields, optional_list, optional_object, optional_text
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.tables import voice_profiles
from pandocast_server.timestamps import wire_text

_LONGEST_STYLE = 10_000
_MOST_ENTRIES = 100
_LONGEST_ENTRY = 5_000


def get_voice_profile(call: Call) -> Reply:
    """Give the profile, once somebody has described the voice (reference, "Get voice profile")."""
    with call.runtime.database.read() as connection:
        row = _row(connection, call.workspace_id)
    if row["updated_at"] is None:
        raise not_found("Voice profile")
    return _reply(row)


def update_voice_profile(call: Call) -> Reply:
    """Change the fields that are given, and no others (reference, "Update voice profile")."""
    given = {
        "style": _style(call.body),
        "avoid": _entries(call.body, "avoid"),
        "examples": _entries(call.body, "examples"),
        "formats": optional_object(call.body, "formats"),
    }
    with call.runtime.database.write() as connection:
        now = call.runtime.clock.now()
        before = _row(connection, call.workspace_id)
        connection.execute(
            update(voice_profiles)
            .where(voice_profiles.c.workspace_id == call.workspace_id)
            .values(
                **{name: value for name, value in given.items() if value is not None},
                # The row is as old as the workspace; seen from here, its first description makes it.
                created_at=before["created_at"] if before["updated_at"] else now,
                updated_at=now,
            )
        )
        return _reply(_row(connection, call.workspace_id))


def _style(body: Fields) -> str | None:
    style = optional_text(body, "style")
    if style is not None and len(style) > _LONGEST_STYLE:
        raise bad_request(f"style must have at most {_LONGEST_STYLE} characters, not {len(style)}")
    return style


def _entries(body: Fields, name: str) -> list[str] | None:
    entries = optional_list(body, name, most=_MOST_ENTRIES)
    return None if entries is None else [_entry(entry, f"{name}[{at}]") for at, entry in enumerate(entries)]


def _entry(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise bad_request(f"{name} must be a string")
    if not 1 <= len(value) <= _LONGEST_ENTRY:
        raise bad_request(f"{name} must have 1 to {_LONGEST_ENTRY} characters, not {len(value)}")
    return value


def _row(connection: Connection, workspace_id: str) -> RowMapping:
    query = select(voice_profiles).where(voice_profiles.c.workspace_id == workspace_id)
    return connection.execute(query).mappings().one()


def _reply(row: RowMapping) -> Reply:
    return json_reply(
        {
            "id": row["id"],
            "style": row["style"],
            "avoid": row["avoid"],
            "examples": row["examples"],
            "formats": row["formats"],
            "createdAt": wire_text(row["created_at"]),
            "updatedAt": wire_text(row["updated_at"]),
        }
    )
