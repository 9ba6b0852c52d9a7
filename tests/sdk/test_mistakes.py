"""Mistakes that people make: each is a ValueError before anything is sent, which says what to pass."""

import asyncio
import datetime as dt
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from tenacity.wait import wait_fixed

from pandocast_sdk import (
    AsyncPandocast,
    AsyncPassband,
    Content,
    Pandocast,
    PandocastError,
    Passband,
    RateLimitPolicy,
    UploadJournal,
)

KEY = "pk_test_s3cret"
OPTIONS: dict[str, Any] = {"api_key": KEY, "base_url": "https://api.example/v1"}
NAIVE = dt.datetime(2026, 3, 30, 12)  # noqa: DTZ001
NOON = NAIVE.replace(tzinfo=dt.UTC)
UPLOAD = Content(id="c1", title="t", content_type="note", status="analyzed", created_at=NOON)
TEXTS = {"title": "t", "content_type": "note", "raw_content": "Some text."}

SECONDS = "timeout must be a number of seconds above zero, not "
BACKOFF = "backoff must be a wait strategy of tenacity, such as wait_fixed(1), or a function, not "
UNREADABLE_ADDRESS = "base_url has a host or a port that cannot be read"
NO_TEXT = " must have no lone surrogates, such as half an emoji; pass text as UTF-8 has it"
SCHEME = "base_url must begin with https:// and a host, or with http:// for this machine"

OF_OPTIONS: list[tuple[dict[str, object], str]] = [
    ({"timeout": None}, "timeout must be a number of seconds above zero, not None"),
    ({"timeout": "30"}, "timeout must be a number of seconds above zero, not '30'"),
    ({"timeout": float("nan")}, "timeout must be a number of seconds above zero, not nan"),
    ({"timeout": 10**400}, f"timeout must be a number of seconds above zero, not {10**400}"),
    ({"timeout": 0}, "timeout must be a number of seconds above zero, not 0"),
    ({"timeout": True}, "timeout must be a number of seconds above zero, not True"),
    (
        {"timeout": dt.timedelta(seconds=30)},
        SECONDS + "datetime.timedelta(seconds=30); pass its total_seconds()",
    ),
    ({"deadline": "60"}, "deadline must be a number of seconds above zero, not '60'"),
    ({"max_retries": "3"}, "max_retries must be zero or more, a whole number, not '3'"),
    ({"max_retries": 2.5}, "max_retries must be zero or more, a whole number, not 2.5"),
    ({"max_retries": None}, "max_retries must be zero or more, a whole number, not None"),
    ({"max_retries": -1}, "max_retries must be zero or more, a whole number, not -1"),
    ({"max_retries": True}, "max_retries must be zero or more, a whole number, not True"),
    (
        {"rate_limit": "off"},
        "rate_limit must be a RateLimitPolicy, not str; pass RateLimitPolicy('off')",
    ),
    ({"rate_limit": 100}, "rate_limit must be a RateLimitPolicy, not int"),
    (
        {"backoff": 2},
        BACKOFF + "int",
    ),
    (
        {"backoff": wait_fixed},
        BACKOFF + "the class wait_fixed",
    ),
    ({"allow_http": "false"}, "allow_http must be True or False, not 'false'"),
    ({"api_key": b"pk_test_s3cret"}, "api_key must be text, not bytes; decode it"),
    ({"api_key": SecretStr(KEY)}, "api_key must be text, not SecretStr; pass its get_secret_value()"),
    ({"base_url": httpx.URL("https://api.example")}, "base_url must be text, not URL"),
    (
        {"base_url": "localhost:8000/api/v1"},
        SCHEME + "; pass 'http://localhost:8000/api/v1'",
    ),
    (
        {"base_url": "127.0.0.1:8000"},
        SCHEME + "; pass 'http://127.0.0.1:8000/'",
    ),
    (
        {"base_url": "[::1]:8000/api"},
        SCHEME + "; pass 'http://[::1]:8000/api'",
    ),
    (
        {"base_url": "api.pandocast.ai/api/v1"},
        SCHEME + "; pass 'https://api.pandocast.ai/api/v1'",
    ),
    ({"base_url": "ftp://api.example"}, "base_url must begin with https:// and a host, not 'ftp'"),
    (
        {"base_url": "user:pa55@api.example"},
        SCHEME,
    ),
    ({"base_url": "https://api.example:https/v1"}, UNREADABLE_ADDRESS),
    ({"base_url": "https://api.example:99999"}, UNREADABLE_ADDRESS),
    ({"base_url": "https://[::1"}, UNREADABLE_ADDRESS),
    ({"backoff": lambda: 1}, "backoff must take one argument, the RetryCallState of tenacity"),
    (
        {"backoff": pow},
        "backoff must take one argument, the RetryCallState of tenacity",
    ),
    ({"backoff": asyncio.sleep}, "backoff must be a function, not a coroutine function"),
]

