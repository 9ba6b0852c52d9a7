"""Sources: where the pipeline gets its items from (reference, "Sources")."""

from typing import Final

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.errors import bad_request, not_found
from pandocast_server.json_body import read_body
from pandocast_server.passband.sources.feeds import Entry, SourceError, fetch_entries
from pandocast_server.passband.sources.models import SourceBody, SourceUpdate
from pandocast_server.passband.wire import camel
from pandocast_server.routing import Endpoint, post, runtime_of, workspace_of
from pandocast_server.storage.passband_tables import items, sources
from pandocast_server.timestamps import wire_text

_MOST_IN_A_TEST: Final = 10
_FAILING_FROM: Final = 5

_ITEM_COUNT = (
    select(func.count()).where(items.c.source_id == sources.c.id).correlate(sources).scalar_subquery()
)
_SELECT: Select[tuple[object, ...]] = select(sources, _ITEM_COUNT.label("item_count"))


class Sources(Endpoint):
    """The sources of the workspace."""

    async def get(self, request: Request) -> Response:
        """Return all sources, newest first."""
        query = _SELECT.where(sources.c.workspace_id == workspace_of(request))
        with runtime_of(request).database.read() as connection:
            rows = connection.execute(query.order_by(sources.c.created_at.desc(), sources.c.seq.desc()))
            return JSONResponse([_on_the_wire(row) for row in rows.mappings()])

    async def post(self, request: Request) -> Response:
        """Add a source whose feed can be fetched and read at this moment; of any other, nothing is kept."""
        body = await read_body(request, SourceBody)
        runtime, workspace_id = runtime_of(request), workspace_of(request)
        try:
            await fetch_entries(body.type, body.url, private_targets=runtime.settings.allows_private_targets)
        except SourceError as error:
            raise bad_request(str(error)) from error
        source_id = runtime.identifiers.new("src")
        with runtime.database.write() as connection:
            now = runtime.clock.now()
            connection.execute(
                insert(sources).values(
                    id=source_id,
                    workspace_id=workspace_id,
                    type=body.type,
                    name=body.name,
                    url=body.url,
                    config={} if body.config is None else body.config.as_given(),
                    enabled=True,
                    last_fetch=now,
                    created_at=now,
                    updated_at=now,
                )
            )
            return JSONResponse(_on_the_wire(_find(connection, workspace_id, source_id)), status_code=201)


class OneSource(Endpoint):
    """A source."""

    async def patch(self, request: Request) -> Response:
        """Change what is given; nothing is fetched, and another URL begins with good health."""
        changes = (await read_body(request, SourceUpdate, may_be_empty=True)).changes()
        runtime, workspace_id = runtime_of(request), workspace_of(request)
        source_id = request.path_params["id"]
        with runtime.database.write() as connection:
            before = _find(connection, workspace_id, source_id)
            if changes.get("url", before["url"]) != before["url"]:
                changes |= {"fail_count": 0, "last_error": None}
            changes["updated_at"] = runtime.clock.now()
            connection.execute(update(sources).where(sources.c.id == source_id).values(**changes))
            return JSONResponse(_on_the_wire(_find(connection, workspace_id, source_id)))

    async def delete(self, request: Request) -> Response:
        """Delete a source and all that came of it: its items, their drafts, and what is known of those."""
        workspace_id, source_id = workspace_of(request), request.path_params["id"]
        ours = delete(sources).where(sources.c.id == source_id, sources.c.workspace_id == workspace_id)
        with runtime_of(request).database.write() as connection:
            if connection.execute(ours).rowcount == 0:
                raise not_found("Source")
        return JSONResponse({"ok": True})


async def test_source(request: Request) -> Response:
    """Fetch a source and return what it has, or why it has nothing; neither changes anything."""
    runtime = runtime_of(request)
    with runtime.database.read() as connection:
        source = _find(connection, workspace_of(request), request.path_params["id"])
    try:
        entries = await fetch_entries(
            source["type"], source["url"], private_targets=runtime.settings.allows_private_targets
        )
    except SourceError as error:
        return JSONResponse({"ok": False, "items": [], "error": str(error)})
    return JSONResponse({"ok": True, "items": [_tested(entry) for entry in entries[:_MOST_IN_A_TEST]]})


ROUTES = [
    Route("/sources", Sources),
    Route("/sources/{id:segment}", OneSource),
    post("/sources/{id:segment}/test", test_source),
]


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
    names = (
        "id type name url config enabled last_fetch fail_count last_error created_at updated_at item_count"
    )
    return {**camel(row, names), "health": _health(row["fail_count"])}


def _health(failures_in_a_row: int) -> str:
    if failures_in_a_row >= _FAILING_FROM:
        return "failing"
    return "degraded" if failures_in_a_row else "healthy"
