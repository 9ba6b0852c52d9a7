"""Sources: adding, changing, deleting and testing them, against a web server that has feeds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from sqlalchemy import func, select, update
from support.feed_host import (
    PASSBAND,
    SOURCES,
    FeedHost,
    add_source,
    drafts,
    entry,
    feed,
    hosting,
    run,
    source,
    titles,
)
from support.in_process import Api, StillClock, open_api
from support.loopback import free_port, http

from pandocast_server.outgoing import dialling
from pandocast_server.passband.sources import feeds as source_feeds
from pandocast_server.storage.passband_tables import (
    draft_tags,
    engagement,
    items,
    sources,
)
from pandocast_server.storage.passband_tables import drafts as drafts_table
from pandocast_server.workspaces import create_workspace


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as opened:
        yield opened


@pytest.fixture
def host() -> Iterator[FeedHost]:
    with hosting(feed=feed(entry(1), entry(2))) as serving:
        yield serving


# ---- creating


def test_a_source_is_created_when_its_feed_can_be_read(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url(), config={"maxItems": 5.0, "mine": {"a": [1, None]}, "tags": None})
    assert created == {
        "id": created["id"],
        "type": "rss",
        "name": "Blog",
        "url": host.url(),
        "config": {"maxItems": 5, "mine": {"a": [1, None]}},
        "enabled": True,
        "lastFetch": "2026-03-28T10:00:00Z",
        "health": "healthy",
        "failCount": 0,
        "lastError": None,
        "createdAt": "2026-03-28T10:00:00Z",
        "updatedAt": "2026-03-28T10:00:00Z",
        "itemCount": 0,
    }
    assert created["id"].startswith("src_")
    assert host.asked == ["/feed.xml"]
    assert api.send("GET", SOURCES).json() == [created]


@pytest.mark.parametrize(
    ("source_type", "path", "asked"),
    [
        ("rss", "/", "/"),
        ("reddit", "/r/python/", "/r/python/.rss"),
        ("hackernews", "", "/rss"),
        ("google_news", "/topics/A?hl=en", "/rss/topics/A?hl=en"),
        ("substack", "/archive", "/feed"),
    ],
)
def test_every_type_is_fetched_where_its_feed_is(
    api: Api, host: FeedHost, source_type: str, path: str, asked: str
) -> None:
    host.pages[asked] = feed(entry(1))
    created = add_source(api, host.url(path), type=source_type)
    assert (created["type"], created["url"]) == (source_type, host.url(path))
    assert host.asked == [asked]


FAILURES = {
    "404": (http("404 Not Found", b"s3cret page"), "The feed answered 404"),
    "304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", "The feed answered 304"),
    "500": (http("500 Broken", b"s3cret trace"), "The feed answered 500"),
    "a page": (http("200 OK", b"<html>s3cret</html>"), "The feed cannot be read: it is an HTML page"),
    "nothing": (http("200 OK", b""), "The feed cannot be read: it is empty"),
    "a hang-up": (b"", "The feed cannot be fetched: no valid answer"),
    "half a body": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ns3cret",
        "The feed cannot be fetched: no valid",
    ),
    "a redirect to a file": (
        http("302 Found", b"", "Location: file:///etc/passwd"),
        "The feed cannot be fetched: url must begin with http",
    ),
    "too much": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 11000000\r\n\r\n" + bytes(11_000_000),
        "The feed cannot be fetched: the answer is larger than",
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_source_that_cannot_be_read_is_not_created(api: Api, host: FeedHost, case: str) -> None:
    host.pages["/bad"], reason = FAILURES[case]
    answer = api.send("POST", SOURCES, json={"name": "n", "type": "rss", "url": host.url("/bad")})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(reason)
    assert "s3cret" not in answer.text
    assert api.send("GET", SOURCES).json() == []


def test_nobody_answers(api: Api, host: FeedHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_feeds, "DEADLINE_SECONDS", 0.2)
    host.pages["/slow"] = lambda conversation: conversation.hang()
    for url, reason in (
        (host.url("/slow"), "no complete answer within 0.2 seconds"),
        (f"http://127.0.0.1:{free_port()}/", "cannot connect"),
    ):
        answer = api.send("POST", SOURCES, json={"name": "n", "type": "rss", "url": url})
        assert answer.status_code == 400
        assert reason in answer.json()["error"]


GOOD: dict[str, object] = {"name": "n", "type": "rss", "url": "http://127.0.0.1/"}
BAD: list[tuple[dict[str, object], str]] = [
    ({"name": None}, "name must be a string"),
    ({"name": ""}, "name must not be empty"),
    ({"name": "x" * 201}, "name must have at most 200"),
    ({"name": 7}, "name must be a string"),
    ({"type": None}, "type must be a string"),
    ({"type": "RSS"}, "type must be one of rss, twitter, reddit"),
    ({"type": "twitter"}, "type twitter is not available without credentials"),
    ({"url": None}, "url must be a string"),
    ({"url": "feed.xml"}, "url must begin with http"),
    ({"url": "ftp://a.example/"}, "url must begin with http"),
    ({"url": "http://user:s3cret@a.example/"}, "url must not hold a user name"),
    ({"url": "http://a.example/" + "x" * 2000}, "url must have at most 2000"),
    ({"url": ["http://a.example/"]}, "url must be a string"),
    ({"config": []}, "config must be an object"),
    ({"config": {"formats": []}}, "config.formats must not be empty"),
    ({"config": {"formats": "SHORT"}}, "config.formats must be a list"),
    ({"config": {"formats": ["LONG"]}}, "config.formats[0] must be one of"),
    ({"config": {"formats": ["SHORT", "SHORT"]}}, "config.formats must not name the same"),
    ({"config": {"tags": ["a,b"]}}, "config.tags[0] must not hold a comma"),
    ({"config": {"tags": ["x" * 51]}}, "config.tags[0] must have at most 50"),
    ({"config": {"tags": [str(n) for n in range(21)]}}, "config.tags must have at most 20"),
    ({"config": {"maxItems": 0}}, "config.maxItems must be a whole number from 1 to 100"),
    ({"config": {"maxItems": 101}}, "config.maxItems must be a whole number from 1 to 100"),
    ({"config": {"maxItems": 1.5}}, "config.maxItems must be a whole number from 1 to 100"),
    ({"config": {"maxItems": True}}, "config.maxItems must be a whole number from 1 to 100"),
    ({"config": {"maxItems": "5"}}, "config.maxItems must be a whole number from 1 to 100"),
]


@pytest.mark.parametrize(("change", "reason"), BAD, ids=range(len(BAD)))
def test_a_body_that_breaks_a_rule_is_refused_before_anything_is_fetched(
    api: Api, change: dict[str, object], reason: str
) -> None:
    answer = api.send("POST", SOURCES, json=GOOD | change)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert reason in answer.json()["error"]
    assert "s3cret" not in answer.text


def test_a_name_and_unknown_fields_may_be_anything(api: Api, host: FeedHost) -> None:
    assert add_source(api, host.url(), name="ü" * 200, color="red")["name"] == "ü" * 200


def test_sources_are_listed_newest_first_and_each_workspace_has_its_own(api: Api, host: FeedHost) -> None:
    other = create_workspace(api.runtime, "second").api_key
    added = [add_source(api, host.url())["id"] for _ in range(3)]
    assert [row["id"] for row in api.send("GET", SOURCES).json()] == added[::-1]
    assert api.send("GET", SOURCES, key=other).json() == []
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/test")):
        body = {"enabled": False} if method == "PATCH" else None
        answer = api.send(method, f"{SOURCES}/{added[0]}{path}", key=other, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert source(api, added[0])["enabled"] is True


# ---- changing


def test_what_is_given_is_changed_and_nothing_is_fetched(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url(), config={"tags": ["a"]})
    api.clock.move(minutes=5)
    changes = {"name": "New", "type": "substack", "url": "https://nowhere.invalid/", "enabled": False}
    answer = api.send("PATCH", f"{SOURCES}/{created['id']}", json={**changes, "config": {}})
    assert answer.status_code == 200
    expected = {**created, **changes, "config": {}, "updatedAt": "2026-03-28T10:05:00Z"}
    assert answer.json() == source(api, created["id"]) == expected
    assert host.asked == ["/feed.xml"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "one of name, type, url, enabled, config must be given"),
        ({"name": None, "unknown": 1}, "one of name, type, url, enabled, config must be given"),
        ({"type": "twitter"}, "not available without credentials"),
        ({"enabled": 1}, "enabled must be true or false"),
        ({"url": "http://"}, "url must name a host"),
        ({"config": {"maxItems": -1}}, "config.maxItems"),
    ],
)
def test_a_change_that_breaks_a_rule_changes_nothing(
    api: Api, host: FeedHost, body: dict[str, object], reason: str
) -> None:
    created = add_source(api, host.url())
    for source_id in (created["id"], "src_unknown"):  # the body is judged first
        answer = api.send("PATCH", f"{SOURCES}/{source_id}", json=body)
        assert answer.status_code == 400
        assert reason in answer.json()["error"]
    assert source(api, created["id"]) == created


def test_another_url_begins_with_good_health_and_the_same_one_does_not(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url())
    with api.runtime.database.write() as connection:
        connection.execute(update(sources).values(fail_count=7, last_error="The feed answered 503"))
    path = f"{SOURCES}/{created['id']}"
    same = api.send("PATCH", path, json={"url": host.url(), "name": "n"}).json()
    assert (same["health"], same["failCount"], same["lastError"]) == ("failing", 7, "The feed answered 503")
    other = api.send("PATCH", path, json={"url": host.url("/other.xml")}).json()
    assert (other["health"], other["failCount"], other["lastError"]) == ("healthy", 0, None)


@pytest.mark.parametrize(
    ("failures", "health"),
    [(0, "healthy"), (1, "degraded"), (4, "degraded"), (5, "failing"), (99, "failing")],
)
def test_health_follows_from_the_failures_in_a_row(
    api: Api, host: FeedHost, failures: int, health: str
) -> None:
    created = add_source(api, host.url())
    with api.runtime.database.write() as connection:
        connection.execute(update(sources).values(fail_count=failures))
    assert source(api, created["id"])["health"] == health


# ---- deleting


def test_all_that_came_of_a_source_goes_with_it_and_nothing_else(api: Api, host: FeedHost) -> None:
    host.pages["/other.xml"] = feed(entry(8), entry(9))
    gone = add_source(api, host.url(), config={"tags": ["gone"]})
    stays = add_source(api, host.url("/other.xml"), config={"tags": ["stays"]})
    direct = api.send("POST", f"{PASSBAND}/drafts", json={"text": "Mine"}).json()["drafts"][0]
    run(api)
    by_title = {row["item"]["title"]: row["id"] for row in drafts(api) if row["item"]}
    for title in ("Entry 1", "Entry 8"):
        body = {"draftId": by_title[title], "platform": "twitter", "likes": 3, "impressions": 10}
        assert api.send("PUT", f"{PASSBAND}/engagement", json=body).status_code == 200

    answer = api.send("DELETE", f"{SOURCES}/{gone['id']}")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})

    assert [row["id"] for row in api.send("GET", SOURCES).json()] == [stays["id"]]
    left = {row["id"] for row in drafts(api)}
    assert left == {by_title["Entry 8"], by_title["Entry 9"], direct["id"]}
    counts = {items: 2, drafts_table: 3, draft_tags: 2, engagement: 1}
    with api.runtime.database.read() as connection:
        found = {table: connection.scalar(select(func.count()).select_from(table)) for table in counts}
    assert found == counts
    assert api.send("DELETE", f"{SOURCES}/{gone['id']}").status_code == 404


# ---- testing


def test_a_test_tells_the_first_ten_and_changes_nothing(api: Api, host: FeedHost) -> None:
    untitled = "<item><description>Without a link.</description></item>"
    host.pages["/many.xml"] = feed(entry(1, day=2), untitled, *(entry(n) for n in range(3, 15)))
    created = add_source(api, host.url("/many.xml"))
    api.clock.move(hours=1)
    answer = api.send("POST", f"{SOURCES}/{created['id']}/test")
    assert answer.status_code == 200
    told = answer.json()
    assert told["ok"] is True
    assert len(told["items"]) == 10
    assert told["items"][:3] == [
        {"title": "Entry 1", "link": "https://blog.example/1", "publishedAt": "2026-03-02T08:00:00Z"},
        {"title": "Without a link.", "link": ""},
        {"title": "Entry 3", "link": "https://blog.example/3"},
    ]
    assert source(api, created["id"]) == created
    assert drafts(api) == []


@pytest.mark.parametrize("case", ["404", "a page", "half a body"])
def test_a_test_that_fails_says_why_and_changes_nothing(api: Api, host: FeedHost, case: str) -> None:
    created = add_source(api, host.url())
    host.pages["/feed.xml"], reason = FAILURES[case]
    answer = api.send("POST", f"{SOURCES}/{created['id']}/test", json={"ignored": True})
    assert answer.status_code == 200
    assert (answer.json()["ok"], answer.json()["items"]) == (False, [])
    assert answer.json()["error"].startswith(reason)
    assert "s3cret" not in answer.text
    assert source(api, created["id"]) == created


def test_a_disabled_source_can_be_tested(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url())
    api.send("PATCH", f"{SOURCES}/{created['id']}", json={"enabled": False})
    assert api.send("POST", f"{SOURCES}/{created['id']}/test").json()["ok"] is True


# ---- where requests may go


def test_private_addresses_are_out_of_reach_where_they_are_not_allowed(api: Api, host: FeedHost) -> None:
    created = add_source(api, host.url())
    api.runtime.settings = evolve(api.runtime.settings, private_targets=False)
    refused = api.send("POST", SOURCES, json={"name": "n", "type": "rss", "url": host.url()})
    tested = api.send("POST", f"{SOURCES}/{created['id']}/test").json()
    ended = run(api)

    reason = "The feed cannot be fetched: the host has an address that requests may not be sent to"
    assert (refused.status_code, refused.json()["error"]) == (400, reason)
    assert tested == {"ok": False, "items": [], "error": reason}
    assert (ended["status"], ended["itemsFetched"]) == ("failed", 0)
    assert source(api, created["id"])["lastError"] == reason
    assert host.asked == ["/feed.xml"]  # when it was still allowed


def test_a_redirect_leads_to_no_forbidden_address(
    api: Api, host: FeedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = add_source(api, host.url())
    monkeypatch.setattr(dialling, "is_allowed", lambda address, **_: address == "127.0.0.1")
    elsewhere = host.url().replace("127.0.0.1", "127.0.0.2")
    host.pages["/feed.xml"] = http("302 Found", b"", f"Location: {elsewhere}")
    tested = api.send("POST", f"{SOURCES}/{created['id']}/test").json()
    assert "address that requests may not be sent to" in tested["error"]
    assert run(api)["status"] == "failed"
    assert titles(api) == []