OF_POLICIES: list[tuple[dict[str, object], str]] = [
    ({"mode": "of"}, "mode must be one of wait, raise, off, not 'of'"),
    ({"max_wait": "60"}, "max_wait must be a number of seconds, zero or more, not '60'"),
    ({"max_wait": None}, "max_wait must be a number of seconds, zero or more, not None"),
    ({"store": Path("redis")}, "store must be a URL as text, not PosixPath"),
]

OF_PANDOCAST: list[tuple[Callable[[Any], object], str]] = [
    (lambda c: c.content.list(limit="10"), "limit must be a whole number, not str"),
    (lambda c: c.content.list(limit=0), "limit must be 1 or more, not 0"),
    (lambda c: c.content.list(offset=2.0), "offset must be a whole number, not float"),
    (lambda c: c.content.list(prefetch=True), "prefetch must be a whole number, not bool"),
    (lambda c: c.content.list(position=7), "position is not one that this version has written"),
    (lambda c: c.content.get(7), "content_id must be text, not int"),
    (lambda c: c.content.get(UPLOAD), "content_id must be text, not Content; pass its id"),
    (lambda c: c.content.get(UUID(int=7)), "content_id must be text, not UUID; pass str() of it"),
    (lambda c: c.content.get(""), "content_id must not be empty"),
    (lambda c: c.content.outputs(UPLOAD), "content_id must be text, not Content; pass its id"),
    (lambda c: c.content.outputs(None), "content_id must be text, not None"),
    (
        lambda c: c.content.outputs(".."),
        "content_id must not be '..': it would change the path of the request",
    ),
    (lambda c: c.content.generate(17), "content_id must be text, not int"),
    (
        lambda c: c.content.find_upload(title="t", since=dt.timedelta(hours=1)),
        "since must be a datetime with a UTC offset, not timedelta",
    ),
    (
        lambda c: c.request("GET", "/content", params={"limit": float("nan")}),
        "limit must be a finite number, not nan",
    ),
    (
        lambda c: c.request("POST", "/content", json={"score": [float("inf")]}),
        "a number in the body has no form in JSON: it is not finite",
    ),
    (
        lambda c: c.content.generate("c1", selected_platforms="linkedin_post"),
        "selected_platforms must be a list of platforms, not one string",
    ),
    (
        lambda c: c.content.generate("c1", selected_platforms=[1]),
        "selected_platforms[0] must be text, not int",
    ),
    (lambda c: c.content.generate("c1", voice_profile_id=5), "voice_profile_id must be text, not int"),
    (
        lambda c: c.content.schedule("c1", output_id=1, scheduled_at=NOON),
        "output_id must be text, not int",
    ),
    (
        lambda c: c.content.schedule("c1", output_id="o", scheduled_at="2026-03-30T12:00:00Z"),
        "scheduled_at must be a datetime with a UTC offset, not str; pass datetime.fromisoformat() of it",
    ),
    (
        lambda c: c.content.schedule("c1", output_id="o", scheduled_at=dt.date(2026, 3, 30)),
        "scheduled_at must be a datetime with a UTC offset, not date",
    ),
    (
        lambda c: c.content.schedule("c1", output_id="o", scheduled_at=NAIVE),
        "scheduled_at must have a UTC offset, such as datetime(..., tzinfo=timezone.utc)",
    ),
    (
        lambda c: c.content.find_upload(title="t", since=1774000000),
        "since must be a datetime with a UTC offset, not int",
    ),
    (lambda c: c.content.find_upload(title=b"t", since=NOON), "title must be text, not bytes; decode it"),
    (lambda c: c.content.upload(**TEXTS | {"title": None}), "title must be text, not None"),
    (
        lambda c: c.content.upload_once("uploads.jsonl", **TEXTS),
        "journal must be an UploadJournal, not str; pass UploadJournal(path)",
    ),
    (lambda _: UploadJournal(cast("str", 5)), "path must be a path, not int"),
    (lambda c: c.content.upload(**TEXTS | {"content_type": 1}), "content_type must be text, not int"),
    (lambda c: c.content.upload(**TEXTS | {"title": "Half \ud83d"}), "title" + NO_TEXT),
    (lambda c: c.content.upload(**TEXTS | {"raw_content": "Half \ud83d"}), "raw_content" + NO_TEXT),
    (lambda c: c.content.outputs("\ud83d"), "content_id" + NO_TEXT),
    (
        lambda c: c.content.upload(**TEXTS | {"raw_content": b"text"}),
        "raw_content must be text, a Path or a file opened as text, not bytes; decode it",
    ),
    (
        lambda c: c.content.upload(**TEXTS | {"raw_content": None}),
        "raw_content must be text, a Path or a file opened as text, not None",
    ),
    (
        lambda c: c.content.wait_until_analyzed("c1", timeout=None),
        "timeout must be a number of seconds above zero, not None",
    ),
    (
        lambda c: c.content.wait_until_generated("c1", timeout="60"),
        "timeout must be a number of seconds above zero, not '60'",
    ),
    (lambda c: c.content.wait_until_analyzed(UPLOAD), "content_id must be text, not Content; pass its id"),
    (lambda c: c.content.wait_many_until_analyzed("c1"), "ids must be a list, not a string or dictionary"),
    (lambda c: c.content.wait_many_until_analyzed(5), "ids must be a list, not int"),
    (
        lambda c: c.content.wait_many_until_analyzed(["c1"], on_update="print"),
        "on_update must be a function, not str",
    ),
    (lambda c: c.request(7, "/content"), "method must be text, not int"),
    (lambda c: c.request("GET", Path("/content")), "path must be text, not PosixPath"),
    (
        lambda c: c.request("GET", "content"),
        "path must begin with one slash and be escaped; queries go into params, not into the path",
    ),
    (lambda c: c.request("GET", "/content", params="limit=1"), "params must be a dictionary, not str"),
    (lambda c: c.request("GET", "/content", params=[("limit", 1)]), "params must be a dictionary, not list"),
    (
        lambda c: c.request("GET", "/content", params={"limit": {"of": 1}}),
        "limit must be text, a number, a boolean or a list of these, not dict",
    ),
    (
        lambda c: c.request("GET", "/content", params={7: 1}),
        "the name of a parameter must be text, not int",
    ),
    (lambda c: c.request("GET", "/content", params={"q": "\ud83d"}), "q" + NO_TEXT),
    (lambda c: c.request("POST", "/content", json=["\ud83d"]), "the body" + NO_TEXT),
    (
        lambda c: c.request("POST", "/content", json='{"a": 1}'),
        "the body must be an object or an array, not a string",
    ),
    (lambda c: c.request("POST", "/content", json=5), "json must be a dictionary or a list, not int"),
    (
        lambda c: c.request("POST", "/content", json={"ids": {1}}),
        "a value in the body has no form in JSON: it is of type set",
    ),
    (lambda c: c.with_options(timeout=None), "timeout must be a number of seconds above zero, not None"),
    (lambda c: c.with_options(rate_limit=None), "rate_limit must be a RateLimitPolicy, not NoneType"),
]

