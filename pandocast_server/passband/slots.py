"""The slots of the schedule."""

from datetime import datetime

from sqlalchemy import Connection

from pandocast_server.routing import Call, Reply


def get_slots(call: Call) -> Reply:
    raise NotImplementedError


def replace_slots(call: Call) -> Reply:
    raise NotImplementedError


def next_free_slot(connection: Connection, *, workspace_id: str, after: datetime) -> datetime:
    """Give the first slot strictly after a time at which no scheduled draft stands.

    Raises:
        ApiError: 409, no slots are configured.
    """
    raise NotImplementedError
