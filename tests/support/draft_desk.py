"""Drafts as a test handles them: made, put into any status, acted on."""

from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import update
from support.in_process import Api

from pandocast_server.storage.passband_tables import drafts

PASSBAND = "http://server/passband/v1"
DRAFTS = f"{PASSBAND}/drafts"
SLOTS = f"{PASSBAND}/schedule/slots"

TOMORROW = "2026-03-29T10:00:00Z"
"""Later than the clock that stands still."""

SUNDAYS = [{"dayOfWeek": 0, "hour": 9, "minute": 30}]
NEXT_SUNDAY = "2026-03-29T09:30:00Z"


def create(api: Api, *, key: str | None = "", **body: object) -> dict[str, Any]:
    """Create one draft, `Hello` unless the body says otherwise, and return the first one created."""
    answer = api.send("POST", DRAFTS, key=key, json=body or {"text": "Hello"})
    assert answer.status_code == 201, answer.text
    draft: dict[str, Any] = answer.json()["drafts"][0]
    return draft


def in_status(api: Api, status: str, **columns: object) -> str:
    """Create a draft, put it into a status however hard to reach, and return its id."""
    draft_id: str = create(api)["id"]
    scheduled_at = datetime(2026, 3, 29, 10, tzinfo=UTC) if status == "scheduled" else None
    values = {"status": status, "scheduled_at": scheduled_at, **columns}
    with api.runtime.database.write() as connection:
        connection.execute(update(drafts).where(drafts.c.id == draft_id).values(**values))
    return draft_id


def patch(api: Api, draft_id: object, *, key: str | None = "", **body: object) -> httpx.Response:
    """Update a draft, whatever comes of it."""
    return api.send("PATCH", f"{DRAFTS}/{draft_id}", key=key, json=body)


def act(api: Api, draft_id: object, action: str, **body: Any) -> dict[str, Any]:
    """Take an action that succeeds, and return the draft of the response."""
    answer = patch(api, draft_id, action=action, **body)
    assert answer.status_code == 200, answer.text
    draft: dict[str, Any] = answer.json()
    return draft


def read(api: Api, draft_id: object) -> dict[str, Any]:
    answer = api.send("GET", f"{DRAFTS}/{draft_id}")
    assert answer.status_code == 200, answer.text
    draft: dict[str, Any] = answer.json()
    return draft


def listed(api: Api, query: str = "", *, key: str | None = "") -> list[dict[str, Any]]:
    """Return every draft that a query lets through, page after page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = api.send("GET", f"{DRAFTS}?{query}{cursor}", key=key)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["drafts"]
        if page["nextCursor"] is None:
            return found
        cursor = f"&cursor={page['nextCursor']}"


def set_slots(api: Api, slots: object = SUNDAYS) -> None:
    answer = api.send("PUT", SLOTS, json=slots)
    assert answer.status_code == 200, answer.text


def rejects(answer: httpx.Response, status: int, message: str) -> None:
    """Check that a call was refused in one sentence of bearable length."""
    assert (answer.status_code, message in answer.json()["error"]) == (status, True), answer.text[:500]
    assert len(answer.content) < 600
