"""Outputs: listing them, and approving them as Settings does."""

from attrs import frozen
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


@frozen
class Output:
    """One output, as approving and scheduling need it."""

    id: str
    content_id: str
    platform_id: str
    status: str


async def list_outputs(request: Request) -> Response:
    """Return all outputs of an upload (reference, "/api/v1/content/:id/outputs")."""
    workspace_id = workspace_of(request)
    with runtime_of(request).database.read() as connection:
        upload = find_upload(connection, workspace_id=workspace_id, content_id=request.path_params["id"])
        query = select(
            outputs.c.id,
            outputs.c.platform_id,
            outputs.c.format_name,
            outputs.c.content,
            outputs.c.voice_match_score,
            outputs.c.status,
            outputs.c.created_at,
        ).where(outputs.c.content_id == upload.id, outputs.c.workspace_id == workspace_id)
        items = [_on_the_wire(row) for row in connection.execute(query.order_by(outputs.c.seq)).mappings()]
    return JSONResponse({"items": items, "total": len(items)})


def find_output(connection: Connection, *, workspace_id: str, output_id: str) -> Output:
    """Return an output of this workspace.

    Raises:
        ApiError: 404, it has none of that id.
    """
    query = select(outputs.c.id, outputs.c.content_id, outputs.c.platform_id, outputs.c.status).where(
        outputs.c.id == output_id, outputs.c.workspace_id == workspace_id
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("Output")
    return Output(**row)


def approve(connection: Connection, *, workspace_id: str, output_id: str) -> None:
    """Approve a draft; one that is approved stays so.

    Raises:
        ApiError: 404, the workspace has no such output; 400, it is beyond approving.
    """
    output = find_output(connection, workspace_id=workspace_id, output_id=output_id)
    if output.status not in {DRAFT, APPROVED}:
        raise bad_request(f"Only a draft can be approved; this output is {output.status}")
    set_status(connection, output.id, APPROVED)


def set_status(connection: Connection, output_id: str, status: str) -> None:
    """Set an output's status; whether it may change is for the caller to know."""
    connection.execute(update(outputs).where(outputs.c.id == output_id).values(status=status))


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    return {**row, "created_at": wire_text(row["created_at"])}
