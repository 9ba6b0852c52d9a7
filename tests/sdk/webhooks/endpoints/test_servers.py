"""The receivers of the documentation in their real servers: real deliveries, and what else may come in."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.raw_http import PATIENCE, Response, hang_up, post, post_in_chunks, request, send
from support.webhook_servers import HOSTINGS, MAX_BODY, PATH, WEBHOOK, Receiving, receiving

from pandocast_server.testing import ReferenceServer

USUAL = ("starlette", "django", "django-asgi", "flask", "wsgi", "aiohttp")
# Where a receiver is written by hand, its framework has statuses of its own.
BY_HAND = ("quart", "falcon", "bottle")
HEADERS = tuple(WEBHOOK.wrap(b"{}")[1].items())


def delivery(event: str = "test.event", **data: object) -> tuple[bytes, list[tuple[str, str]]]:
    payload = {"event": event, "timestamp": "2026-03-28T10:05:00.000Z", "data": data}
    body, headers = WEBHOOK.wrap(json.dumps(payload).encode())
    return body, [*headers.items()]


def until(happened: Callable[[], bool]) -> None:
    """Return once something has happened that no response tells of, such as a line in a log."""
    limit = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < limit
        time.sleep(0.01)


def genuine_deliveries_are_handled(receiver: Receiving) -> None:
    body, headers = delivery("post.published", title="Ünï")
    before = len(receiver.handled())
    assert post(receiver.port, PATH, body, headers).status == 204
    assert post(receiver.port, PATH, body, headers).status == 204
    (first, second) = receiver.handled()[before:]
    assert (
        first
        == second
        == {
            "event": "post.published",
            "digest": WEBHOOK.receive(body, headers).digest,
            "id": dict(headers)["X-Pandocast-Delivery"],
        }
    )


def what_is_no_delivery_is_refused(receiver: Receiving) -> None:
    body, headers = delivery()
    before = len(receiver.handled())
    signature = ("X-Pandocast-Signature", dict(headers)["X-Pandocast-Signature"])
    no_event, signed = WEBHOOK.wrap(b"[]")
    assert post(receiver.port, PATH, body + b" ", headers).status == 401
    assert post(receiver.port, PATH, body, []).status == 401
    assert post(receiver.port, PATH, b"", headers).status == 401
    assert post(receiver.port, PATH, body, [*headers, signature]).status == 401
    assert post(receiver.port, PATH, no_event, signed.items()).status == 400
    assert len(receiver.handled()) == before


def methods_are_refused(receiver: Receiving) -> None:
    for method in ("GET", "HEAD", "PUT", "OPTIONS", "DELETE"):
        response = send(receiver.port, request(method, PATH, [("Content-Length", "0")]))
        if receiver.name not in BY_HAND:
            assert response.status == 405
            assert "\r\nallow: post" in response.head.lower()
        else:
            assert response.status in {200, 405}


def large_bodies_are_refused(receiver: Receiving) -> None:
    large, headers = delivery(text="x" * 2 * MAX_BODY)
    assert post(receiver.port, PATH, large, headers).status in {413, None}
    declared = request("POST", PATH, [*headers, ("Content-Length", str(2 * MAX_BODY))])
    if receiver.name not in {*BY_HAND, "django-asgi"}:  # these read it before the receiver is called
        assert send(receiver.port, declared).status == 413
    chunks = [large[at : at + 65536] for at in range(0, len(large), 65536)]
    in_chunks = post_in_chunks(receiver.port, PATH, chunks, headers)
    assert in_chunks.status in {413, None, receiver.hosting.chunked} - {204}
    exact, headers = delivery(text="x" * (MAX_BODY - 86))
    assert len(exact) == MAX_BODY
    assert post(receiver.port, PATH, exact, headers).status == 204


def chunks_are_read(receiver: Receiving) -> None:
    body, headers = delivery()
    response = post_in_chunks(receiver.port, PATH, [body[:5], body[5:6], body[6:]], headers)
    assert response.status == receiver.hosting.chunked


def hang_ups_disturb_nobody(receiver: Receiving) -> None:
    body, headers = delivery()
    whole = request("POST", PATH, [*headers, ("Content-Length", str(len(body)))]) + body
    for length in (1, 30, len(whole) - len(body), len(whole) - 20, len(whole)):
        hang_up(receiver.port, whole[:length])
    in_chunks = request("POST", PATH, [*headers, ("Transfer-Encoding", "chunked")]) + b'5\r\n{"eve'
    hang_up(receiver.port, in_chunks)
    assert send(receiver.port, whole[:-20], end=True).status in {400, 401, 411, None}


def slow_handlers_finish(receiver: Receiving) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gate:
        gate.settimeout(PATIENCE)
        body, headers = delivery("test.slow", port=gate.getsockname()[1])
        whole = request("POST", PATH, [*headers, ("Content-Length", str(len(body)))]) + body
        with socket.create_connection(("127.0.0.1", receiver.port), timeout=PATIENCE) as client:
            client.sendall(whole)
            gate.accept()[0].close()
            assert client.recv(12, socket.MSG_WAITALL)[-3:] == b"204"
        before = len(receiver.handled())
        with socket.create_connection(("127.0.0.1", receiver.port), timeout=PATIENCE) as client:
            client.sendall(whole)
            waiting = gate.accept()[0]
        waiting.close()  # the client is gone by now
        assert post(receiver.port, PATH, *delivery("test.after")).status == 204
        until(lambda: len(receiver.handled()) == before + 2)


def failing_handlers_are_answered_with_500(receiver: Receiving) -> None:
    before = receiver.log.count("RuntimeError: the handler's own")
    assert post(receiver.port, PATH, *delivery("test.fail")).status == 500
    until(lambda: receiver.log.count("RuntimeError: the handler's own") == before + 1)
    assert post(receiver.port, PATH, *delivery("test.after")).status == 204


def the_reference_server_delivers(receiver: Receiving, server: ReferenceServer) -> None:
    endpoint = server.webhooks.add(receiver.url, secret="whsec_of_the_servers")
    before = len(receiver.handled())
    for event in ("post.failed", "test.fail", "new.type"):
        server.trigger(event)
    server.trigger("test.large", {"text": "x" * MAX_BODY})
    server.drain()
    server.webhooks.replay(server.webhooks.deliveries(endpoint.id)[0].id)
    server.drain()
    sent = server.webhooks.deliveries(endpoint.id)
    assert [(each.event, each.status) for each in sent] == [
        ("post.failed", "succeeded"),
        ("test.fail", "failed"),
        ("new.type", "succeeded"),
        ("test.large", "failed"),
    ]
    assert sent[3].response_status in {413, None}  # a server may close before the sender has sent it all
    handled = receiver.handled()[before:]
    assert [each["event"] for each in handled] == ["post.failed", "test.fail", "new.type", "post.failed"]
    assert handled[0] == handled[3]
    assert handled[0]["id"] == sent[0].id


CASES: tuple[Callable[[Receiving], None], ...] = (
    genuine_deliveries_are_handled,
    what_is_no_delivery_is_refused,
    methods_are_refused,
    large_bodies_are_refused,
    chunks_are_read,
    hang_ups_disturb_nobody,
    slow_handlers_finish,
    failing_handlers_are_answered_with_500,
)


def start(*headers: bytes, method: bytes = b"POST", version: bytes = b"1.1") -> bytes:
    lines = [method + b" " + PATH.encode() + b" HTTP/" + version, b"Host: 127.0.0.1", b"Connection: close"]
    return b"\r\n".join([*lines, *headers, b"", b""])


COMPLETE = (
    start(b"Content-Length: -1"),
    start(b"Content-Length: " + b"9" * 5000),
    start(b"Content-Length: \xb2") + b"ab",
    start(b"Content-Length: 5, 5") + b"abcde",
    start(b"Content-Length: 1", b"Content-Length: 2") + b"ab",
    start(b"Content-Length: 2", b"X-Pandocast-Signature: \xff\xfe") + b"{}",
    start(b"Content-Length: 2", b"X-Pandocast-Signature: " + b"0" * 64) + b"\xff\xfe",
    start(b"Content-Length: 2", b"X_Pandocast_Signature: 1", b"X-Pandocast-Signature: 2") + b"{}",
    start(b"Content-Length: 4", b"Content-Encoding: gzip") + b"\x1f\x8b\x08\x00",
    start(b"Content-Length: 2", b"Content-Type: multipart/form-data; boundary=") + b"{}",
    start(b"Content-Length: 9", b"Content-Type: application/x-www-form-urlencoded") + b"%zz=%ff&a",
    start(b"Content-Length: 2", b"Expect: 100-continue") + b"{}",
    start(b"Content-Length: 2", version=b"1.0") + b"{}",
    start(b"Transfer-Encoding: chunked") + b"zz\r\n",
    start(b"Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
    start(b"Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n",
    start(b"Transfer-Encoding: chunked", b"Content-Length: 2") + b"2\r\n{}\r\n0\r\n\r\n",
    start(),
    start(method=b"BREW"),
    start(method=b"post"),
    b"POST /hooks/pandocast HTTP/9.9\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a b\r\n\r\n",
)
INCOMPLETE = (
    b"",
    b"\r\n\r\n",
    b"POST\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    start(b"Content-Length: 5") + b"ab",
    start(b"Transfer-Encoding: chunked") + b"5\r\nab",
    start(b"Transfer-Encoding: chunked") + b"ffffffffffffffffffffff\r\n",
)

texts = st.binary(max_size=40).filter(lambda text: not {0, 10, 13} & set(text))
headers = st.tuples(st.sampled_from([name.encode() for name, _ in HEADERS] + [b"Content-Type"]), texts)
well_formed = st.builds(
    lambda lines, body: (
        start(b"Content-Length: %d" % len(body), *(b": ".join(line) for line in lines)) + body
    ),
    st.lists(headers, max_size=4),
    st.binary(max_size=200),
)
parts = (
    b"POST ",
    b" ",
    PATH.encode(),
    b" HTTP/1.1",
    b"\r\n",
    b"Content-Length: 2",
    b"{}",
    start(),
    start()[:-2],
)
malformed = st.lists(st.sampled_from(parts) | st.binary(max_size=9), max_size=8).map(b"".join)


def check_harmless(response: Response, data: bytes) -> None:
    assert response.status is None or response.status == 100 or 400 <= response.status < 500, data


def nothing_makes_it_fail(receiver: Receiving) -> None:
    for data in COMPLETE:
        check_harmless(send(receiver.port, data), data)
    for data in INCOMPLETE:
        check_harmless(send(receiver.port, data, end=True), data)

    @given(well_formed)
    def answered(data: bytes) -> None:
        check_harmless(send(receiver.port, data), data)

    @given(malformed)
    def survived(data: bytes) -> None:
        check_harmless(send(receiver.port, data, end=True), data)

    answered()
    survived()


@pytest.fixture(
    params=[pytest.param(name, marks=[] if name in USUAL else [pytest.mark.slow]) for name in HOSTINGS]
)
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Receiving]:
    with receiving(str(request.param), tmp_path) as running:
        yield running


def test_a_receiver_answers_as_documented(receiver: Receiving, pandocast_server: ReferenceServer) -> None:
    """One test for all, since it takes a second to start a server."""
    for case in CASES:
        case(receiver)
    the_reference_server_delivers(receiver, pandocast_server)
    if receiver.name not in BY_HAND:
        nothing_makes_it_fail(receiver)
    assert post(receiver.port, PATH, *delivery()).status == 204  # it is still there
    # Servers print some of their own, for clients that are gone; none comes from an endpoint.
    tracebacks = receiver.log.split("Traceback (most recent call last)")[1:]
    ours = [each for each in tracebacks if "pandocast_sdk/webhooks/" in each]
    assert all("RuntimeError: the handler's own" in each for each in ours)
