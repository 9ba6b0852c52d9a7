"""Outputs: listing them, and approving them as Settings does."""

from sqlalchemy import Connection, RowMapping, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.errors import bad_request, not_found
from pandocast_server.pandocast.content import find_upload
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.storage.tables import outputs
from pandocast_server.timestamps import wire_text

DRAFT = "draft"
APPROVED = "approved"
SCHEDULED = "scheduled"
PUBLISHED = "published"
FAILED = "failed"

_ON_THE_WIRE = (
    outputs.c.id,
    outputs.c.platform_id,
    outputs.c.format_name,
    outputs.c.content,
    outputs.c.voice_match_score,
    outputs.c.status,
    outputs.c.created_at,
)


async def list_outputs(request: Request) -> Response:
    """Return all outputs of an upload (reference, "/api/v1/content/:id/outputs")."""
    workspace_id, content_id = workspace_of(request), request.path_params["id"]
    query = select(*_ON_THE_WIRE).where(outputs.c.content_id == content_id).order_by(outputs.c.seq)
    with runtime_of(request).database.read() as connection:
        find_upload(connection, workspace_id=workspace_id, content_id=content_id)
        rows = connection.execute(query).mappings().all()
    items = [{**row, "created_at": wire_text(row["created_at"])} for row in rows]
    return JSONResponse({"items": items, "total": len(items)})


def find_output(connection: Connection, *, workspace_id: str, output_id: str) -> RowMapping:
    """Return an output of this workspace.

    Raises:
        ApiError: 404, it has none of that id.
    """
    query = select(outputs).where(outputs.c.id == output_id, outputs.c.workspace_id == workspace_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("Output")
    return row


def approve(connection: Connection, *, workspace_id: str, output_id: str) -> None:
    """Approve a draft; one that is approved stays so.

    Raises:
        ApiError: 404, the workspace has no such output; 400, it is beyond approving.
    """
    status = find_output(connection, workspace_id=workspace_id, output_id=output_id)["status"]
    if status not in {DRAFT, APPROVED}:
        raise bad_request(f"Only a draft can be approved; this output is {status}")
    set_status(connection, output_id, APPROVED)


def set_status(connection: Connection, output_id: str, status: str) -> None:
    """Set an output's status; whether it may change is for the caller to know."""
    connection.execute(update(outputs).where(outputs.c.id == output_id).values(status=status))
