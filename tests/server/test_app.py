"""What holds for every request, whatever it asks for."""

import asyncio
import json
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from support.in_process import UPLOAD, StillClock, open_api

from pandocast_server.app import create_app
from pandocast_server.json_body import MAX_BYTES


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_a_method_that_a_path_does_not_have_is_405(tmp_path: Path, method: str) -> None:
    with open_api(tmp_path) as api:
        for path, allowed in [
            ("/content", "GET, HEAD"),
            ("/content/upload", "POST"),
            ("/openapi.yaml", "GET, HEAD"),
        ]:
            answer = api.send(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path",
    [
        "/content/",
        "/Content",
        "//content",
        "/content//outputs",
        "/content/a/b/outputs",
        "/content/a%00/outputs",
        "/content/a%2Fb/outputs",
        "/content%0A",
        "/content/a%0A/outputs",
        "",
    ],
)
def test_a_path_is_taken_to_the_letter(tmp_path: Path, path: str) -> None:
    with open_api(tmp_path) as api:
        assert api.send("GET", path).json()["error"] == "Route not found"


def test_head_is_get_without_the_content(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        api.upload()
        for path in ("/content", "/openapi.yaml", "/content?limit=0", "/content/nobody/outputs"):
            got, headed = api.send("GET", path), api.send("HEAD", path)
            assert headed.status_code == got.status_code
            assert headed.headers["content-length"] == got.headers["content-length"] == str(len(got.content))
            assert headed.content == b""


def test_the_date_is_the_servers(tmp_path: Path) -> None:
    clock = StillClock()
    with open_api(tmp_path, clock=clock) as api:
        clock.move(days=1, seconds=0.999)
        for answer in (api.send("GET", "/content"), api.send("GET", "/content", key=None)):
            assert parsedate_to_datetime(answer.headers["date"]) == clock.moment.replace(microsecond=0)


def test_what_nobody_foresaw_is_a_500_that_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("pandocast_server.pandocast.content.read_query", fail)
    with open_api(tmp_path) as api:
        answer = api.send("GET", "/content")
        assert answer.status_code == 500
        assert answer.json()["code"] == "internal_error"
        assert "secret" not in answer.text
        assert answer.headers["x-ratelimit-remaining"] == "999"
        assert "secret detail" in caplog.text
        assert api.key not in caplog.text


def test_a_body_may_be_ten_mebibytes_and_no_more(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        body = json.dumps(UPLOAD).encode()
        full = body + b" " * (MAX_BYTES - len(body))
        assert api.send("POST", "/content/upload", content=full).status_code == 201
        refused = api.send("POST", "/content/upload", content=full + b" ")
        assert (refused.status_code, refused.headers["connection"]) == (413, "close")


def test_a_client_that_goes_away_is_not_answered(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        incoming: list[Message] = [
            {"type": "http.request", "body": b"{", "more_body": True},
            {"type": "http.disconnect"},
        ]
        sent: list[Message] = []

        async def receive() -> Message:
            return incoming.pop(0)

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/v1/content/upload",
            "query_string": b"",
            "headers": [(b"authorization", f"Bearer {api.key}".encode()), (b"content-length", b"100")],
            "client": None,
        }

        async def run() -> None:
            await create_app(api.runtime)(scope, receive, send)

        asyncio.run(run())
        assert (incoming, sent) == ([], [])


def test_what_stands_around_the_handlers_sees_admitted_requests_only(tmp_path: Path) -> None:
    seen: list[str] = []

    def around(handlers: ASGIApp) -> ASGIApp:
        async def note(scope: Scope, receive: Receive, send: Send) -> None:
            seen.append(scope["path"])
            await handlers(scope, receive, send)

        return note

    with open_api(tmp_path, rate_limit=2) as api:
        api.app = create_app(api.runtime, around_routes=around)
        statuses = [
            api.send("GET", path, key=key).status_code
            for path, key in [("/content", None), ("/content", ""), ("/nowhere", ""), ("/content", "")]
        ]
        assert statuses == [401, 200, 404, 429]
        assert seen == ["/api/v1/content", "/api/v1/nowhere"]


def test_an_answer_that_breaks_off_is_not_given_a_second_head(tmp_path: Path) -> None:
    def around(_handlers: ASGIApp) -> ASGIApp:
        async def break_off(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise RuntimeError("half-way")

        return break_off

    with open_api(tmp_path) as api:
        api.app = create_app(api.runtime, around_routes=around)
        with pytest.raises(RuntimeError, match="half-way"):
            api.send("GET", "/content")


def test_a_refusal_names_no_key(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        for method, path in (("GET", "/content?limit=x"), ("POST", "/content/upload"), ("GET", "/nowhere")):
            assert api.key[16:] not in api.send(method, path, content=b"{").text
