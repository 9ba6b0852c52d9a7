"""Refusals, and the one envelope in which they leave (reference, "Error Codes").

Handlers raise and `EXCEPTION_HANDLERS` answer; middleware in front of them sends the same `error_response`.
"""

from collections.abc import Mapping
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ExceptionHandler

CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "payload_too_large",
    429: "rate_limited",
    500: "internal_error",
    502: "bad_gateway",
    503: "service_unavailable",
    504: "gateway_timeout",
}


class ApiError(Exception):
    """A request is refused: the status, and a sentence that says which rule was broken."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers: Mapping[str, str] = {} if headers is None else headers


def bad_request(message: str) -> ApiError:
    """400: the body, a parameter, or the state it meets, breaks a rule."""
    return ApiError(400, message)


def conflict(message: str) -> ApiError:
    """409: the state does not allow it (Passband; Pandocast answers 400)."""
    return ApiError(409, message)


def not_found(what: str) -> ApiError:
    """404: it does not exist, or belongs to another workspace, which looks the same."""
    return ApiError(404, f"{what} not found")


def error_response(error: ApiError) -> Response:
    """Return the response to a refused request; a status outside the table is named by its number."""
    code = CODES.get(error.status, f"status_{error.status}")
    body = {"error": error.message, "code": code, "status": error.status}
    return JSONResponse(body, error.status, error.headers)


async def _refuse(_request: Request, error: Exception) -> Response:
    return error_response(cast("ApiError", error))


async def _refuse_route(_request: Request, error: Exception) -> Response:
    refusal = cast("HTTPException", error)
    if refusal.status_code == 404:
        return error_response(not_found("Route"))
    allowed = set((refusal.headers or {})["Allow"].split(", "))
    methods = sorted(allowed | {"HEAD"} if "GET" in allowed else allowed)
    message = f"This path has {' and '.join(methods)} only"
    return error_response(ApiError(405, message, {"Allow": ", ".join(methods)}))


EXCEPTION_HANDLERS: Mapping[type[Exception], ExceptionHandler] = {
    ApiError: _refuse,
    HTTPException: _refuse_route,  # what Starlette's own routing raises: 404 and 405
}
