"""Content: listing uploads, taking new ones, and analysing them (contract, "Life of an upload")."""

import logging
from functools import partial
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.delivery.events import record_event
from pandocast_server.errors import not_found
from pandocast_server.json_body import read_body
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import content
from pandocast_server.timestamps import wire_text
from pandocast_server.validation import Digits, RequestModel, Text, read_query
from pandocast_server.work.queue import Job, enqueue
from pandocast_server.work.worker import Outcome

ANALYZING = "analyzing"
ANALYZED = "analyzed"
GENERATING = "generating"
GENERATED = "generated"
FAILED = "failed"

ANALYSIS = "analysis"

_LOG = logging.getLogger(__name__)

_UNFORESEEN = "The content could not be analysed"

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


class ContentQuery(RequestModel):
    """Which page of uploads."""

    limit: Annotated[int, Digits(1, 100)] = 20
    offset: Annotated[int, Digits(0, 2**63 - 1)] = 0


class UploadBody(RequestModel):
    """New content."""

    title: Annotated[Text, Field(max_length=300)]
    content_type: Annotated[Text, Field(max_length=50)]
    raw_content: Annotated[Text, Field(max_length=1_000_000)]


async def list_content(request: Request) -> Response:
    """Return a page of uploads, newest first, and the total at that moment (reference, "/api/v1/content")."""
    query = read_query(request, ContentQuery)
    page = {"workspace_id": workspace_of(request), "limit": query.limit, "offset": query.offset}
    with runtime_of(request).database.read() as connection:
        total = connection.execute(_TOTAL, page).scalar_one()
        rows = connection.execute(_PAGE, page).all()
    items = [
        {
            "id": content_id,
            "title": title,
            "content_type": type_,
            "status": status,
            "created_at": wire_text(at),
        }
        for content_id, title, type_, status, at in rows
    ]
    return JSONResponse({"items": items, "total": total, "has_more": query.offset + len(items) < total})


async def upload_content(request: Request) -> Response:
    """Take new content and have it analysed (reference, "/api/v1/content/upload")."""
    body = await read_body(request, UploadBody)
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    about = {"title": body.title, "content_type": body.content_type}
    row = {"id": runtime.identifiers.new(), **about, "status": ANALYZING}
    with runtime.database.write() as connection:
        # Read under the lock: rows that commit one after the other have times in the same order.
        created_at = runtime.clock.now()
        more = {"workspace_id": workspace_id, "raw_content": body.raw_content, "created_at": created_at}
        connection.execute(insert(content).values(**row, **more))
        data = {"content_id": row["id"], **about}
        record_event(connection, runtime, workspace_id=workspace_id, type="content.uploaded", data=data)
        enqueue(connection, runtime, workspace_id=workspace_id, kind=ANALYSIS, subject_id=row["id"])
    runtime.announce_work()
    return JSONResponse({**row, "created_at": wire_text(created_at)}, status_code=201)


def find_upload(connection: Connection, *, workspace_id: str, content_id: str) -> RowMapping:
    """Return the id, title, status and analysis of an upload.

    Raises:
        ApiError: 404, the workspace has none of that id.
    """
    query = select(content.c.id, content.c.title, content.c.status, content.c.analysis).where(
        content.c.id == content_id, content.c.workspace_id == workspace_id
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("Content")
    return row


def move(connection: Connection, content_id: str, before: str, after: str, **values: str) -> bool:
    """Move an upload from status `before` to `after`, set some columns, and return whether it was in it."""
    is_it = (content.c.id == content_id, content.c.status == before)
    return connection.execute(update(content).where(*is_it).values(status=after, **values)).rowcount == 1


def analyse(runtime: Runtime, job: Job) -> Outcome | None:
    """Analyse an upload: it ends as `analyzed`, or as `failed` whatever the reason."""
    with runtime.database.read() as connection:
        query = select(content.c.raw_content, content.c.title).where(content.c.id == job.subject_id)
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if runtime.failures.take(job.workspace_id, ANALYSIS):
        return Outcome(partial(_fail, job, "Analysis failed (injected)"))
    try:
        analysis = runtime.generator.analyze(row.raw_content, row.title).to_json()
    except Exception:  # noqa: BLE001 - whatever a generator raises is its upload's failure, not the server's
        _LOG.exception("analysing %s failed", job.subject_id)
        return Outcome(partial(_fail, job, _UNFORESEEN))
    return Outcome(partial(_record_analysis, runtime, job, row.title, analysis))


def give_up_analysis(connection: Connection, _runtime: Runtime, job: Job) -> None:
    """Write that an upload's analysis could not be brought to any end."""
    _fail(job, _UNFORESEEN, connection)


def _fail(job: Job, error: str, connection: Connection) -> None:
    move(connection, job.subject_id, ANALYZING, FAILED, error=error)


def _record_analysis(runtime: Runtime, job: Job, title: str, analysis: str, connection: Connection) -> None:
    if move(connection, job.subject_id, ANALYZING, ANALYZED, analysis=analysis):
        data = {"content_id": job.subject_id, "title": title}
        record_event(connection, runtime, workspace_id=job.workspace_id, type="content.analyzed", data=data)
