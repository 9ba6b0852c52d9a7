"""The route table of Pandocast, the only one in the SDK.

Reference: "Endpoints".
"""

from collections.abc import Mapping

from pandocast_sdk._core.requests.operation import RouteSpec

ROUTES: Mapping[str, RouteSpec] = {
    route.operation_id: route
    for route in (
        RouteSpec("list_content", "GET", "/content", 200),
        RouteSpec("upload_content", "POST", "/content/upload", 201),
        RouteSpec("generate_content", "POST", "/content/{id}/generate", 202),
        RouteSpec("list_outputs", "GET", "/content/{id}/outputs", 200),
        RouteSpec("schedule_output", "POST", "/content/{id}/schedule", 201),
    )
}
