"""Judges exchanges by openapi-core, another reader of the OpenAPI documents.

Only the session `openapi_core` installs it.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qs

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.testing import MockRequest, MockResponse
from support.openapi_document import mount_of
from support.openapi_judge import FAULT_HEADER

from pandocast_server.routing import document

_CONFIG = Config(
    extra_media_type_deserializers={"text/calendar": bytes.decode, "application/yaml": yaml.safe_load}
)
_DOCUMENTS = {
    "/api/v1": OpenAPI.from_dict(yaml.safe_load(document("pandocast")), config=_CONFIG),
    "/passband/v1": OpenAPI.from_dict(yaml.safe_load(document("passband")), config=_CONFIG),
}
Headers = Sequence[tuple[bytes, bytes]]


def faults(
    method: str,
    path: str,
    query: bytes,
    sent: tuple[Headers, bytes],
    received: tuple[int, Headers, bytes],
) -> Iterator[str]:
    """Name what is wrong with a response, and with a request that was accepted.

    Which paths and methods there are is the other judge's to decide.
    """
    status, response_headers, response_body = received
    values = _by_name(response_headers)
    if method == "HEAD" or FAULT_HEADER in values:
        return
    description = _DOCUMENTS[mount_of(path) or ""]
    request_headers, request_body = sent
    headers = _by_name(request_headers)
    request = MockRequest(
        "http://localhost",
        method.lower(),
        path,
        args=parse_qs(query.decode(), keep_blank_values=True),
        headers=headers,
        data=request_body or None,
        content_type=headers.get("content-type", "application/json").partition(";")[0],
    )
    media_type = values.get("content-type", "").partition(";")[0]
    response = MockResponse(response_body, status, headers=values, content_type=media_type)
    try:
        if status < 300:
            description.validate_request(request)
        description.validate_response(request, response)
    except PathError:
        return
    except OpenAPIError as error:
        yield f"openapi-core, {method} {path}, {status}: {error} {error.__cause__ or ''}"


def _by_name(headers: Headers) -> Mapping[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