OF_PASSBAND: list[tuple[Callable[[Any], object], str]] = [
    (lambda c: c.drafts.list(status=["approved"]), "status must be text, not list"),
    (lambda c: c.drafts.list(cursor=5), "cursor must be text, not int"),
    (lambda c: c.drafts.list(tags="a,b"), "tags must be a list, not a string or dictionary"),
    (
        lambda c: c.drafts.list(scheduled_after="yesterday"),
        "scheduled_after must be a datetime with a UTC offset, not str; pass datetime.fromisoformat() of it",
    ),
    (lambda c: c.drafts.get(UUID(int=1)), "id must be text, not UUID; pass str() of it"),
    (lambda c: c.drafts.create(text=b"Hello"), "text must be text, not bytes; decode it"),
    (
        lambda c: c.drafts.create(text="t", images=["https://a.example/1.png"]),
        "images[0] must be a dictionary or its model, not str; pass {'url': ...}",
    ),
    (lambda c: c.drafts.reject("d1", feedback=["no"]), "feedback must be text, not list"),
    (lambda c: c.drafts.schedule("d1", smart="yes"), "smart must be True or False, not str"),
    (
        lambda c: c.drafts.reschedule("d1", scheduled_at=dt.date(2026, 3, 30)),
        "scheduled_at must be a datetime with a UTC offset, not date",
    ),
    (
        lambda c: c.drafts.post("d1", platforms="twitter"),
        "platforms must be a list, not a string or dictionary",
    ),
    (lambda c: c.drafts.bulk("approve", ids="d1"), "ids must be a list, not a string or dictionary"),
    (lambda c: c.pipeline.runs(limit="5"), "limit must be a whole number, not str"),
    (lambda c: c.pipeline.wait(timeout=0), "timeout must be a number of seconds above zero, not 0"),
    (lambda c: c.sources.update("s1", enabled="no"), "enabled must be True or False, not str"),
    (lambda c: c.sources.update("s1", config=["a"]), "config must be a dictionary, not list"),
    (lambda c: c.sources.delete(5), "id must be text, not int"),
    (lambda c: c.voice_profile.update(style=5), "style must be text, not int"),
    (lambda c: c.voice_profile.update(formats="SHORT"), "formats must be a dictionary, not str"),
    (lambda c: c.engagement.summary(top="all"), "top must be a whole number, not str"),
    (
        lambda c: c.engagement.record(draft_id="d", platform="twitter", likes="7"),
        "likes must be a whole number, not str",
    ),
    (lambda c: c.experiments.list(status=1), "status must be text, not int"),
    (lambda c: c.drafts.bulk("approve", ids=None), "ids must be a list, not None"),
    (lambda c: c.schedule.enqueue(5), "draft_id must be text, not int"),
    (lambda c: c.schedule.best_times(platform=["twitter"]), "platform must be text, not list"),
    (lambda c: c.schedule.replace_slots(None), "slots must be a list, not None"),
]


