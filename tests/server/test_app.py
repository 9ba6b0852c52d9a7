"""What holds for every request, whatever it asks for."""

import asyncio
import json
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from itertools import combinations
from pathlib import Path

import pytest
from attrs import evolve, frozen
from in_process import UPLOAD, Api, StillClock, open_api
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pandocast_server.app import ROUTES, create_app
from pandocast_server.auth.rate_limit import RateLimits
from pandocast_server.bodies import MAX_BYTES
from pandocast_server.routing import Call, Reply

RATE = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


@frozen
class Attempt:
    """A request that is good until faults are put into it."""

    key: str | None
    path: str
    method: str = "POST"
    content: bytes = b"{}"
    length: int | None = None
    is_spent: bool = False


@frozen
class Fault:
    """One thing that can be wrong with a request, and how it is refused."""

    status: int
    message: str
    put: Callable[[Api, Attempt], Attempt]


# In the order of the contract, "Precedence of refusals".
FAULTS = (
    Fault(401, "API key", lambda _, attempt: evolve(attempt, key=None)),
    Fault(429, "Too many requests", lambda _, attempt: evolve(attempt, is_spent=True)),
    Fault(404, "Route not found", lambda _, attempt: evolve(attempt, path=attempt.path + "/nowhere")),
    Fault(405, "POST only", lambda _, attempt: evolve(attempt, method="PATCH")),
    Fault(403, "read-only", lambda api, attempt: evolve(attempt, key=api.new_key(read_only=True))),
    Fault(413, "larger than", lambda _, attempt: evolve(attempt, length=MAX_BYTES + 1)),
    Fault(400, "not JSON", lambda _, attempt: evolve(attempt, content=b"nope")),
    Fault(404, "Content not found", lambda _, attempt: evolve(attempt, path="/content/nobody/generate")),
    Fault(400, "must be in status analyzed", lambda _, attempt: attempt),
)


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in combinations(range(len(FAULTS)), 2) if pair != (2, 7)],
    ids=lambda place: f"{FAULTS[place].status}-{place}",
)
def test_of_two_faults_the_earlier_is_told(tmp_path: Path, first: int, second: int) -> None:
    with open_api(tmp_path, rate_limit=2) as api:
        attempt = Attempt(api.key, f"/content/{api.upload()}/generate")
        # An unknown route keeps what the path names otherwise, so the later fault is put in first.
        for place in (second, first):
            attempt = FAULTS[place].put(api, attempt)
        if attempt.is_spent:
            for _ in range(2):
                api.send("GET", "/content", key=attempt.key)
        length = {} if attempt.length is None else {"content-length": str(attempt.length)}
        answer = api.send(
            attempt.method, attempt.path, key=attempt.key, content=attempt.content, headers=length
        )
        assert answer.status_code == FAULTS[first].status
        assert FAULTS[first].message in answer.json()["error"]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic {key}",
        "{key}",
        "Bearer {key} {key}",
        "Bearer {key}x",
        "Bearer{key}",
        "Bearer pk_live_" + "x" * 40,
        "Bearer \xe9",
        "Bearer " + "x" * 100_000,
    ],
)
def test_whatever_is_wrong_with_the_key_the_answer_is_the_same(
    tmp_path: Path, authorization: str | None
) -> None:
    with open_api(tmp_path) as api:
        headers = {} if authorization is None else {"Authorization": authorization.format(key=api.key)}
        for path in ("/content", "/content/upload", "/nowhere", "/"):
            answer = api.send("GET", path, key=None, headers=headers)
            assert answer.status_code == 401
            assert answer.json() == {
                "error": "Missing or invalid API key",
                "code": "unauthorized",
                "status": 401,
            }
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_the_scheme_is_read_in_any_case(tmp_path: Path, scheme: str) -> None:
    with open_api(tmp_path) as api:
        answer = api.send("GET", "/content", key=None, headers={"Authorization": scheme + api.key})
        assert answer.status_code == 200


