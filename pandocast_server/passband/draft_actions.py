"""Actions on drafts, one and many (reference, "Update draft" and "Bulk draft action")."""

from sqlalchemy import Connection

from pandocast_server.errors import ApiError, bad_request
from pandocast_server.fields import optional_choice, required_choice
from pandocast_server.passband.draft_fields import read_text, texts
from pandocast_server.passband.draft_moves import Asked, read_asked, take
from pandocast_server.passband.drafts import find_draft, move, on_the_wire
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.slots import FreeSlots
from pandocast_server.passband.transitions import ACTIONS, BULK_ACTIONS, EDIT
from pandocast_server.routing import Call, Reply, json_reply

_MOST_IDS = 100


def update_draft(call: Call) -> Reply:
    """Take an action on a draft, or change its text; regenerating answers the new draft."""
    runtime, workspace_id = call.runtime, call.workspace_id
    action = optional_choice(call.body, "action", ACTIONS)
    text = None if call.body.get("text") is None else read_text(call.body)
    if (action is None) == (text is None):
        raise bad_request("Either action or text must be given, and not both")
    asked = read_asked(call.body, action or EDIT, now=runtime.clock.now())
    with runtime.database.write() as connection:
        draft_id = call.path["id"]
        draft = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
        if action is None:
            move(connection, runtime, draft, EDIT, values={"text": text})
        else:
            free = FreeSlots(connection, workspace_id=workspace_id, after=runtime.clock.now())
            draft_id = take(connection, runtime, draft, action, asked, free=free)
        answered = find_draft(connection, workspace_id=workspace_id, draft_id=draft_id)
    runtime.announce_work()
    return json_reply(on_the_wire(answered))


def bulk_draft_action(call: Call) -> Reply:
    """Take an action on many drafts, on each in its own right: one that refuses it fails alone."""
    action = required_choice(call.body, "action", BULK_ACTIONS)
    ids = _ids(call)
    runtime = call.runtime
    asked = read_asked(call.body, action, now=runtime.clock.now())
    results: dict[str, dict[str, object]] = {}
    with runtime.database.write() as connection:
        # Before the drafts, as everybody does; and for all of them, whichever is taken back.
        lock_workspace(connection, call.workspace_id)
        free = FreeSlots(connection, workspace_id=call.workspace_id, after=runtime.clock.now())
        for draft_id in ids:
            results[draft_id] = _result(connection, call, draft_id, action, asked, free=free)
    runtime.announce_work()
    succeeded = sum(result["ok"] is True for result in results.values())
    return json_reply(
        {
            "action": action,
            "total": len(results),
            "succeeded": succeeded,
            "failed": len(results) - succeeded,
            "results": results,
        }
    )


def _ids(call: Call) -> list[str]:
    ids = texts(call.body, "ids", most=_MOST_IDS)
    if not ids:
        raise bad_request("ids is missing" if ids is None else "ids must not be empty")
    return list(dict.fromkeys(ids))


def _result(
    connection: Connection, call: Call, draft_id: str, action: str, asked: Asked, *, free: FreeSlots
) -> dict[str, object]:
    try:
        with connection.begin_nested():  # a refusal takes back what was written for this draft, and no more
            draft = find_draft(connection, workspace_id=call.workspace_id, draft_id=draft_id)
            take(connection, call.runtime, draft, action, asked, free=free)
    except ApiError as refusal:
        return {"ok": False, "error": refusal.message}
    return {"ok": True}
