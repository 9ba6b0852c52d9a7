"""The operations of the Pandocast API, as its reference lists them (contract, section 1)."""

from pandocast_server.pandocast.content import list_content, upload_content
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
)
