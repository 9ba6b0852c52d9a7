"""The timeout of an attempt and the deadline of a call, against a server that is slow.

Where the outcome is asserted, the timeout is long enough to send the request from a busy machine.
"""

import pytest
from support.loopback import FLAVOURS, Conversation, always, call, http, loopback, never_respond

from pandocast_sdk import APITimeoutError, DeadlineExceededError

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)


@EVERY_FLAVOUR
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_never_responds_times_out(flavour: str, method: str) -> None:
    with loopback(never_respond) as server, pytest.raises(APITimeoutError) as caught:
        call(flavour, server.url, method, timeout=1.0)
    assert caught.value.outcome_unknown is (method == "POST")


@EVERY_FLAVOUR
def test_timeouts_have_the_same_text_each_time(flavour: str) -> None:
    """By which trackers of errors know that they are the same."""

    def text(url: str) -> str:
        with pytest.raises(APITimeoutError) as caught:
            call(flavour, url, timeout=0.2)
        return str(caught.value)

    with loopback(never_respond) as server:
        assert text(server.url) == text(server.url)
        assert "scope" not in text(server.url)


def send_the_body_slowly(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    conversation.drip(b" " * 1000, every=0.02)


def send_the_headers_slowly(conversation: Conversation) -> None:
    conversation.read_request()
    conversation.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    conversation.drip(b"x" * 1000, every=0.02)


@EVERY_FLAVOUR
def test_a_slow_body_does_not_outlast_the_timeout(flavour: str) -> None:
    with loopback(send_the_body_slowly) as server, pytest.raises(APITimeoutError):
        call(flavour, server.url, timeout=0.3)


@EVERY_FLAVOUR
def test_a_slow_body_does_not_outlast_the_deadline(flavour: str) -> None:
    with loopback(send_the_body_slowly) as server, pytest.raises(DeadlineExceededError) as caught:
        call(flavour, server.url, "POST", deadline=1.0)
    assert caught.value.outcome_unknown


@pytest.mark.parametrize("flavour", [flavour for flavour in FLAVOURS if flavour != "sync"])
def test_slow_headers_do_not_outlast_the_timeout(flavour: str) -> None:
    """A blocking read cannot be stopped between two pieces of the headers; an awaited one is cancelled."""
    with loopback(send_the_headers_slowly) as server, pytest.raises(APITimeoutError) as caught:
        call(flavour, server.url, "POST", timeout=1.0)
    assert caught.value.outcome_unknown


@EVERY_FLAVOUR
def test_the_phases_of_an_attempt_share_its_timeout(flavour: str) -> None:
    """The headers and the body come too late together, and each of them in time."""

    def respond_in_two_halves(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.wait(0.7)
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        conversation.wait(0.7)
        conversation.send(b"{}")

    with loopback(respond_in_two_halves) as server, pytest.raises(APITimeoutError):
        call(flavour, server.url, timeout=1.0)


@EVERY_FLAVOUR
def test_a_timeout_of_centuries_is_accepted(flavour: str) -> None:
    with loopback(always(http("200 OK"))) as server:
        assert call(flavour, server.url, timeout=1e12).status_code == 200
