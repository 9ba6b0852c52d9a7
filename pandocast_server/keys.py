"""API keys: shown once, stored as a digest, looked up by their public part (contract, "Keys").

A key is `pk_test_` or `pk_live_`, eight public characters and 32 secret ones. What precedes the secret is the
key's id: it may be shown, logged and used to revoke the key.
"""

import hashlib
import hmac
import re
from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, bindparam, insert, select, update

from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import api_keys, columns_for

_PUBLIC_LENGTH = 8
_SECRET_LENGTH = 32
_SHAPE = re.compile(
    rf"(pk_(?:test|live)_[A-Za-z0-9]{{{_PUBLIC_LENGTH}}})[A-Za-z0-9]{{{_SECRET_LENGTH}}}", re.ASCII
)


@frozen
class ApiKey:
    """What is known of a key; never the key itself. Its `id` is the public part."""

    id: str
    workspace_id: str
    name: str
    read_only: bool
    created_at: datetime
    revoked_at: datetime | None


_KEY = select(*columns_for(ApiKey, api_keys))
# Built once: every request executes it, and building takes longer than that.
_BY_ID = _KEY.add_columns(api_keys.c.digest).where(api_keys.c.id == bindparam("id"))


def create_key(
    connection: Connection,
    runtime: Runtime,
    *,
    workspace_id: str,
    name: str,
    read_only: bool = False,
    live: bool = False,
) -> str:
    """Make a key, and return it: this once, for it is not stored.

    Raises:
        ValueError: The name is empty, or longer than 200 characters.
    """
    if not 1 <= len(name) <= 200:
        raise ValueError("a key's name has 1 to 200 characters")
    public = ("pk_live_" if live else "pk_test_") + runtime.identifiers.secret(_PUBLIC_LENGTH)
    key = public + runtime.identifiers.secret(_SECRET_LENGTH)
    row = {"id": public, "workspace_id": workspace_id, "name": name, "read_only": read_only}
    connection.execute(insert(api_keys), {**row, "digest": _digest(key), "created_at": runtime.clock.now()})
    return key


def find_key(connection: Connection, key: str) -> ApiKey | None:
    """Return what is known of a key, or None when it is malformed, unknown or revoked: one is as another."""
    public = public_part(key)
    if public is None:
        return None
    row = connection.execute(_BY_ID, {"id": public}).one_or_none()
    if row is None or row.revoked_at is not None or not hmac.compare_digest(row.digest, _digest(key)):
        return None
    *known, _ = row
    return ApiKey(*known)


def list_keys(connection: Connection, *, workspace_id: str) -> list[ApiKey]:
    """Return a workspace's keys, oldest first, revoked ones included."""
    query = _KEY.where(api_keys.c.workspace_id == workspace_id).order_by(api_keys.c.seq)
    return [ApiKey(*row) for row in connection.execute(query)]


def revoke_key(connection: Connection, runtime: Runtime, *, workspace_id: str, key: str) -> ApiKey | None:
    """Make a key, given by itself or its public part, void at once; one that is void stays as it is.

    Return the key as it is now, or None when the workspace has no such key.
    """
    is_it = (api_keys.c.id == (public_part(key) or key)) & (api_keys.c.workspace_id == workspace_id)
    connection.execute(
        update(api_keys).where(is_it, api_keys.c.revoked_at.is_(None)).values(revoked_at=runtime.clock.now())
    )
    row = connection.execute(_KEY.where(is_it)).one_or_none()
    return None if row is None else ApiKey(*row)


def public_part(key: str) -> str | None:
    """Return the part of a key that may be shown, which is its id; None for what is not shaped like a key."""
    shaped = _SHAPE.fullmatch(key)
    return None if shaped is None else shaped[1]


def _digest(key: str) -> bytes:
    # 190 random bits need no slow hash.
    return hashlib.sha256(key.encode()).digest()
