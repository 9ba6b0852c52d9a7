"""Custom requests: any request to the service, with the client's key, pacing and retries."""

import json
import re
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._core.requests.argument_types import check_is_a, optional_members, string
from pandocast_sdk._core.requests.headers import Headers
from pandocast_sdk._core.requests.operation import Operation, query_string
from pandocast_sdk._core.requests.values import json_bytes, without_not_given

__all__ = ["Response"]

_METHOD = re.compile(r"[A-Z]{1,20}")
_PATH = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")  # RFC 3986, 3.3


@frozen
class Response:
    """A response as it came, with a status from 200 to 299.

    Attributes:
        status_code: The HTTP status.
        headers: The headers; look-ups ignore case.
        content: The body.
    """

    status_code: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text, without a byte-order mark; bytes that are not UTF-8 are replaced."""
        return self.content.decode("utf-8-sig", "replace")

    def json(self) -> object:
        """Return the decoded body.

        Raises:
            ValueError: The body is not JSON.
        """
        return json.loads(self.content)


def custom_request(
    method: str,
    path: str,
    *,
    params: Mapping[str, str | float | Sequence[str | float] | None] | None,
    body: Mapping[str, object] | Sequence[object] | None,
) -> Operation[Response]:
    """Return the operation for a custom request.

    Raises:
        ValueError: The method is none, the path is not an absolute, escaped path without dot segments, or the
            body is a string; or a value has no form in a query or in JSON.
    """
    if isinstance(body, str | bytes):
        raise ValueError("the body must be an object or an array, not a string")  # noqa: TRY004 - like any wrong value
    check_is_a(Mapping | Sequence | None, "json", "a dictionary or a list", body)
    verb = string("method", method).upper()
    if not _METHOD.fullmatch(verb):
        raise ValueError(f"not an HTTP method: {method!r}")
    if not _PATH.fullmatch(string("path", path)) or path.startswith("//"):
        raise ValueError(
            "path must begin with one slash and be escaped; queries go into params, not into the path"
        )
    if {".", ".."} & set(re.sub("%2[eE]", ".", path).split("/")):
        raise ValueError("path must not have the segments '.' or '..'")
    content = None if body is None else _content(body)
    return Operation(
        "request", verb, path, _read, query_string(optional_members("params", params) or {}), content
    )


def _content(body: object) -> bytes:
    try:
        return json_bytes(without_not_given(body))
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None


def _read(response: WireResponse) -> Response:
    return Response(response.status, Headers(response.headers), response.body)
