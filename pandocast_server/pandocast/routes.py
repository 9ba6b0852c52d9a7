"""The operations of the Pandocast API, as its reference lists them (contract, section 1)."""

from pandocast_server.pandocast.content import list_content, upload_content
from pandocast_server.pandocast.generating import generate_content
from pandocast_server.pandocast.outputs import list_outputs
from pandocast_server.pandocast.posts import schedule_output
from pandocast_server.routing import Route

ROUTES = (
    Route(operation_id="list_content", method="GET", path="/content", success=200, handler=list_content),
    Route(
        operation_id="upload_content",
        method="POST",
        path="/content/upload",
        success=201,
        handler=upload_content,
    ),
    Route(
        operation_id="generate_content",
        method="POST",
        path="/content/{id}/generate",
        success=202,
        handler=generate_content,
    ),
    Route(
        operation_id="list_outputs",
        method="GET",
        path="/content/{id}/outputs",
        success=200,
        handler=list_outputs,
    ),
    Route(
        operation_id="schedule_output",
        method="POST",
        path="/content/{id}/schedule",
        success=201,
        handler=schedule_output,
    ),
)
