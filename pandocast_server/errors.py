"""Refusals, and the one envelope in which they leave (reference, "Error Codes")."""

from collections.abc import Mapping

from attrs import frozen

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


@frozen
class ErrorBody:
    """The body of every refusal."""

    error: str
    code: str
    status: int

    @classmethod
    def of(cls, status: int, message: str) -> "ErrorBody":
        """Give the body for a status; one outside the table is named by its number."""
        return cls(message, CODES.get(status, f"status_{status}"), status)


def bad_request(message: str) -> ApiError:
    """400: the body, a parameter, or the state it meets, breaks a rule."""
    return ApiError(400, message)


def conflict(message: str) -> ApiError:
    """409: the state does not allow it (Passband; Pandocast answers 400)."""
    return ApiError(409, message)


def not_found(what: str) -> ApiError:
    """404: it does not exist, or belongs to another workspace, which is told the same way."""
    return ApiError(404, f"{what} not found")
