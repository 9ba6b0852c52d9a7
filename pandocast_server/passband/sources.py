"""Sources: where the pipeline gets its items from (reference, "Sources")."""

from typing import Final

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select, update

from pandocast_server.errors import bad_request, not_found
from pandocast_server.fields import optional_flag
from pandocast_server.passband.draft_fields import read_url
from pandocast_server.passband.feed_fetching import SourceError, fetch_entries
from pandocast_server.passband.feeds import Entry
from pandocast_server.passband.posting_times import forget_posting_times
from pandocast_server.passband.source_fields import read_config, read_name, read_type
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import items, sources
from pandocast_server.timestamps import maybe_wire_text, wire_text

_MOST_IN_A_TEST: Final = 10
_FAILING_FROM: Final = 5

_ITEM_COUNT = (
    select(func.count()).where(items.c.source_id == sources.c.id).correlate(sources).scalar_subquery()
)
_SELECT: Select[tuple[object, ...]] = select(sources, _ITEM_COUNT.label("item_count"))


def list_sources(call: Call) -> Reply:
    """Give all sources, newest first."""
    query = _SELECT.where(sources.c.workspace_id == call.workspace_id)
    with call.runtime.database.read() as connection:
        rows = connection.execute(query.order_by(sources.c.created_at.desc(), sources.c.seq.desc()))
        return json_reply([_on_the_wire(row) for row in rows.mappings()])


async def create_source(call: Call) -> Reply:
    """Add a source whose feed can be fetched and read at this moment; of any other, nothing is kept."""
    name = _required("name", read_name(call.body))
    source_type = _required("type", read_type(call.body))
    url = _required("url", read_url(call.body))
    config = read_config(call.body) or {}
    runtime = call.runtime
    try:
        await fetch_entries(source_type, url, private_targets=runtime.settings.allows_private_targets)
    except SourceError as error:
        raise bad_request(str(error)) from error
    source_id = runtime.identifiers.new("src")
    with runtime.database.write() as connection:
        now = runtime.clock.now()
        connection.execute(
            insert(sources).values(
                id=source_id,
                workspace_id=call.workspace_id,
                type=source_type,
                name=name,
                url=url,
                config=config,
                enabled=True,
                last_fetch=now,
                created_at=now,
                updated_at=now,
            )
        )
        return json_reply(_on_the_wire(_find(connection, call.workspace_id, source_id)))


def update_source(call: Call) -> Reply:
    """Change what is given; nothing is fetched, and another URL begins with good health."""
    given = {
        "name": read_name(call.body),
        "type": read_type(call.body),
        "url": read_url(call.body),
        "enabled": optional_flag(call.body, "enabled"),
        "config": read_config(call.body),
    }
    changes: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise bad_request(f"one of {', '.join(given)} must be given")
    source_id = call.path["id"]
    with call.runtime.database.write() as connection:
        before = _find(connection, call.workspace_id, source_id)
        if changes.get("url", before["url"]) != before["url"]:
            changes |= {"fail_count": 0, "last_error": None}
        changes["updated_at"] = call.runtime.clock.now()
        connection.execute(update(sources).where(sources.c.id == source_id).values(**changes))
        return json_reply(_on_the_wire(_find(connection, call.workspace_id, source_id)))


def delete_source(call: Call) -> Reply:
    """Delete a source and all that came of it: its items, their drafts, and what is known of those."""
    ours = delete(sources).where(sources.c.id == call.path["id"], sources.c.workspace_id == call.workspace_id)
    with call.runtime.database.write() as connection:
        # Engagement may go with the drafts. First, as everybody who needs the workspace's lock takes it
        # before those of rows.
        forget_posting_times(connection, workspace_id=call.workspace_id)
        if connection.execute(ours).rowcount == 0:
            raise not_found("Source")
    return json_reply({"ok": True})


async def test_source(call: Call) -> Reply:
    """Fetch a source and tell what it has, or why it has nothing; neither changes anything."""
    runtime = call.runtime
    with runtime.database.read() as connection:
        source = _find(connection, call.workspace_id, call.path["id"])
    try:
        entries = await fetch_entries(
            source["type"], source["url"], private_targets=runtime.settings.allows_private_targets
        )
    except SourceError as error:
        return json_reply({"ok": False, "items": [], "error": str(error)})
    return json_reply({"ok": True, "items": [_tested(entry) for entry in entries[:_MOST_IN_A_TEST]]})


def _required(name: str, value: str | None) -> str:
    if value is None:
        raise bad_request(f"{name} is missing")
    return value


def _find(connection: Connection, workspace_id: str, source_id: str) -> RowMapping:
    query = _SELECT.where(sources.c.id == source_id, sources.c.workspace_id == workspace_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("Source")
    return row


def _tested(entry: Entry) -> dict[str, object]:
    item: dict[str, object] = {"title": entry.title, "link": entry.link or ""}
    return item if entry.published is None else {**item, "publishedAt": wire_text(entry.published)}


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    return {
        "id": row["id"],
        "type": row["type"],
        "name": row["name"],
        "url": row["url"],
        "config": row["config"],
        "enabled": row["enabled"],
        "lastFetch": maybe_wire_text(row["last_fetch"]),
        "health": _health(row["fail_count"]),
        "failCount": row["fail_count"],
        "lastError": row["last_error"],
        "createdAt": wire_text(row["created_at"]),
        "updatedAt": wire_text(row["updated_at"]),
        "itemCount": row["item_count"],
    }


def _health(failures_in_a_row: int) -> str:
    if failures_in_a_row >= _FAILING_FROM:
        return "failing"
    return "degraded" if failures_in_a_row else "healthy"
