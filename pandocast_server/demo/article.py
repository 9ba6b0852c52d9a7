"""The first act: one article from upload to webhook, with a server and an endpoint made for it."""

import json
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from attrs import frozen
from rich.console import Group
from rich.text import Text
from sqlalchemy import URL, select

from pandocast_sdk import Content, Output, Outputs, Pandocast, ScheduledPost
from pandocast_sdk.webhooks import Event, OutputsGenerated, PostPublished, Webhook, sign
from pandocast_server.demo.files import Article
from pandocast_server.demo.inbox import Inbox, Received, serving
from pandocast_server.demo.screen import MASK, DemoError, Screen, counted, day_and_time, match
from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.platforms import PART_SEPARATOR, PLATFORMS
from pandocast_server.storage.database import Database
from pandocast_server.storage.tables import content as content_table
from pandocast_server.testing import ReferenceServer
from pandocast_server.timestamps import wire_text

_SECONDS_FOR_A_WEBHOOK = 10.0
_SECONDS_FOR_WORK = 60.0
_SOON = timedelta(minutes=5)
_MORNING = 9
_SCHEDULED_FIRST = ("twitter_single", "linkedin_post")
_MOST_TOPICS = 3

_NEXT = (
    ("{program} demo FILE", "publish a text of yours"),
    ("{program} demo --full", "see every post to its last word"),
    ("{program} serve", "a server to develop against"),
    ("{program} keys create", "another key, while it serves"),
    ("{program} webhooks add URL", "have your program told of events"),
    ("docs/quickstart.md", "the same from Python"),
)


def run(article: Article, screen: Screen) -> dict[str, object]:
    """Publish an article with a server, an endpoint and a client of its own, and show what happens.

    Returns:
        Everything that was shown, and the posts in full, for JSON; fields of the API keep their names.

    Raises:
        DemoError: Something did not come about.
        PandocastError: A call of the SDK failed.
        TimeoutError: A webhook did not arrive in time.
        OSError: There is no disk space for a temporary database, or no free port.
    """
    started = time.monotonic()
    screen.step("Server", "the reference server, with an embedded database and a webhook endpoint")
    webhook_secret = f"whsec_{secrets.token_hex(16)}"
    inbox = Inbox(Webhook(webhook_secret), lambda received: _show_arrival(received.event, screen))
    with (
        TemporaryDirectory(prefix="pandocast-demo-", ignore_cleanup_errors=True) as directory,
        serving("POST", "/webhooks", inbox.take) as inbox_url,
        ReferenceServer(database_url=database_url(directory)) as server,
        httpx.Client(trust_env=False) as direct,  # a proxy could not reach this machine's loopback
        Pandocast(api_key=server.api_key, base_url=server.base_url, http_client=direct) as client,
    ):
        endpoint = server.webhooks.add(inbox_url, secret=webhook_secret)
        screen.fact("API", f"{server.base_url} with a key (pk_test_{MASK})")
        screen.fact("Webhooks", f"{inbox_url} with a secret (whsec_{MASK})")
        act = _Act(screen, server, client, inbox)
        content = act.upload(article)
        analysis = _stored_analysis(database_url(directory), content.id)
        _show_analysis(analysis, screen)
        outputs = act.generate(content)
        posts = act.schedule(content, outputs)
        act.pass_time(posts)
        screen.step("Forgery", "a stranger sends a webhook without knowing the secret")
        forgery = _forge(content, wire_text(server.clock.now()), inbox_url, direct)
        screen.arrival("post.published", f"refused with {forgery[0]}", f": {forgery[1]}", good=False)
        server.drain(timeout=_SECONDS_FOR_A_WEBHOOK)
        received = inbox.received
        _check([one.id for one in server.webhooks.deliveries(endpoint.id)], received, forgery[0])
        content, outputs = client.content.get(content.id), client.content.outputs(content.id)
    seconds, count = time.monotonic() - started, len(received)
    arrived = f"{count} webhooks arrived and all {count} were verified; 1 forged one was refused."
    screen.done(arrived, seconds, _NEXT)
    return {
        "content": content.model_dump(mode="json"),
        "analysis": {
            "language": analysis.language,
            "words": analysis.word_count,
            "reading_seconds": analysis.reading_seconds,
            "key_phrases": analysis.key_phrases,
        },
        "outputs": [_output(output) for output in outputs.items],
        "scheduled": [post.model_dump(mode="json") for post in posts],
        "webhooks": [_webhook(one) for one in received],
        "forgery": {"verified": False, "status": forgery[0], "reason": forgery[1]},
        "seconds": round(seconds, 3),
    }


