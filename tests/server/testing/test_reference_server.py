"""`ReferenceServer`: its life, its keys, its clock, and being as new after a reset."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import anyio
import anyio.abc
import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from support.webhook_receiver import Receiver

from pandocast_server.delivery.sending import DEADLINE_SECONDS
from pandocast_server.storage.database import DatabaseError
from pandocast_server.testing import ReferenceServer

UPLOAD = {"title": "A title", "content_type": "blog_post", "raw_content": "One sentence. And another one."}


def api(server: ReferenceServer, key: str | None = None) -> httpx.Client:
    return httpx.Client(
        base_url=server.base_url,
        headers={"Authorization": f"Bearer {key or server.api_key}"},
        trust_env=False,
        timeout=60,
    )


def get(server: ReferenceServer, key: str | None = None) -> httpx.Response:
    with api(server, key) as client:
        return client.get("/content")


def post(server: ReferenceServer, key: str | None = None) -> httpx.Response:
    with api(server, key) as client:
        return client.post("/content/upload", json=UPLOAD)


def test_it_serves_from_its_construction_to_the_end_of_the_block() -> None:
    with ReferenceServer() as server:
        assert get(server).status_code == 200
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1", server.base_url)
        assert server.passband_url == server.base_url.replace("/api/v1", "/passband/v1")
        assert server.voice_profile_id.startswith("vp_")
    with pytest.raises(httpx.ConnectError):
        get(server)
    with pytest.raises(RuntimeError):
        server.drain()
    server.stop()  # once more does no harm


def test_it_leaves_no_thread_and_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = threading.active_count()
    with ReferenceServer() as server:
        post(server)
        server.drain()
        assert list(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
    assert threading.active_count() == before


def test_an_exception_in_the_block_ends_it_too() -> None:
    with pytest.raises(ZeroDivisionError), ReferenceServer() as server:
        raise ZeroDivisionError
    with pytest.raises(httpx.ConnectError):
        get(server)


def test_several_run_side_by_side() -> None:
    with ReferenceServer() as one, ReferenceServer() as other:
        assert post(one).status_code == 201
        assert get(other).json()["total"] == 0
        assert get(other, one.api_key).status_code == 401


def test_it_shows_no_key() -> None:
    with ReferenceServer() as server:
        assert server.api_key not in repr(server) + repr(vars(server))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"rate_limit": 0}, ValueError),
        ({"rate_window": 0}, ValueError),
        ({"rate_window": 1.5}, TypeError),
        ({"database_url": "nonsense"}, DatabaseError),
    ],
)
def test_options_that_make_no_server_are_refused(
    options: dict[str, object], error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    make: Callable[..., ReferenceServer] = ReferenceServer
    with pytest.raises(error):
        make(**options)
    assert list(tmp_path.iterdir()) == []


def test_a_seed_repeats_keys_and_identifiers() -> None:
    def run() -> tuple[str, str, str]:
        with ReferenceServer(seed=7) as server:
            return server.api_key, server.voice_profile_id, post(server).json()["id"]

    assert run() == run()


def test_without_a_seed_nothing_repeats(pandocast_server: ReferenceServer) -> None:
    key = pandocast_server.api_key
    pandocast_server.reset()
    assert pandocast_server.api_key != key


def test_reset_makes_it_as_new(pandocast_server: ReferenceServer, receiver: Receiver) -> None:
    server = pandocast_server
    key, profile = server.api_key, server.voice_profile_id
    server.webhooks.add(receiver.url)
    server.create_workspace(name="other")
    server.platforms.disconnect("linkedin_post")
    server.content.fail_next("analysis")
    server.faults.add("GET", "/content", status=503)
    server.clock.advance(days=400)
    post(server)
    server.drain()
    server.reset()
    assert (server.api_key != key, server.voice_profile_id != profile) == (True, True)
    assert get(server, key).status_code == 401
    answer = get(server)
    assert (answer.status_code, answer.json()["total"]) == (200, 0)
    assert answer.headers["x-ratelimit-remaining"] == "99"
    assert [request.status for request in server.requests] == [401, 200]
    assert list(server.webhooks.list()) == []
    assert server.faults.waiting == []
    assert abs(server.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    post(server)
    server.drain()
    assert get(server).json()["items"][0]["status"] == "analyzed"


def test_reset_opens_the_window_of_a_client_without_a_key() -> None:
    with ReferenceServer(rate_limit=2) as server:
        assert [get(server, "nonsense").headers["x-ratelimit-remaining"] for _ in range(2)] == ["1", "0"]
        server.reset()
        assert get(server, "nonsense").headers["x-ratelimit-remaining"] == "1"


def test_reset_ends_what_a_delay_holds_back(pandocast_server: ReferenceServer) -> None:
    pandocast_server.faults.add("GET", "/content", delay=600)
    failures: list[Exception] = []

    def wait() -> None:
        try:
            get(pandocast_server)
        except httpx.RemoteProtocolError as error:
            failures.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while pandocast_server.faults.waiting:
        time.sleep(0.001)
    pandocast_server.reset()
    waiting.join(timeout=60)
    assert len(failures) == 1


def test_a_given_database_is_kept_and_never_emptied(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    with ReferenceServer(database_url=url) as server:
        key = server.api_key
        post(server)
        with pytest.raises(RuntimeError, match="did not create"):
            server.reset()
    with ReferenceServer(database_url=url) as server:
        assert server.api_key != key
        assert get(server, key).json()["total"] == 1
        assert get(server).json()["total"] == 0


def test_a_read_only_key_reads(pandocast_server: ReferenceServer) -> None:
    key = pandocast_server.create_key(name="ci", read_only=True)
    assert get(pandocast_server, key).status_code == 200
    assert post(pandocast_server, key).status_code == 403
    assert post(pandocast_server, pandocast_server.create_key()).status_code == 201


def test_a_revoked_key_is_refused_at_once(pandocast_server: ReferenceServer) -> None:
    key = pandocast_server.create_key(name="short-lived")
    with api(pandocast_server, key) as client:
        assert client.get("/content").status_code == 200
        pandocast_server.revoke_key(key)
        assert client.get("/content").status_code == 401
    for void in (key, "pk_test_unknown"):
        with pytest.raises(LookupError):
            pandocast_server.revoke_key(void)


def test_another_workspace_sees_nothing(pandocast_server: ReferenceServer) -> None:
    post(pandocast_server)
    other = pandocast_server.create_workspace(name="other")
    assert get(pandocast_server, other).json()["total"] == 0
    assert get(pandocast_server).json()["total"] == 1
    pandocast_server.revoke_key(other)
    assert get(pandocast_server, other).status_code == 401


def test_the_clock_moves_the_date_and_the_window() -> None:
    with ReferenceServer(rate_limit=1, rate_window=3600) as server:
        first = get(server)
        assert [first.status_code, get(server).status_code] == [200, 429]
        server.clock.advance(hours=1)
        later = get(server)
        assert later.status_code == 200
        between = parsedate_to_datetime(later.headers["date"]) - parsedate_to_datetime(first.headers["date"])
        assert timedelta(hours=1) <= between < timedelta(hours=1, minutes=1)


def test_drain_waits_for_jobs_and_what_they_cause(
    pandocast_server: ReferenceServer, receiver: Receiver
) -> None:
    endpoint = pandocast_server.webhooks.add(receiver.url)
    post(pandocast_server)
    pandocast_server.drain()
    assert [headers["x-pandocast-event"] for headers in receiver.headers] == [
        "content.uploaded",
        "content.analyzed",
    ]
    assert {item.status for item in pandocast_server.webhooks.deliveries(endpoint.id)} == {"succeeded"}


def test_drain_gives_up_when_told(pandocast_server: ReferenceServer, receiver: Receiver) -> None:
    receiver.hold.clear()
    pandocast_server.webhooks.add(receiver.url)
    pandocast_server.trigger("ab_test.completed", {})
    with pytest.raises(TimeoutError, match=r"0\.05 seconds"):
        pandocast_server.drain(timeout=0.05)
    receiver.hold.set()
    pandocast_server.drain()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_draining_inside_an_event_loop_is_awaited(pandocast_server: ReferenceServer, backend: str) -> None:
    """The receiver runs in that loop: to block it would make the deliveries fail that are waited for."""
    events: list[bytes] = []

    async def receive(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            head = await stream.receive()
            events.extend(re.findall(rb"X-Pandocast-Event: (.*)\r\n", head))
            await stream.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    async def scenario() -> None:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - not Django's
        endpoint = pandocast_server.webhooks.add(f"http://127.0.0.1:{port}/hook")
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, receive)
            pandocast_server.trigger("ab_test.completed", {})
            with pytest.raises(RuntimeError, match=r"await server\.adrain\(\)"):
                pandocast_server.drain()
            await pandocast_server.adrain()
            group.cancel_scope.cancel()
        assert [item.status for item in pandocast_server.webhooks.deliveries(endpoint.id)] == ["succeeded"]

    anyio.run(scenario, backend=backend)
    assert events == [b"ab_test.completed"]


def test_awaited_draining_gives_up_when_told(pandocast_server: ReferenceServer, receiver: Receiver) -> None:
    receiver.hold.clear()
    pandocast_server.webhooks.add(receiver.url)
    pandocast_server.trigger("ab_test.completed", {})
    with pytest.raises(TimeoutError, match=r"0\.05 seconds"):
        asyncio.run(pandocast_server.adrain(timeout=0.05))
    receiver.hold.set()
    asyncio.run(pandocast_server.adrain())


def test_a_slow_receiver_does_not_hold_the_end(receiver: Receiver) -> None:
    receiver.hold.clear()
    with ReferenceServer() as server:
        server.webhooks.add(receiver.url)
        server.trigger("ab_test.completed", {})
        assert receiver.arrived.wait(timeout=60)
        started = time.monotonic()
    assert time.monotonic() - started < DEADLINE_SECONDS  # it did not wait for the answer


def test_middleware_stands_around_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def naming(name: str) -> Callable[[ASGIApp], ASGIApp]:
        def wrap(app: ASGIApp) -> ASGIApp:
            async def named(scope: Scope, receive: Receive, send: Send) -> None:
                order.append(name)
                await app(scope, receive, send)

            return named

        return wrap

    monkeypatch.setattr(ReferenceServer, "middleware", (naming("outer"), naming("inner")))
    with ReferenceServer() as server:
        assert get(server, "nonsense").status_code == 401
    assert order == ["outer", "inner"]
