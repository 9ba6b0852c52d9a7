"""The operations of the Pandocast API, as its reference lists them (contract, section 1)."""

from starlette.routing import Route

from pandocast_server.pandocast.content import list_content, upload_content
from pandocast_server.pandocast.generating import generate_content
from pandocast_server.pandocast.outputs import list_outputs
from pandocast_server.pandocast.posts import schedule_output
from pandocast_server.routing import description, post

ROUTES = [
    Route("/content", list_content),
    post("/content/upload", upload_content),
    post("/content/{id:segment}/generate", generate_content),
    Route("/content/{id:segment}/outputs", list_outputs),
    post("/content/{id:segment}/schedule", schedule_output),
    Route("/openapi.yaml", description("pandocast"), name="get_openapi"),
]
