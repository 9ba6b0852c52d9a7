"""What the demo does: one article from upload to webhook, with a server and an endpoint made for it."""

import json
import secrets
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from attrs import frozen
from sqlalchemy import URL, select

from pandocast_sdk import Content, Output, Outputs, Pandocast, ScheduledPost
from pandocast_sdk.webhooks import Webhook, sign
from pandocast_server.cli.demo_article import Article
from pandocast_server.cli.demo_inbox import Inbox, Received, send
from pandocast_server.cli.demo_screen import Screen
from pandocast_server.cli.demo_stage import MASK, day_and_time
from pandocast_server.generation.analysis import Analysis
from pandocast_server.storage.database import Database
from pandocast_server.storage.tables import content as content_table
from pandocast_server.testing import ReferenceServer
from pandocast_server.timestamps import wire_text

_SECONDS_FOR_A_WEBHOOK = 10.0
_SECONDS_FOR_WORK = 60.0
_SOON = timedelta(minutes=5)
_MORNING = 9
_SCHEDULED_FIRST = ("twitter_single", "linkedin_post")


class DemoError(Exception):
    """The demo cannot go on, in a sentence."""


@frozen
class Forgery:
    """What became of a delivery that was signed with a wrong secret."""

    status: int
    reason: str


@frozen
class Demonstration:
    """Everything that the demo has shown."""

    content: Content
    analysis: Analysis
    outputs: Outputs
    posts: list[ScheduledPost]
    received: list[Received]
    forgery: Forgery
    seconds: float


def run(article: Article, screen: Screen) -> Demonstration:
    """Publish an article with a server, an endpoint and a client of its own, and show what happens.

    Raises:
        DemoError: Something did not come about.
        PandocastError: A call of the SDK failed.
        TimeoutError: A webhook did not arrive in time.
        OSError: There is no room for a temporary database, or no free port.
    """
    started = time.monotonic()
    screen.step("Server", "the reference server, with an embedded database and a webhook endpoint")
    webhook_secret = f"whsec_{secrets.token_hex(16)}"
    with (
        TemporaryDirectory(prefix="pandocast-demo-", ignore_cleanup_errors=True) as directory,
        Inbox(Webhook(webhook_secret), screen.received) as inbox,
        ReferenceServer(database_url=database_url(directory)) as server,
        httpx.Client(trust_env=False) as direct,  # a proxy could not reach this machine's loopback
        Pandocast(api_key=server.api_key, base_url=server.base_url, http_client=direct) as client,
    ):
        endpoint = server.webhooks.add(inbox.url, secret=webhook_secret)
        screen.fact("API", f"{server.base_url} with a key (pk_test_{MASK})")
        screen.fact("Webhooks", f"{inbox.url} with a secret (whsec_{MASK})")
        content = _upload(article, client, inbox, screen)
        analysis = _stored_analysis(database_url(directory), content.id)
        screen.analysis(analysis)
        outputs = _generate(content, client, inbox, screen)
        posts = _schedule(content, outputs, server, client, screen)
        _pass_time(posts, server, inbox, screen)
        forgery = _forge(content, outputs.items[0], server.clock.now(), inbox, screen)
        server.drain(timeout=_SECONDS_FOR_A_WEBHOOK)
        sent, received = server.webhooks.deliveries(endpoint.id), inbox.received
        content, outputs = client.content.get(content.id), client.content.outputs(content.id)
    _check([one.id for one in sent], [one.delivery_id for one in received], forgery)
    return Demonstration(content, analysis, outputs, posts, received, forgery, time.monotonic() - started)


def _check(sent: Sequence[str], verified: Sequence[str | None], forgery: Forgery) -> None:
    missing = set(sent).difference(verified)
    if missing:
        raise DemoError(f"{len(missing)} of {len(sent)} webhooks did not arrive, or were not verified")
    if forgery.status != HTTPStatus.UNAUTHORIZED:
        raise DemoError(f"a forged webhook was answered with {forgery.status}")


def database_url(directory: str) -> str:
    return URL.create("sqlite", database=str(Path(directory, "demo.db"))).render_as_string()


def _upload(article: Article, client: Pandocast, inbox: Inbox, screen: Screen) -> Content:
    screen.step("Upload", f"{article.title} ({len(article.text):,} characters)")
    content = client.content.upload(title=article.title, content_type="article", raw_content=article.text)
    content = client.content.wait_until_analyzed(content.id, timeout=_SECONDS_FOR_WORK)
    inbox.wait_for("content.analyzed", timeout=_SECONDS_FOR_A_WEBHOOK)
    return content


def _stored_analysis(database_url: str, content_id: str) -> Analysis:
    """Read what the server has found; the API publishes that it is done, and nothing of what it says."""
    database = Database(database_url)
    try:
        with database.read() as connection:
            query = select(content_table.c.analysis).where(content_table.c.id == content_id)
            return Analysis.from_json(str(connection.execute(query).scalar_one()))
    finally:
        database.close()


def _generate(content: Content, client: Pandocast, inbox: Inbox, screen: Screen) -> Outputs:
    screen.step("Generate", "a post for every platform that the text suits")
    client.content.generate(content.id)
    outputs = client.content.wait_until_generated(content.id, timeout=_SECONDS_FOR_WORK)
    inbox.wait_for("outputs.generated", timeout=_SECONDS_FOR_A_WEBHOOK)
    screen.posts(outputs.items)
    return outputs


def _schedule(
    content: Content, outputs: Outputs, server: ReferenceServer, client: Pandocast, screen: Screen
) -> list[ScheduledPost]:
    screen.step("Schedule", "one post for soon, and one for tomorrow morning")
    now = server.clock.now().replace(second=0, microsecond=0)
    tomorrow = (now + timedelta(days=1)).replace(hour=_MORNING, minute=0)
    posts: list[ScheduledPost] = []
    for output, when in zip(_chosen(outputs), (now + _SOON, tomorrow), strict=True):
        posts.append(client.content.schedule(content.id, output_id=output.id, scheduled_at=when))
        screen.fact(day_and_time(when), output.format_name)
    return posts


def _chosen(outputs: Outputs) -> list[Output]:
    """Choose the two posts to schedule: those that every reader knows, if they are there."""
    ordered = sorted(outputs.items, key=lambda output: output.platform_id not in _SCHEDULED_FIRST)
    if len(ordered) < 2:
        raise DemoError("there are fewer than two posts to schedule")
    return ordered[:2]


def _pass_time(posts: list[ScheduledPost], server: ReferenceServer, inbox: Inbox, screen: Screen) -> None:
    screen.step("Clock", "the server's time jumps to the time of each post")
    for count, post in enumerate(posts, start=1):
        screen.fact(day_and_time(server.clock.now()), f"forward to {day_and_time(post.scheduled_at)}")
        server.clock.advance(max(timedelta(), post.scheduled_at - server.clock.now()))
        inbox.wait_for("post.published", count=count, timeout=_SECONDS_FOR_A_WEBHOOK)


def _forge(content: Content, output: Output, now: datetime, inbox: Inbox, screen: Screen) -> Forgery:
    screen.step("Forgery", "a stranger sends a webhook without knowing the secret")
    data = {"content_id": content.id, "output_id": output.id}
    body = json.dumps({"event": "post.published", "timestamp": wire_text(now), "data": data}).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Pandocast-Event": "post.published",
        "X-Pandocast-Signature": sign(body, "a guess"),
    }
    forgery = Forgery(*send(inbox.url, body, headers))
    screen.refused("post.published", forgery.status, forgery.reason)
    return forgery
