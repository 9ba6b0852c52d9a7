"""The first act: one article from upload to webhook, with a server and an endpoint made for it."""

import json
import time
from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus

import httpx
from attrs import frozen
from rich import box
from rich.console import Group
from rich.table import Column, Table
from rich.text import Text

from pandocast_sdk import Content, Output, Outputs, Pandocast, ScheduledPost
from pandocast_sdk.webhooks import Event, OutputsGenerated, PostPublished, sign
from pandocast_server.demo.files import Article
from pandocast_server.demo.inbox import Inbox, Received, serving
from pandocast_server.demo.screen import MASK, DemoError, Screen, counted, day_and_time, match
from pandocast_server.generation.analysis import analyze
from pandocast_server.generation.platforms import PART_SEPARATOR, PLATFORMS
from pandocast_server.testing import ReferenceServer
from pandocast_server.timestamps import wire_text

_SECONDS_FOR_WORK = 60.0
_SCHEDULED_FIRST = ("twitter_single", "linkedin_post")

_NEXT = (
    ("{program} demo FILE", "publish a text of yours"),
    ("{program} demo --full", "see every post to its last word"),
    ("{program} serve", "a server to develop against"),
    ("{program} keys create", "another key, while it serves"),
    ("{program} webhooks add URL", "send events to your program"),
    ("docs/quickstart.md", "the same from Python"),
)


def run(article: Article, screen: Screen) -> dict[str, object]:
    """Publish an article and show what happens; return all of it for JSON, in the API's names."""
    started = time.monotonic()
    screen.step("Server", "the reference server, with an embedded database and a webhook endpoint")
    inbox = Inbox(lambda event: _show_arrival(event, screen))
    with (
        serving("POST", "/webhooks", inbox.take) as inbox_url,
        ReferenceServer() as server,
        httpx.Client(trust_env=False) as direct,  # a proxy could not reach this machine's loopback
        Pandocast(api_key=server.api_key, base_url=server.base_url, http_client=direct) as client,
    ):
        endpoint = server.webhooks.add(inbox_url, secret=inbox.secret)
        screen.fact("API", f"{server.base_url} with a key (pk_test_{MASK})")
        screen.fact("Webhooks", f"{inbox_url} with a secret (whsec_{MASK})")
        act = _Act(screen, server, client, inbox)
        content = act.upload(article)
        analysis = _show_analysis(article, screen)
        posts = act.schedule(content, act.generate(content))
        act.pass_time(posts)
        forgery = act.forge(content, inbox_url, direct)
        _check([one.id for one in server.webhooks.deliveries(endpoint.id)], inbox.received)
        content, outputs = client.content.get(content.id), client.content.outputs(content.id)
    seconds, count = time.monotonic() - started, len(inbox.received)
    arrived = f"{count} webhooks arrived and all {count} were verified; 1 forged one was refused."
    screen.done(arrived, seconds, _NEXT)
    return {
        "content": content.model_dump(mode="json"),
        "analysis": analysis,
        "outputs": [_output(output) for output in outputs.items],
        "scheduled": [post.model_dump(mode="json") for post in posts],
        "webhooks": [_webhook(one) for one in inbox.received],
        "forgery": forgery,
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
        self._expect("content.analyzed")
        return content

    def generate(self, content: Content) -> Outputs:
        self.screen.step("Generate", "a post for every platform that the text suits")
        self.client.content.generate(content.id)
        outputs = self.client.content.wait_until_generated(content.id, timeout=_SECONDS_FOR_WORK)
        self._expect("outputs.generated")
        _show_posts(outputs.items, self.screen)
        return outputs

    def schedule(self, content: Content, outputs: Outputs) -> list[ScheduledPost]:
        self.screen.step("Schedule", "one post for soon, and one for tomorrow morning")
        now = self.server.clock.now().replace(second=0, microsecond=0)
        soon, tomorrow = now + timedelta(minutes=5), (now + timedelta(days=1)).replace(hour=9, minute=0)
        posts: list[ScheduledPost] = []
        # Those that every reader knows come first, if they are there.
        ordered = sorted(outputs.items, key=lambda output: output.platform_id not in _SCHEDULED_FIRST)
        for output, when in zip(ordered[:2], (soon, tomorrow), strict=True):
            posts.append(self.client.content.schedule(content.id, output_id=output.id, scheduled_at=when))
            self.screen.fact(day_and_time(when), output.format_name)
        return posts

    def pass_time(self, posts: Sequence[ScheduledPost]) -> None:
        self.screen.step("Clock", "the server's time jumps to the time of each post")
        clock = self.server.clock
        for count, post in enumerate(posts, start=1):
            self.screen.fact(day_and_time(clock.now()), f"forward to {day_and_time(post.scheduled_at)}")
            clock.advance(max(timedelta(), post.scheduled_at - clock.now()))
            self._expect("post.published", count)

    def forge(self, content: Content, url: str, direct: httpx.Client) -> dict[str, object]:
        self.screen.step("Forgery", "a stranger sends a webhook without knowing the secret")
        now = wire_text(self.server.clock.now())
        event = {"event": "post.published", "timestamp": now, "data": {"content_id": content.id}}
        body = json.dumps(event).encode()
        response = direct.post(url, content=body, headers={"X-Pandocast-Signature": sign(body, "a guess")})
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            raise DemoError(f"a forged webhook was answered with {response.status_code}")
        verdict, reason = f"refused with {response.status_code}", response.text
        self.screen.arrival("post.published", verdict, f": {reason}", good=False)
        return {"verified": False, "status": response.status_code, "reason": reason}

    def _expect(self, event_type: str, count: int = 1) -> None:
        self.server.drain(timeout=_SECONDS_FOR_WORK)
        if sum(one.event.event == event_type for one in self.inbox.received) < count:
            raise DemoError(f"no webhook {event_type} arrived")


def _check(sent: Sequence[str], received: Sequence[Received]) -> None:
    missing = set(sent).difference(one.delivery_id for one in received)
    if missing:
        raise DemoError(f"{len(missing)} of {len(sent)} webhooks did not arrive, or were not verified")


def _show_analysis(article: Article, screen: Screen) -> dict[str, object]:
    """Analyse a text as the server does, whose API does not publish what it found."""
    analysis = analyze(article.text, article.title)
    words, minutes = counted(analysis.word_count, "word"), counted(analysis.reading_minutes, "minute")
    screen.fact("Analysis", f"{words}, {minutes} to read")
    if analysis.key_phrases:
        screen.fact("About", ", ".join(analysis.key_phrases[:3]))
    return {
        "words": analysis.word_count,
        "reading_seconds": analysis.reading_seconds,
        "key_phrases": analysis.key_phrases,
    }


def _show_arrival(event: Event, screen: Screen) -> None:
    moment, about = event.timestamp, ""
    if isinstance(event, OutputsGenerated) and event.data.output_ids is not None:
        about = counted(len(event.data.output_ids), "post")
    elif isinstance(event, PostPublished) and event.data.platform_id is not None:
        about = PLATFORMS[event.data.platform_id].format_name
    when = f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03} UTC" if moment else ""
    screen.arrival(event.event, "verified", f"  {when}  {about}".rstrip(), good=True)


