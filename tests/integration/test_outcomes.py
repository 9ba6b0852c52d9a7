"""Calls that fail: what is retried, and whether the outcome is known, through both clients."""

from socket import socket
from urllib.parse import urlsplit

import pytest
from support.flavours import Client, Connect

from pandocast_sdk import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    DeadlineExceededError,
    InternalServerError,
    PandocastError,
    RateLimitError,
    RateLimitPolicy,
)
from pandocast_server.testing import ReferenceServer

UPLOAD = ("POST", "/content/upload")
LIST = ("GET", "/content")


def sent(server: ReferenceServer, method: str) -> int:
    return sum(request.method == method for request in server.requests)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("after_commit", [False, True])
def test_a_write_that_failed_with_a_5xx_is_not_retried(
    client: Client, pandocast_server: ReferenceServer, status: int, *, after_commit: bool
) -> None:
    pandocast_server.faults.add(*UPLOAD, status=status, after_commit=after_commit)
    with pytest.raises(InternalServerError) as caught:
        client.upload()
    assert caught.value.outcome_unknown
    assert caught.value.status_code == status
    assert caught.value.request.operation == "upload_content"
    assert sent(pandocast_server, "POST") == 1
    assert len(client.ids()) == after_commit


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_write_whose_response_is_lost_is_not_retried(
    client: Client, pandocast_server: ReferenceServer, *, after_commit: bool
) -> None:
    client.ids()  # so that the write goes over a connection that is open
    pandocast_server.faults.add(*UPLOAD, drop=True, after_commit=after_commit)
    with pytest.raises(APIConnectionError) as caught:
        client.upload()
    assert caught.value.outcome_unknown
    assert sent(pandocast_server, "POST") == 1
    assert len(client.ids()) == after_commit


def test_a_write_that_times_out_has_an_unknown_outcome(
    connect: Connect, pandocast_server: ReferenceServer
) -> None:
    pandocast_server.faults.add(*UPLOAD, delay=60)
    with connect(pandocast_server, timeout=1.5) as client, pytest.raises(APITimeoutError) as caught:
        client.upload()
    assert caught.value.outcome_unknown
    assert sent(pandocast_server, "POST") == 1


def test_a_rejected_write_has_a_known_outcome(client: Client) -> None:
    with pytest.raises(APIStatusError) as caught:
        client.upload(title="")
    assert not caught.value.outcome_unknown


def test_a_write_with_a_429_is_retried(client: Client, pandocast_server: ReferenceServer) -> None:
    pandocast_server.faults.add(*UPLOAD, status=429, retry_after=1)
    client.upload()
    assert sent(pandocast_server, "POST") == 2
    assert len(client.ids()) == 1


@pytest.mark.parametrize("status", [408, 500, 503, None])
def test_a_read_is_retried(client: Client, pandocast_server: ReferenceServer, status: int | None) -> None:
    client.upload()
    pandocast_server.faults.add(*LIST, times=2, status=status, drop=status is None)
    assert len(client.ids()) == 1
    assert sent(pandocast_server, "GET") == 3


def test_a_read_fails_after_max_retries(connect: Connect, pandocast_server: ReferenceServer) -> None:
    pandocast_server.faults.add(*LIST, status=503, times=10)
    with connect(pandocast_server, max_retries=1) as client, pytest.raises(InternalServerError) as caught:
        client.ids()
    assert not caught.value.outcome_unknown
    assert sent(pandocast_server, "GET") == 2


def test_nothing_is_retried_with_max_retries_of_zero(
    connect: Connect, pandocast_server: ReferenceServer
) -> None:
    pandocast_server.faults.add(*LIST, status=500)
    with connect(pandocast_server, max_retries=0) as client:
        with pytest.raises(InternalServerError):
            client.ids()
        assert client.ids() == []


def test_a_refused_connection_leaves_the_outcome_known(
    connect: Connect, pandocast_server: ReferenceServer
) -> None:
    with ReferenceServer() as gone:
        path = urlsplit(gone.base_url).path
    with socket() as silent:  # holds a port on which nobody listens
        silent.bind(("127.0.0.1", 0))
        gone.base_url = f"http://127.0.0.1:{silent.getsockname()[1]}{path}"
        with (
            connect(gone, api_key="pk_test_x", max_retries=1) as client,
            pytest.raises(APIConnectionError) as caught,
        ):
            client.upload()
    assert not caught.value.outcome_unknown


def test_the_deadline_covers_attempts_and_waits(connect: Connect, pandocast_server: ReferenceServer) -> None:
    pandocast_server.faults.add(*LIST, delay=5, times=5)
    with connect(pandocast_server, deadline=0.4) as client, pytest.raises(DeadlineExceededError) as caught:
        client.ids()
    assert not caught.value.outcome_unknown
    pandocast_server.faults.add(*UPLOAD, delay=60)
    with connect(pandocast_server, deadline=1.5) as client, pytest.raises(DeadlineExceededError) as caught:
        client.upload()
    assert caught.value.outcome_unknown


def test_a_retry_after_beyond_max_wait_is_raised_and_not_remembered(
    client: Client, pandocast_server: ReferenceServer
) -> None:
    pandocast_server.faults.add(*LIST, status=429, retry_after=600)
    with pytest.raises(RateLimitError) as caught:
        client.ids()
    assert caught.value.retry_after == 600
    assert caught.value.reset_at is not None
    assert 500 < (caught.value.reset_at - pandocast_server.clock.now()).total_seconds() < 605
    assert client.ids() == []


def test_a_spent_window_raises_in_raise_mode(connect: Connect, pandocast_server: ReferenceServer) -> None:
    policy = RateLimitPolicy("raise")
    with connect(pandocast_server, rate_limit=policy) as client:
        for _ in range(100):
            client.request("GET", "/content")
        with pytest.raises(RateLimitError) as caught:
            client.request("GET", "/content")
    assert len(pandocast_server.requests) == 100
    assert caught.value.headers == {}
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 61


def test_a_spent_window_beyond_max_wait_raises(connect: Connect, pandocast_server: ReferenceServer) -> None:
    with connect(pandocast_server, rate_limit=RateLimitPolicy(max_wait=5)) as client:
        for _ in range(100):
            client.request("GET", "/content")
        with pytest.raises(RateLimitError):
            client.request("GET", "/content")
        pandocast_server.clock.advance(minutes=2)
    assert len(pandocast_server.requests) == 100


def test_every_error_is_a_pandocast_error(client: Client) -> None:
    with pytest.raises(PandocastError):
        client.get("missing")


def test_request_returns_the_response_unchanged(client: Client) -> None:
    response = client.request("GET", "/content")
    assert response.status_code == 200
    assert response.headers["X-RATELIMIT-limit"] == "100"
    assert response.json() == {"items": [], "total": 0, "has_more": False}
    with pytest.raises(APIStatusError) as caught:
        client.request("DELETE", "/content")
    assert (caught.value.status_code, caught.value.code) == (405, "method_not_allowed")