@frozen
class _Act:
    """The steps that talk to the server."""

    screen: Screen
    server: ReferenceServer
    client: Pandocast
    inbox: Inbox

    def upload(self, article: Article) -> Content:
        self.screen.step("Upload", f"{article.title} ({len(article.text):,} characters)")
        content = self.client.content.upload(
            title=article.title, content_type="article", raw_content=article.text
        )
        content = self.client.content.wait_until_analyzed(content.id, timeout=_SECONDS_FOR_WORK)
        self.inbox.wait_for("content.analyzed", timeout=_SECONDS_FOR_A_WEBHOOK)
        return content

    def generate(self, content: Content) -> Outputs:
        self.screen.step("Generate", "a post for every platform that the text suits")
        self.client.content.generate(content.id)
        outputs = self.client.content.wait_until_generated(content.id, timeout=_SECONDS_FOR_WORK)
        self.inbox.wait_for("outputs.generated", timeout=_SECONDS_FOR_A_WEBHOOK)
        _show_posts(outputs.items, self.screen)
        return outputs

    def schedule(self, content: Content, outputs: Outputs) -> list[ScheduledPost]:
        self.screen.step("Schedule", "one post for soon, and one for tomorrow morning")
        now = self.server.clock.now().replace(second=0, microsecond=0)
        tomorrow = (now + timedelta(days=1)).replace(hour=_MORNING, minute=0)
        posts: list[ScheduledPost] = []
        for output, when in zip(_chosen(outputs), (now + _SOON, tomorrow), strict=True):
            posts.append(self.client.content.schedule(content.id, output_id=output.id, scheduled_at=when))
            self.screen.fact(day_and_time(when), output.format_name)
        return posts

    def pass_time(self, posts: Sequence[ScheduledPost]) -> None:
        self.screen.step("Clock", "the server's time jumps to the time of each post")
        clock = self.server.clock
        for count, post in enumerate(posts, start=1):
            self.screen.fact(day_and_time(clock.now()), f"forward to {day_and_time(post.scheduled_at)}")
            clock.advance(max(timedelta(), post.scheduled_at - clock.now()))
            self.inbox.wait_for("post.published", count=count, timeout=_SECONDS_FOR_A_WEBHOOK)


def database_url(directory: str) -> str:
    """Return the address of a database in a directory."""
    return URL.create("sqlite", database=str(Path(directory, "demo.db"))).render_as_string()


def _stored_analysis(database_url: str, content_id: str) -> Analysis:
    """Read what the server has found; the API publishes that it is done, and nothing of what it says."""
    database = Database(database_url)
    try:
        with database.read() as connection:
            query = select(content_table.c.analysis).where(content_table.c.id == content_id)
            return Analysis.from_json(str(connection.execute(query).scalar_one()))
    finally:
        database.close()


def _chosen(outputs: Outputs) -> list[Output]:
    """Choose the two posts to schedule: those that every reader knows, if they are there."""
    ordered = sorted(outputs.items, key=lambda output: output.platform_id not in _SCHEDULED_FIRST)
    if len(ordered) < 2:
        raise DemoError("there are fewer than two posts to schedule")
    return ordered[:2]


def _forge(content: Content, now: str, url: str, direct: httpx.Client) -> tuple[int, str]:
    event = {"event": "post.published", "timestamp": now, "data": {"content_id": content.id}}
    body = json.dumps(event).encode()
    response = direct.post(url, content=body, headers={"X-Pandocast-Signature": sign(body, "a guess")})
    return response.status_code, response.text


def _check(sent: Sequence[str], received: Sequence[Received], forged: int) -> None:
    missing = set(sent).difference(one.delivery_id for one in received)
    if missing:
        raise DemoError(f"{len(missing)} of {len(sent)} webhooks did not arrive, or were not verified")
    if forged != HTTPStatus.UNAUTHORIZED:
        raise DemoError(f"a forged webhook was answered with {forged}")


def _show_analysis(analysis: Analysis, screen: Screen) -> None:
    words = counted(analysis.word_count, "word")
    screen.fact("Analysis", f"{words}, {counted(analysis.reading_minutes, 'minute')} to read")
    if analysis.key_phrases:
        screen.fact("About", ", ".join(analysis.key_phrases[:_MOST_TOPICS]))


def _show_arrival(event: Event, screen: Screen) -> None:
    moment, about = event.timestamp, ""
    if isinstance(event, OutputsGenerated) and event.data.output_ids is not None:
        about = counted(len(event.data.output_ids), "post")
    elif isinstance(event, PostPublished) and event.data.platform_id is not None:
        platform = PLATFORMS.get(event.data.platform_id)
        about = platform.format_name if platform else event.data.platform_id
    when = f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03} UTC" if moment else ""
    screen.arrival(event.event, "verified", f"  {when}  {about}".rstrip(), good=True)


def _show_posts(outputs: Sequence[Output], screen: Screen) -> None:
    """Show where each post goes, how well it matches the voice, how long it is and may be."""
    rows: list[list[Text | Group]] = []
    for output in outputs:
        text = screen.text(output.content, whole=6, lines=3)
        score = match(output.voice_match_score, str(output.voice_match_score))
        heading = Text(output.format_name, style="bold")
        rows.append([Group(heading, text, Text()), score, Text(_length(output))])
    screen.table(["Post", "Voice\nmatch", "Characters\n/ limit"], rows, wide=0)


def _length(output: Output) -> str:
    platform = PLATFORMS.get(output.platform_id)
    if platform is None:
        return f"{len(output.content):,}"
    lines = [f"{len(output.content):,} / {platform.max_characters:,}"]
    if platform.max_parts > 1:
        parts = output.content.split(PART_SEPARATOR)
        longest = max(map(len, parts))
        lines += [counted(len(parts), "post"), f"max {longest:,} / {platform.max_part_characters:,}"]
    return "\n".join(lines)


def _output(output: Output) -> dict[str, object]:
    platform = PLATFORMS.get(output.platform_id)
    limit = None if platform is None else platform.max_characters
    return {**output.model_dump(mode="json"), "characters": len(output.content), "max_characters": limit}


def _webhook(received: Received) -> dict[str, object]:
    event = received.event.model_dump(mode="json", exclude_none=True)
    return {"verified": True, "delivery_id": received.delivery_id, **event}