def _show_posts(outputs: Sequence[Output], screen: Screen) -> None:
    """Show where each post goes, how well it matches the voice, how long it is and may be."""
    table = Table(
        Column("Post", ratio=1),
        Column("Voice\nmatch", justify="right", no_wrap=True),
        Column("Characters\n/ limit", justify="right", no_wrap=True),
        box=box.SIMPLE_HEAD,
        expand=True,
        show_edge=False,
        pad_edge=False,
    )
    for output in outputs:
        text = screen.preview(output.content, lines=3, whole=6)
        score = match(output.voice_match_score, str(output.voice_match_score))
        table.add_row(Group(Text(output.format_name, style="bold"), text, Text()), score, _length(output))
    screen.show(Text(), table)


def _length(output: Output) -> str:
    platform = PLATFORMS[output.platform_id]
    lines = [f"{len(output.content):,} / {platform.max_characters:,}"]
    if platform.max_parts > 1:
        parts = output.content.split(PART_SEPARATOR)
        longest = max(map(len, parts))
        lines += [counted(len(parts), "post"), f"max {longest:,} / {platform.max_part_characters:,}"]
    return "\n".join(lines)


def _output(output: Output) -> dict[str, object]:
    limit = PLATFORMS[output.platform_id].max_characters
    return {**output.model_dump(mode="json"), "characters": len(output.content), "max_characters": limit}


def _webhook(received: Received) -> dict[str, object]:
    event = received.event.model_dump(mode="json", exclude_none=True)
    return {"verified": True, "delivery_id": received.delivery_id, **event}
