"""Rows of Passband that no single operation makes: drafts that were posted at a time of the test's choice."""

from datetime import datetime

from sqlalchemy import update
from support.in_process import Api

from pandocast_server.passband.drafts.rows import NewDraft, add_drafts
from pandocast_server.passband.drafts.transitions import APPROVED, POSTED
from pandocast_server.storage.passband_tables import drafts

PASSBAND = "http://server/passband/v1"


def add_row(
    api: Api,
    *,
    draft_format: str = "SHORT",
    posted_at: datetime | None = None,
    workspace_id: str | None = None,
) -> str:
    """Add a draft, posted at that time or else approved, and return its id."""
    whose = workspace_id or api.workspace.workspace_id
    new = NewDraft(format=draft_format, status=APPROVED if posted_at is None else POSTED, text="Hello")
    with api.runtime.database.write() as connection:
        [draft_id] = add_drafts(connection, api.runtime, workspace_id=whose, new=[new])
        connection.execute(update(drafts).where(drafts.c.id == draft_id).values(posted_at=posted_at))
    return draft_id


def record(api: Api, draft_id: str, platform: str = "twitter", /, **fields: object) -> dict[str, object]:
    """Record engagement and return the response."""
    body = {"draftId": draft_id, "platform": platform, **fields}
    answer = api.send("PUT", f"{PASSBAND}/engagement", json=body)
    assert answer.status_code == 200, answer.text
    row: dict[str, object] = answer.json()
    return row