def test_a_read_only_key_reads(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        key = api.new_key(read_only=True)
        content_id = api.upload()
        for method, path in [
            ("GET", "/content"),
            ("HEAD", "/content"),
            ("GET", f"/content/{content_id}/outputs"),
        ]:
            assert api.send(method, path, key=key).status_code == 200
        for path in ("/content/upload", f"/content/{content_id}/generate", f"/content/{content_id}/schedule"):
            answer = api.send("POST", path, key=key, json={})
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


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


def test_the_description_is_served_without_a_key(tmp_path: Path) -> None:
    with open_api(tmp_path, rate_limit=1) as api:
        answer = api.send("GET", "/openapi.yaml", key=None)
        assert answer.status_code == 200
        assert answer.text.startswith("openapi:")
        assert answer.headers["x-ratelimit-remaining"] == "0"
        spent = api.send("GET", "/openapi.yaml", key=None)
        assert spent.status_code == 429
        assert api.send("GET", "/openapi.yaml").status_code == 200  # with a key, the key's window counts
        assert api.send("GET", "/openapi.yaml").status_code == 429


def test_requests_without_a_key_count_for_their_address_and_stay_401(tmp_path: Path) -> None:
    with open_api(tmp_path, rate_limit=2) as api:
        rest = [
            api.send("GET", "/content", key=None, client="2001:db8::1").headers["x-ratelimit-remaining"]
            for _ in range(3)
        ]
        assert rest == ["1", "0", "0"]
        spent = api.send("GET", "/content", key="pk_test_" + "0" * 40, client="2001:db8::2")
        assert (spent.status_code, "retry-after" in spent.headers) == (401, False)
        assert api.send("GET", "/openapi.yaml", key=None, client="2001:db8::3").status_code == 429
        assert api.send("GET", "/openapi.yaml", key=None, client="2001:db8:0:1::1").status_code == 200
        assert api.send("GET", "/content", client="2001:db8::1").status_code == 200


def test_a_key_has_its_window_on_the_servers_clock(tmp_path: Path) -> None:
    clock = StillClock()
    with open_api(tmp_path, rate_limit=2, clock=clock) as api:
        reset = int(clock.moment.timestamp()) + 60
        clock.move(seconds=0.5)
        seen = [api.send("GET", "/content") for _ in range(3)]
        assert [answer.status_code for answer in seen] == [200, 200, 429]
        assert [[answer.headers[name] for name in RATE] for answer in seen] == [
            ["2", "1", str(reset)],
            ["2", "0", str(reset)],
            ["2", "0", str(reset)],
        ]
        assert seen[2].headers["retry-after"] == "60"
        clock.move(seconds=59)
        late = api.send("GET", "/content")
        assert (late.status_code, late.headers["retry-after"]) == (429, "1")
        clock.move(seconds=0.5)
        fresh = api.send("GET", "/content")
        assert (fresh.status_code, fresh.headers["x-ratelimit-reset"]) == (200, str(reset + 60))
        api.send("GET", "/content")
        clock.move(hours=2)
        assert api.send("GET", "/content").status_code == 200


def test_keys_of_one_workspace_have_windows_of_their_own(tmp_path: Path) -> None:
    with open_api(tmp_path, rate_limit=1) as api:
        other = api.new_key(read_only=True)
        assert [api.send("GET", "/content", key=key).status_code for key in (api.key, other, api.key)] == [
            200,
            200,
            429,
        ]


def test_the_date_is_the_servers(tmp_path: Path) -> None:
    clock = StillClock()
    with open_api(tmp_path, clock=clock) as api:
        clock.move(days=1, seconds=0.999)
        for answer in (api.send("GET", "/content"), api.send("GET", "/content", key=None)):
            assert parsedate_to_datetime(answer.headers["date"]) == clock.moment.replace(microsecond=0)


def test_what_nobody_foresaw_is_a_500_that_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_call: Call) -> Reply:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("pandocast_server.app.ROUTES", tuple(evolve(route, handler=fail) for route in ROUTES))
    with open_api(tmp_path) as api:
        answer = api.send("GET", "/content")
        assert answer.status_code == 500
        assert answer.json()["code"] == "internal_error"
        assert "secret" not in answer.text
        assert answer.headers["x-ratelimit-remaining"] == "999"
        assert "secret detail" in caplog.text
        assert api.key not in caplog.text


def test_a_database_that_is_away_is_a_500_with_all_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    with open_api(tmp_path) as api:
        monkeypatch.setattr("pandocast_server.admission.find_key", away)
        answer = api.send("GET", "/content")
        assert answer.status_code == 500
        assert set(RATE) <= set(answer.headers)


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
        api.app = create_app(api.runtime, around_handlers=around)
        statuses = [
            api.send("GET", path, key=key).status_code
            for path, key in [("/content", None), ("/content", ""), ("/nowhere", ""), ("/content", "")]
        ]
        assert statuses == [401, 200, 404, 429]
        assert seen == ["/api/v1/content", "/api/v1/nowhere"]


def test_a_limiter_can_be_shared_and_cleared(tmp_path: Path) -> None:
    limits = RateLimits(1, 60)
    with open_api(tmp_path) as api:
        api.app = create_app(api.runtime, rate_limits=limits)
        assert [api.send("GET", "/content").status_code for _ in range(2)] == [200, 429]
        limits.clear()
        assert api.send("GET", "/content").status_code == 200


def test_an_answer_that_breaks_off_is_not_given_a_second_head(tmp_path: Path) -> None:
    def around(_handlers: ASGIApp) -> ASGIApp:
        async def break_off(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise RuntimeError("half-way")

        return break_off

    with open_api(tmp_path) as api:
        api.app = create_app(api.runtime, around_handlers=around)
        with pytest.raises(RuntimeError, match="half-way"):
            api.send("GET", "/content")


def test_other_protocols_are_left_alone(tmp_path: Path) -> None:
    async def receive() -> Message:
        raise AssertionError("was asked for something")

    async def send(_message: Message) -> None:
        raise AssertionError("was told something")

    with open_api(tmp_path) as api:

        async def run() -> None:
            await create_app(api.runtime)({"type": "lifespan"}, receive, send)

        asyncio.run(run())


def test_a_refusal_names_no_key(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        for method, path in (("GET", "/content?limit=x"), ("POST", "/content/upload"), ("GET", "/nowhere")):
            assert api.key[16:] not in api.send(method, path, content=b"{").text


def test_every_operation_is_listed_once() -> None:
    names = [route.operation_id for route in ROUTES]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"(/[a-z0-9.]+|/\{[a-z_]+\})+", route.path) for route in ROUTES)
