"""Response hooks of a caller's client that raise, as by `raise_for_status`: the status decides, as ever."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from support import caller_clients
from support.loopback import FLAVOURS, KEY, Conversation, ReceivedRequest, always, call, http, loopback

from pandocast_sdk import (
    APIConnectionError,
    APIStatusError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    PandocastError,
    RateLimitError,
)

library = caller_clients.library
EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)
BODY = b'{"error": "No such title", "code": "bad_title", "status": 400}'


def hooks(flavour: str, look: Callable[[Any], None], *, read: bool = False) -> Mapping[str, Any]:
    """Return the arguments of a client with a response hook, which may read the response first."""

    def hook(response: Any) -> None:
        if read:
            response.read()
        look(response)

    async def async_hook(response: Any) -> None:
        if read:
            await response.aread()
        look(response)

    return {"event_hooks": {"response": [hook if flavour == "sync" else async_hook]}}


def raise_for_status(response: Any) -> None:
    response.raise_for_status()


def close_after(response: bytes) -> Callable[[Conversation], None]:
    def script(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(response)

    return script


def error_of(
    flavour: str, response: bytes, http_client: Mapping[str, Any], method: str = "POST", retries: int = 0
) -> tuple[PandocastError, list[ReceivedRequest]]:
    with loopback(always(response)) as server, pytest.raises(PandocastError) as caught:
        call(flavour, server.url, method, max_retries=retries, http_client=http_client)
    return caught.value, server.requests


@EVERY_FLAVOUR
@pytest.mark.parametrize(
    ("status", "kind", "unknown"),
    [
        ("302 Found", APIStatusError, True),
        ("400 Bad Request", BadRequestError, False),
        ("409 Conflict", ConflictError, False),
        ("429 Too Many Requests", RateLimitError, False),
        ("500 Internal Server Error", InternalServerError, True),
        ("503 Service Unavailable", InternalServerError, True),
    ],
)
def test_a_write_has_the_error_of_its_status(
    flavour: str, status: str, kind: type[APIStatusError], *, unknown: bool
) -> None:
    response = http(status, BODY, "Location: /elsewhere", "X-Sent: yes")
    error, requests = error_of(flavour, response, hooks(flavour, raise_for_status))
    assert isinstance(error, kind)
    assert (error.status_code, error.outcome_unknown) == (int(status[:3]), unknown)
    assert error.headers["x-sent"] == "yes"
    assert error.message == f"the server responded with status {status[:3]}"
    assert len(requests) == 1


@EVERY_FLAVOUR
def test_what_the_hook_has_read_is_in_the_error(flavour: str) -> None:
    error, _ = error_of(flavour, http("400 No", BODY), hooks(flavour, raise_for_status, read=True))
    assert isinstance(error, BadRequestError)
    assert (error.message, error.code) == ("No such title", "bad_title")


@EVERY_FLAVOUR
@pytest.mark.parametrize(("status", "sends"), [("404 Not Found", 1), ("503 Service Unavailable", 3)])
def test_a_read_is_sent_again_as_its_status_says(flavour: str, status: str, sends: int) -> None:
    error, requests = error_of(flavour, http(status), hooks(flavour, raise_for_status), "GET", retries=2)
    assert isinstance(error, APIStatusError)
    assert len(requests) == sends


@EVERY_FLAVOUR
def test_a_success_passes_the_hook(flavour: str) -> None:
    with loopback(always(http("200 OK", b'{"a": 1}'))) as server:
        found = call(flavour, server.url, http_client=hooks(flavour, raise_for_status)).json()
    assert found == {"a": 1}


@EVERY_FLAVOUR
@pytest.mark.parametrize("read", [True, False])
def test_a_hook_that_rejects_a_success_needs_to_have_read_it(flavour: str, *, read: bool) -> None:
    def reject(response: Any) -> None:
        raise library.HTTPStatusError("I like it not", request=response.request, response=response)

    arguments = hooks(flavour, reject, read=read)
    if read:
        with loopback(always(http("200 OK", b'{"a": 1}'))) as server:
            assert call(flavour, server.url, http_client=arguments).json() == {"a": 1}
    else:
        error, _ = error_of(flavour, http("200 OK", b'{"a": 1}'), arguments)
        assert isinstance(error, APIConnectionError)
        assert error.outcome_unknown


@EVERY_FLAVOUR
def test_the_status_of_another_request_decides_nothing(flavour: str) -> None:
    """As when a hook asks elsewhere for a token, and that fails."""

    def ask_elsewhere(_response: Any) -> None:
        other = library.Request("GET", "https://tokens.example")
        library.Response(404, request=other).raise_for_status()

    error, requests = error_of(flavour, http("201 Created"), hooks(flavour, ask_elsewhere))
    assert isinstance(error, APIConnectionError)
    assert error.outcome_unknown
    assert len(requests) == 1


@EVERY_FLAVOUR
def test_any_other_error_of_a_hook_is_the_callers_own(flavour: str) -> None:
    class OwnError(Exception):
        pass

    def fail(_response: Any) -> None:
        raise OwnError

    with loopback(always(http("400 No"))) as server, pytest.raises(OwnError):
        call(flavour, server.url, http_client=hooks(flavour, fail))
    assert len(server.requests) == 1


@EVERY_FLAVOUR
@pytest.mark.parametrize(
    "own_error", [library.ConnectError, library.PoolTimeout, library.ReadTimeout, TimeoutError, OSError]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_error_of_a_request_by_the_hook_is_not_of_the_call(
    flavour: str, own_error: type[Exception], method: str
) -> None:
    """No connection elsewhere does not mean that none was made here: the write was carried out."""

    def ask_elsewhere(_response: Any) -> None:
        error = own_error("elsewhere")
        if isinstance(error, library.HTTPError):
            error.request = library.Request("GET", "https://tokens.example")
        raise error

    arguments = hooks(flavour, ask_elsewhere)
    with loopback(always(http("201 Created"))) as server, pytest.raises(own_error, match="elsewhere"):
        call(flavour, server.url, method, max_retries=2, http_client=arguments)
    assert len(server.requests) == 1


@EVERY_FLAVOUR
def test_a_connection_that_breaks_while_the_hook_reads_is_of_the_call(flavour: str) -> None:
    response = http("201 Created", BODY).replace(b"Content-Length: ", b"Content-Length: 9")
    arguments = hooks(flavour, lambda _response: None, read=True)
    with loopback(close_after(response)) as server, pytest.raises(APIConnectionError) as caught:
        call(flavour, server.url, "POST", max_retries=2, http_client=arguments)
    assert caught.value.outcome_unknown
    assert len(server.requests) == 1


@EVERY_FLAVOUR
def test_the_error_does_not_lead_to_the_key(flavour: str) -> None:
    error, _ = error_of(flavour, http("400 No"), hooks(flavour, raise_for_status))
    assert error.__cause__ is error.__context__ is None
    assert KEY not in repr(vars(error))
