"""Content: listing uploads, taking new ones, and reading one as its other rules need it."""

from collections.abc import Mapping

from attrs import frozen
from sqlalchemy import Connection, bindparam, func, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.delivery.events import record_event
from pandocast_server.errors import not_found
from pandocast_server.json_body import read_body
from pandocast_server.pandocast.models import ContentQuery, UploadBody
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.storage.tables import content
from pandocast_server.timestamps import wire_text
from pandocast_server.validation import read_query
from pandocast_server.work.queue import enqueue

ANALYZING = "analyzing"
ANALYZED = "analyzed"
GENERATING = "generating"
GENERATED = "generated"
FAILED = "failed"

ANALYSIS = "analysis"

# Built once: clients that wait for a status ask again and again, and building takes longer than asking.
_IS_OURS = content.c.workspace_id == bindparam("workspace_id")
_TOTAL = select(func.count()).select_from(content).where(_IS_OURS)
_PAGE = (
    select(content.c.id, content.c.title, content.c.content_type, content.c.status, content.c.created_at)
    .where(_IS_OURS)
    .order_by(content.c.created_at.desc(), content.c.seq.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


@frozen
class Upload:
    """One upload, as generating and scheduling need it."""

    id: str
    title: str
    status: str
    analysis: str | None


async def list_content(request: Request) -> Response:
    """Return a page of uploads, newest first, and the total at that moment (reference, "/api/v1/content")."""
    query, workspace_id = read_query(request, ContentQuery), workspace_of(request)
    page = {"workspace_id": workspace_id, "limit": query.limit, "offset": query.offset}
    with runtime_of(request).database.read() as connection:
        total = connection.execute(_TOTAL, {"workspace_id": workspace_id}).scalar_one()
        rows = connection.execute(_PAGE, page).all()
    items = [
        {
            "id": content_id,
            "title": title,
            "content_type": content_type,
            "status": status,
            "created_at": wire_text(created_at),
        }
        for content_id, title, content_type, status, created_at in rows
    ]
    return JSONResponse({"items": items, "total": total, "has_more": query.offset + len(items) < total})


async def upload_content(request: Request) -> Response:
    """Take new content and have it analysed (reference, "/api/v1/content/upload")."""
    body = await read_body(request, UploadBody)
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    content_id = runtime.identifiers.new()
    with runtime.database.write() as connection:
        # Read under the lock: rows that commit one after the other have times in the same order.
        created_at = runtime.clock.now()
        connection.execute(
            insert(content).values(
                id=content_id,
                workspace_id=workspace_id,
                title=body.title,
                content_type=body.content_type,
                raw_content=body.raw_content,
                status=ANALYZING,
                created_at=created_at,
            )
        )
        about = {"content_id": content_id, "title": body.title, "content_type": body.content_type}
        record_event(connection, runtime, workspace_id=workspace_id, type="content.uploaded", data=about)
        enqueue(connection, runtime, workspace_id=workspace_id, kind=ANALYSIS, subject_id=content_id)
    runtime.announce_work()
    return JSONResponse(
        {
            "id": content_id,
            "title": body.title,
            "content_type": body.content_type,
            "status": ANALYZING,
            "created_at": wire_text(created_at),
        },
        status_code=201,
    )


def find_upload(connection: Connection, *, workspace_id: str, content_id: str) -> Upload:
    """Return an upload of this workspace.

    Raises:
        ApiError: 404, it has none of that id.
    """
    query = select(content.c.id, content.c.title, content.c.status, content.c.analysis).where(
        content.c.id == content_id, content.c.workspace_id == workspace_id
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("Content")
    return Upload(**row)


def move(connection: Connection, content_id: str, *, before: str, after: Mapping[str, object]) -> bool:
    """Set the columns `after` of an upload that is in status `before`, and tell whether it was."""
    moved = update(content).where(content.c.id == content_id, content.c.status == before).values(**after)
    return connection.execute(moved).rowcount == 1