def refuse(_request: httpx.Request) -> httpx.Response:
    pytest.fail("something was sent")


def blocking(call: Callable[[Any], object], client: type[Pandocast] | type[Passband]) -> None:
    http_client = httpx.Client(transport=httpx.MockTransport(refuse))
    call(client(**OPTIONS, http_client=http_client))


def awaiting(call: Callable[[Any], object], client: type[AsyncPandocast] | type[AsyncPassband]) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(refuse)) as http_client:
            made = call(client(**OPTIONS, http_client=http_client))
            if inspect.isawaitable(made):
                await made

    asyncio.run(run())


def message_of(make: Callable[[], object]) -> str:
    with pytest.raises(ValueError, match=r".") as caught:
        make()
    assert not isinstance(caught.value, PandocastError)
    assert KEY not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("options", "message"), OF_OPTIONS)
def test_options(options: dict[str, Any], message: str) -> None:
    for client in (Pandocast, AsyncPandocast, Passband, AsyncPassband):
        assert message_of(lambda client=client: client(**OPTIONS | options)) == message  # type: ignore[misc]  # bound now
    with Pandocast(**OPTIONS) as made:
        assert message_of(lambda: made.with_options(**options)) == message


@pytest.mark.parametrize(("options", "message"), OF_POLICIES)
def test_policies(options: dict[str, Any], message: str) -> None:
    assert message_of(lambda: RateLimitPolicy(**options)) == message


