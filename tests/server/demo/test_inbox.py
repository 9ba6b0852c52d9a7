import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from pandocast_sdk.webhooks import Event, sign
from pandocast_server.demo.inbox import Inbox, serving

UPLOADED = json.dumps(
    {"event": "content.uploaded", "timestamp": "2026-03-28T10:00:00.000Z", "data": {}}
).encode()


@pytest.fixture
def arrivals() -> list[Event]:
    return []


@pytest.fixture
def inbox(arrivals: list[Event]) -> Inbox:
    return Inbox(arrivals.append)


@pytest.fixture
def url(inbox: Inbox) -> Iterator[str]:
    with serving("POST", "/webhooks", inbox.take) as url:
        yield url


def deliver(inbox: Inbox, body: bytes = UPLOADED, *, secret: str | None = None) -> tuple[int, str]:
    signature = sign(body, secret or inbox.secret)
    return inbox.take(body, [("X-Pandocast-Signature", signature), ("X-Pandocast-Delivery", "dlv_1")])


def test_a_genuine_delivery_is_taken_and_told(inbox: Inbox, arrivals: list[Event]) -> None:
    status, _ = deliver(inbox)
    assert status == 200
    [received] = inbox.received
    assert (received.event.event, received.delivery_id) == ("content.uploaded", "dlv_1")
    assert arrivals == [received.event]


def test_a_forged_one_is_refused_and_not_told(inbox: Inbox, arrivals: list[Event]) -> None:
    status, reason = deliver(inbox, secret="a guess")
    assert status == 401
    assert "signature" in reason
    assert (inbox.received, arrivals) == ([], [])


def test_one_without_a_signature_is_refused(inbox: Inbox) -> None:
    assert inbox.take(UPLOADED, [])[0] == 401


def test_a_genuine_one_that_is_no_event_is_refused_otherwise(inbox: Inbox) -> None:
    assert deliver(inbox, b"[]")[0] == 400


def test_what_cannot_be_shown_has_arrived_all_the_same() -> None:
    def fail(_event: Event) -> None:
        raise BrokenPipeError

    inbox = Inbox(fail)
    with pytest.raises(BrokenPipeError):
        deliver(inbox)
    assert len(inbox.received) == 1


def test_it_is_served_over_http_with_the_sdk_s_judgement(url: str, inbox: Inbox) -> None:
    with httpx.Client(trust_env=False) as client:
        genuine = client.post(
            url, content=UPLOADED, headers={"X-Pandocast-Signature": sign(UPLOADED, inbox.secret)}
        )
        forged = client.post(url, content=UPLOADED)
    assert (genuine.status_code, forged.status_code) == (200, 401)
    assert "Signature" in forged.text
    assert len(inbox.received) == 1


def test_a_client_that_breaks_off_disturbs_nobody(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    address = urlsplit(url)
    with socket.create_connection((str(address.hostname), address.port or 0)) as client:
        client.sendall(b"POST /webhooks HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
    assert httpx.post(url, trust_env=False).status_code == 401
    assert capfd.readouterr() == ("", "")


def test_it_is_served_no_longer_than_the_block_runs() -> None:
    with serving("GET", "/feed.xml", lambda _body, _headers: (200, b"a feed")) as url:
        assert httpx.get(url, trust_env=False).content == b"a feed"
        assert httpx.get(f"{url}x", trust_env=False).status_code == 404
        assert httpx.post(url, trust_env=False).status_code == 405
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()
