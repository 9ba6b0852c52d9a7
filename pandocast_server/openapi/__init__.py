"""The descriptions of the APIs, packaged with the server that answers as they say."""

from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response


@cache
def document(name: str = "pandocast") -> bytes:
    """Return the OpenAPI description of an API as it is packaged: YAML in UTF-8."""
    return files(__name__).joinpath(f"{name}.yaml").read_bytes()


def description(name: str) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler that serves a description."""

    async def describe(_request: Request) -> Response:
        return Response(document(name), media_type="application/yaml")

    return describe
