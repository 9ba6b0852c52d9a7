"""Sources: the request of each method, its result, and the arguments it rejects."""

import pytest
from support.passband_wire import NO_CONFIRMATIONS, Call, assert_outcome_unknown, assert_rejected, make_call

from pandocast_sdk import Source, SourceDeletion, SourceTest

SOURCE = {
    "id": "src_1",
    "type": "rss",
    "name": "News",
    "url": "https://a.example/feed",
    "config": {"maxItems": 3},
    "enabled": True,
    "lastFetch": None,
    "health": "healthy",
    "failCount": 0,
    "lastError": None,
    "createdAt": "2026-03-28T10:00:00Z",
    "updatedAt": "2026-03-28T10:00:00Z",
    "itemCount": 0,
}


def test_list_reads_an_array() -> None:
    exchange = make_call(lambda c: c.sources.list(), [SOURCE])
    assert exchange.request == ("GET", "/sources", {}, None)
    (source,) = exchange.result
    assert isinstance(source, Source)
    assert (source.type, source.config, source.last_fetch) == ("rss", {"maxItems": 3}, None)


@pytest.mark.parametrize(
    ("call", "extra"),
    [
        (lambda c: c.sources.create(name="n" * 200, type="rss", url="u"), {}),
        (
            lambda c: c.sources.create(
                name="n" * 200, type="rss", url="u", config={"tags": ["a"], "x": None}
            ),
            {"config": {"tags": ["a"], "x": None}},
        ),
    ],
)
def test_create_sends_a_source(call: Call, extra: dict[str, object]) -> None:
    exchange = make_call(call, SOURCE, 201)
    assert exchange.request == (
        "POST",
        "/sources",
        {},
        {"name": "n" * 200, "type": "rss", "url": "u", **extra},
    )
    assert exchange.result.id == "src_1"


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda c: c.sources.update("src_1"), {}),
        (lambda c: c.sources.update("src_1", name="N"), {"name": "N"}),
        (lambda c: c.sources.update("src_1", enabled=False), {"enabled": False}),
        (lambda c: c.sources.update("src_1", config={}), {"config": {}}),
        (
            lambda c: c.sources.update(
                "src_1", name="N", type="reddit", url="u", enabled=True, config={"a": 1}
            ),
            {"name": "N", "type": "reddit", "url": "u", "enabled": True, "config": {"a": 1}},
        ),
    ],
)
def test_update_sends_only_the_arguments_given(call: Call, body: dict[str, object]) -> None:
    exchange = make_call(call, SOURCE)
    assert exchange.request == ("PATCH", "/sources/src_1", {}, body)
    assert exchange.result.name == "News"


@pytest.mark.parametrize(
    ("response", "status", "deletion"),
    [
        ({"ok": True}, 200, SourceDeletion(ok=True)),
        ({"ok": True, "drafts": 3}, 200, SourceDeletion.model_validate({"ok": True, "drafts": 3})),
        (None, 204, SourceDeletion()),
    ],
)
def test_delete_sends_no_body_and_returns_the_confirmation(
    response: object, status: int, deletion: SourceDeletion
) -> None:
    exchange = make_call(lambda c: c.sources.delete("a/b"), response, status)
    assert exchange.request == ("DELETE", "/sources/a%2Fb", {}, None)
    assert exchange.result == deletion


@pytest.mark.parametrize("body", NO_CONFIRMATIONS)
@pytest.mark.parametrize("status", [200, 202])
def test_delete_believes_only_a_confirmation(status: int, body: bytes) -> None:
    assert_outcome_unknown(lambda c: c.sources.delete("src_1"), status, body)
    assert_outcome_unknown(lambda c: c.sources.delete("src_1"), status, b'{"ok": false}')


def test_test_reads_the_items_of_a_source() -> None:
    items = [{"title": "T", "link": "https://a.example/1"}]
    exchange = make_call(lambda c: c.sources.test("src_1"), {"ok": True, "items": items, "error": None})
    assert exchange.request == ("POST", "/sources/src_1/test", {}, None)
    assert isinstance(exchange.result, SourceTest)
    assert exchange.result.items is not None
    assert (exchange.result.items[0].title, exchange.result.items[0].published_at) == ("T", None)


def test_test_reads_the_error_of_a_source() -> None:
    result = make_call(lambda c: c.sources.test("src_1"), {"ok": False, "error": "no feed"}).result
    assert (result.ok, result.items, result.error) == (False, None, "no feed")


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: c.sources.create(name="", type="rss", url="u"), "name must not be empty"),
        (lambda c: c.sources.create(name="n" * 201, type="rss", url="u"), "name must have at most 200"),
        (lambda c: c.sources.create(name="n", type="", url="u"), "type must not be empty"),
        (lambda c: c.sources.create(name="n", type="rss", url=""), "url must not be empty"),
        (lambda c: c.sources.update("src_1", name=""), "name must not be empty"),
        (lambda c: c.sources.update("src_1", name="n" * 201), "name must have at most 200"),
        (lambda c: c.sources.update("", name="n"), "id must not be"),
        (lambda c: c.sources.delete("."), "id must not be"),
        (lambda c: c.sources.test(".."), "id must not be"),
    ],
)
def test_an_invalid_argument_is_rejected_before_anything_is_sent(call: Call, match: str) -> None:
    assert_rejected(call, match)