@pytest.mark.parametrize(("call", "message"), OF_PANDOCAST)
def test_calls_of_pandocast(call: Callable[[Any], object], message: str) -> None:
    assert message_of(lambda: blocking(call, Pandocast)) == message
    assert message_of(lambda: awaiting(call, AsyncPandocast)) == message


@pytest.mark.parametrize(("call", "message"), OF_PASSBAND)
def test_calls_of_passband(call: Callable[[Any], object], message: str) -> None:
    assert message_of(lambda: blocking(call, Passband)) == message
    assert message_of(lambda: awaiting(call, AsyncPassband)) == message


def test_there_are_at_least_forty() -> None:
    assert len(OF_OPTIONS) + len(OF_POLICIES) + len(OF_PANDOCAST) + len(OF_PASSBAND) >= 40


def test_an_upload_that_was_not_awaited_is_no_id() -> None:
    async def upload() -> Content:
        return UPLOAD

    forgotten = upload()
    message = message_of(lambda: blocking(lambda c: c.content.get(forgotten), Pandocast))
    assert message == "content_id must be text, not coroutine; await it"
    forgotten.close()


@pytest.mark.parametrize("name", ["article.md", "drafts/article"])
def test_the_name_of_a_file_is_not_its_text(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upload(raw_content: str) -> Callable[[Any], object]:
        return lambda c: c.content.upload(**TEXTS | {"raw_content": raw_content})

    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("The text.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for given in (name, str(path)):
        message = f"raw_content is the path of a file; pass Path({given!r}), or the text itself"
        assert message_of(lambda given=given: blocking(upload(given), Pandocast)) == message  # type: ignore[misc]  # bound now


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ("article.md\n", "Path('article.md')"),
        (" article.md ", "Path('article.md')"),
        ("~/article.md", "Path('~/article.md').expanduser()"),
    ],
)
def test_nor_is_the_name_as_a_shell_has_it(
    given: str, passed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "article.md").write_text("The text.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    message = f"raw_content is the path of a file; pass {passed}, or the text itself"
    upload = TEXTS | {"raw_content": given}
    assert message_of(lambda: blocking(lambda c: c.content.upload(**upload), Pandocast)) == message


def test_a_text_that_looks_like_a_path_may_be_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Hello").write_text("The text.", encoding="utf-8")
    (tmp_path / "docs").mkdir()
    sent: list[bytes] = []

    def keep(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(400)

    client = Pandocast(**OPTIONS, http_client=httpx.Client(transport=httpx.MockTransport(keep)))
    texts = [
        "Hello",
        "missing.md",
        "and/or",
        "./docs/",
        "a\0b.md",
        "one.\ntwo.md",
        "x" * 300 + ".md",
        "~.md",
        "~nobody/missing.md",
        "...",
    ]
    for text in texts:
        with pytest.raises(PandocastError):
            client.content.upload(**TEXTS | {"raw_content": text})
    assert len(sent) == len(texts)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "article.md"
    path.write_bytes("Grüße".encode("latin-1"))
    with path.open(encoding="utf-8") as file:
        for source in (path, file):
            message = message_of(
                lambda source=source: blocking(  # type: ignore[misc]  # bound now
                    lambda c: c.content.upload(**TEXTS | {"raw_content": source}), Pandocast
                )
            )
            assert message.startswith(
                f"raw_content must be UTF-8 text, and {str(path)!r} is not: 'utf-8' codec "
            )
