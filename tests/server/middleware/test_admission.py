from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from support.in_process import StillClock, open_api

from pandocast_server.app import create_app

RATE = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


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


def test_a_database_that_is_away_is_a_500_with_all_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    with open_api(tmp_path) as api:
        monkeypatch.setattr("pandocast_server.middleware.admission.find_key", away)
        answer = api.send("GET", "/content")
        assert answer.status_code == 500
        assert set(RATE) <= set(answer.headers)


def test_windows_are_those_of_the_runtime(tmp_path: Path) -> None:
    with open_api(tmp_path, rate_limit=1) as api:
        assert api.send("GET", "/content").status_code == 200
        api.app = create_app(api.runtime)
        assert api.send("GET", "/content").status_code == 429
        api.runtime.forget_requests()
        assert api.send("GET", "/content").status_code == 200
