"""The modules of the documentation: each is run by some test, and those without a server run here."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from support.doc_pages import blocks
from support.webhook_servers import HOSTINGS, PAGE, documented, lay_out

from pandocast_sdk.webhooks import (
    ContentAnalyzed,
    ContentAnalyzedData,
    Event,
    PostPublished,
    PostPublishedData,
    UnknownEvent,
    Webhook,
)

WITHOUT_SERVER = {"deliveries", "lambda_function"}
WHEN = datetime(2026, 3, 28, tzinfo=UTC)
EVENTS: tuple[Event, ...] = (
    ContentAnalyzed(
        timestamp=WHEN, data=ContentAnalyzedData(workspace_id="ws_1", content_id="c_1", title="Clothes")
    ),
    UnknownEvent(event="new.type", timestamp=WHEN, data={}),
)


@pytest.fixture
def hooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Write the modules, to be imported in this process."""
    lay_out(tmp_path, handling=None)
    monkeypatch.setenv("PANDOCAST_WEBHOOK_SECRET", "whsec_test")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "hooks"
    for name in [name for name in sys.modules if name.partition(".")[0] == "hooks"]:
        del sys.modules[name]


def test_every_module_is_run_by_some_test() -> None:
    commands = " ".join(hosting.command for hosting in HOSTINGS.values())
    names = {Path(str(block.file)).stem for block in documented()} - WITHOUT_SERVER
    hosted_by_others = {"urls": "webhook_django", "aiohttp_app": "webhook_aiohttp"}
    assert all(hosted_by_others.get(name, f"hooks.{name}") in commands for name in names)
    assert len(names) == 11


def test_the_lambda_function_calls_the_handler(hooks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lambda_handler = import_module("hooks.lambda_function").lambda_handler
    for event in EVENTS:
        body, headers = Webhook("whsec_test").wrap(event)
        request = {
            "version": "2.0",
            "requestContext": {"http": {"method": "POST"}},
            "headers": headers,
            "body": body.decode(),
            "isBase64Encoded": False,
        }
        assert lambda_handler(request, None)["statusCode"] == 204
        assert lambda_handler({**request, "body": "{}"}, None)["statusCode"] == 401
    assert capsys.readouterr().out == "Clothes is analysed\n"


def test_work_that_fails_takes_its_digest_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a replay repairs it, and a second one does nothing more."""
    monkeypatch.chdir(tmp_path)
    (block,) = (each for each in blocks(PAGE) if "def handle_once" in each.code)
    namespace: dict[str, Any] = {}
    exec(block.code, namespace)  # noqa: S102 - our own page
    webhook = Webhook("whsec_test")
    published = PostPublished(timestamp=WHEN, data=PostPublishedData(event_id="evt_1"))
    delivery = webhook.receive(*webhook.wrap(published))
    with closing(sqlite3.connect("posts.db")) as database, database:
        database.execute("CREATE TABLE published (event_id TEXT, at TEXT CHECK (at IS NULL))")
    with pytest.raises(sqlite3.IntegrityError):
        namespace["handle_once"](delivery)
    with closing(sqlite3.connect("posts.db")) as database, database:
        database.execute("DROP TABLE published")
    for _ in range(2):
        namespace["handle_once"](delivery)
    with closing(sqlite3.connect("posts.db")) as database:
        assert database.execute("SELECT event_id FROM published").fetchall() == [("evt_1",)]
