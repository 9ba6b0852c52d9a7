import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from pandocast_sdk.webhooks import Webhook, sign
from pandocast_server.demo.inbox import Inbox, Received, serving

SECRET = "whsec_test"
UPLOADED = json.dumps(
    {"event": "content.uploaded", "timestamp": "2026-03-28T10:00:00.000Z", "data": {}}
).encode()


@pytest.fixture
def arrivals() -> list[Received]:
    return []


@pytest.fixture
def inbox(arrivals: list[Received]) -> Inbox:
    return Inbox(Webhook(SECRET), arrivals.append)


@pytest.fixture
def url(inbox: Inbox) -> Iterator[str]:
    with serving("POST", "/webhooks", inbox.take) as url:
        yield url


def deliver(inbox: Inbox, body: bytes = UPLOADED, *, secret: str = SECRET) -> tuple[int, str]:
    headers = [("X-Pandocast-Signature", sign(body, secret)), ("X-Pandocast-Delivery", "dlv_1")]
    status, sentence = inbox.take(body, headers)
    return status, sentence.decode()


def test_a_genuine_delivery_is_taken_and_told(inbox: Inbox, arrivals: list[Received]) -> None:
    status, _ = deliver(inbox)
    assert status == 200
    inbox.wait_for("content.uploaded", timeout=60)
    [received] = inbox.received
    assert (received.event.event, received.delivery_id) == ("content.uploaded", "dlv_1")
    assert arrivals == [received]


def test_a_forged_one_is_refused_and_not_told(inbox: Inbox, arrivals: list[Received]) -> None:
    status, reason = deliver(inbox, secret="a guess")
    assert status == 401
    assert "signature" in reason
    assert (inbox.received, arrivals) == ([], [])


def test_one_without_a_signature_is_refused(inbox: Inbox) -> None:
    assert inbox.take(UPLOADED, [])[0] == 401


def test_a_genuine_one_that_is_no_event_is_refused_otherwise(inbox: Inbox) -> None:
    assert deliver(inbox, b"[]")[0] == 400


def test_waiting_ends_with_the_time_and_names_the_event(inbox: Inbox) -> None:
    deliver(inbox)
    with pytest.raises(TimeoutError, match=r"post\.published"):
        inbox.wait_for("post.published", timeout=0.01)
    with pytest.raises(TimeoutError, match=r"content\.uploaded"):
        inbox.wait_for("content.uploaded", count=2, timeout=0.01)


def test_what_cannot_be_shown_has_arrived_all_the_same() -> None:
    def fail(_received: Received) -> None:
        raise BrokenPipeError

    inbox = Inbox(Webhook(SECRET), fail)
    with pytest.raises(BrokenPipeError):
        deliver(inbox)
    inbox.wait_for("content.uploaded", timeout=60)


def test_it_is_served_over_http_with_the_sdk_s_judgement(url: str, inbox: Inbox) -> None:
    with httpx.Client(trust_env=False) as client:
        genuine = client.post(
            url, content=UPLOADED, headers={"X-Pandocast-Signature": sign(UPLOADED, SECRET)}
        )
        forged = client.post(url, content=UPLOADED)
    assert (genuine.status_code, forged.status_code) == (200, 401)
    assert "Signature" in forged.text
    assert len(inbox.received) == 1


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/elsewhere", "0", 404),
        ("/webhooks", None, 401),
        ("/webhooks", "-1", 413),
        ("/webhooks", "²", 413),
        ("/webhooks", "1048577", 413),
    ],
)
def test_requests_that_are_no_delivery_are_refused(
    url: str, path: str, length: str | None, status: int
) -> None:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.putrequest("POST", path)
    if length is not None:
        connection.putheader("Content-Length", length.encode())
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


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
        assert httpx.post(url, trust_env=False).status_code == 501
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()
