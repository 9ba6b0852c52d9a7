"""An upload from its text to its published posts, through both clients."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.flavours import Client, Connect
from support.webhook_receiver import Receiver

from pandocast_sdk import (
    AuthenticationError,
    BadRequestError,
    ContentFailedError,
    NotFoundError,
    Pandocast,
    PermissionDeniedError,
    WaitTimeoutError,
)
from pandocast_sdk.webhooks import (
    ContentAnalyzed,
    ContentUploaded,
    Event,
    OutputsGenerated,
    PostFailed,
    PostPublished,
    Webhook,
)
from pandocast_server.testing import ReferenceServer

ARTICLE = Path(__file__).parents[2].joinpath("docs", "article.md").read_text(encoding="utf-8")


def test_an_upload_becomes_published_posts_with_signed_webhooks(
    client: Client, pandocast_server: ReferenceServer, receiver: Receiver
) -> None:
    endpoint = pandocast_server.webhooks.add(receiver.url)
    content = client.upload("Write once", ARTICLE)
    assert content.status == "analyzing"
    assert client.analyzed(content.id).status == "analyzed"

    started = client.generate(content.id, ["twitter_single", "linkedin_post", "newsletter"])
    assert (started.success, started.content_id, started.status) == (True, content.id, "generating")
    outputs = client.generated(content.id)
    assert client.get(content.id).status == "generated"
    assert outputs.total == 3
    assert {output.platform_id for output in outputs.items} == {
        "twitter_single",
        "linkedin_post",
        "newsletter",
    }
    assert len({output.content for output in outputs.items}) == 3
    assert all(0 <= output.voice_match_score <= 100 for output in outputs.items)

    when = pandocast_server.clock.now() + timedelta(hours=1)
    post = client.schedule(content.id, outputs.items[0].id, when)
    assert (post.success, post.status, post.scheduled_at) == (True, "scheduled", when)
    pandocast_server.clock.advance(hours=2)
    pandocast_server.drain()
    statuses = {output.id: output.status for output in client.outputs(content.id).items}
    assert statuses[outputs.items[0].id] == "published"

    events = _events(receiver, endpoint.secret)
    assert [type(event) for event in events] == [
        ContentUploaded,
        ContentAnalyzed,
        OutputsGenerated,
        PostPublished,
    ]
    generated, published = events[2], events[3]
    assert isinstance(generated, OutputsGenerated)
    assert isinstance(published, PostPublished)
    assert generated.data.output_ids == [output.id for output in outputs.items]
    assert (published.data.event_id, published.data.platform_id) == (
        post.event_id,
        outputs.items[0].platform_id,
    )


def test_a_post_fails_after_three_attempts(
    client: Client, pandocast_server: ReferenceServer, receiver: Receiver
) -> None:
    endpoint = pandocast_server.webhooks.add(receiver.url)
    output, content_id = _an_output(client)
    pandocast_server.platforms.fail("twitter_single", error="the token has expired", times=3)
    client.schedule(content_id, output, pandocast_server.clock.now() + timedelta(minutes=1))
    pandocast_server.clock.advance(minutes=10)
    pandocast_server.drain()
    event = _events(receiver, endpoint.secret)[-1]
    assert isinstance(event, PostFailed)
    assert (event.data.attempts, event.data.error) == (3, "the token has expired")
    assert client.outputs(content_id).items[0].status == "failed"


def test_a_post_is_published_at_the_third_attempt(client: Client, pandocast_server: ReferenceServer) -> None:
    output, content_id = _an_output(client)
    pandocast_server.platforms.fail("twitter_single", error="busy", times=2)
    client.schedule(content_id, output, pandocast_server.clock.now() + timedelta(minutes=1))
    for minutes, status in ((2, "scheduled"), (1, "scheduled"), (4, "published")):
        pandocast_server.clock.advance(minutes=minutes)
        pandocast_server.drain()
        assert client.outputs(content_id).items[0].status == status


def test_an_approved_output_can_be_scheduled_and_a_scheduled_one_cannot(
    client: Client, pandocast_server: ReferenceServer
) -> None:
    output, content_id = _an_output(client)
    pandocast_server.outputs.approve(output)
    assert client.outputs(content_id).items[0].status == "approved"
    when = pandocast_server.clock.now() + timedelta(days=1)
    client.schedule(content_id, output, when)
    with pytest.raises(BadRequestError, match="scheduled"):
        client.schedule(content_id, output, when)


def test_a_disconnected_platform_and_a_time_in_the_past_are_rejected(
    client: Client, pandocast_server: ReferenceServer
) -> None:
    output, content_id = _an_output(client)
    now = pandocast_server.clock.now()
    with pytest.raises(BadRequestError, match="future"):
        client.schedule(content_id, output, now - timedelta(seconds=1))
    pandocast_server.platforms.disconnect("twitter_single")
    with pytest.raises(BadRequestError, match="connected"):
        client.schedule(content_id, output, now + timedelta(hours=1))
    pandocast_server.platforms.connect("twitter_single")
    assert client.schedule(content_id, output, now + timedelta(hours=1)).success


def test_generating_twice_or_for_unknown_or_no_platforms_is_rejected(client: Client) -> None:
    content = client.upload()
    client.analyzed(content.id)
    with pytest.raises(BadRequestError, match="myspace"):
        client.generate(content.id, ["myspace"])
    with pytest.raises(BadRequestError, match="selected_platforms"):
        client.generate(content.id, [])
    client.generate(content.id, ["twitter_single"])
    client.generated(content.id)
    with pytest.raises(BadRequestError, match="analyzed"):
        client.generate(content.id, ["twitter_single"])


@pytest.mark.parametrize("work", ["analysis", "generation"])
def test_a_wait_raises_when_the_content_failed(
    work: str, client: Client, pandocast_server: ReferenceServer
) -> None:
    pandocast_server.content.fail_next(work)
    content = client.upload()
    if work == "generation":
        client.analyzed(content.id)
        client.generate(content.id)
    with pytest.raises(ContentFailedError) as caught:
        client.analyzed(content.id) if work == "analysis" else client.generated(content.id)
    assert caught.value.content_id == content.id
    assert caught.value.step == work
    assert f"failed on the server during its {work}" in str(caught.value)


@pytest.mark.parametrize("work", ["analysis", "generation"])
def test_a_client_that_did_not_see_which_step_failed_does_not_say(
    work: str, connect: Connect, client: Client, pandocast_server: ReferenceServer
) -> None:
    pandocast_server.content.fail_next(work)
    content = client.upload()
    if work == "generation":
        client.analyzed(content.id)
        client.generate(content.id)
    pandocast_server.drain()
    with connect(pandocast_server) as another:
        for wait in (another.analyzed, another.generated):
            with pytest.raises(ContentFailedError) as caught:
                wait(content.id)
            assert caught.value.step is None


def test_a_wait_times_out_with_the_last_status(client: Client) -> None:
    content = client.upload()
    client.analyzed(content.id)
    with pytest.raises(WaitTimeoutError) as caught:
        client.generated(content.id, timeout=1)
    assert (caught.value.content_id, caught.value.status) == (content.id, "analyzed")


def test_content_of_another_workspace_is_not_found(
    connect: Connect, client: Client, pandocast_server: ReferenceServer
) -> None:
    content = client.upload()
    with connect(pandocast_server, api_key=pandocast_server.create_workspace()) as stranger:
        assert stranger.ids() == []
        for call in (
            lambda: stranger.get(content.id),
            lambda: stranger.outputs(content.id),
            lambda: stranger.generate(content.id),
        ):
            with pytest.raises(NotFoundError) as caught:
                call()
            assert (caught.value.status_code, caught.value.code) == (404, "not_found")
            assert not caught.value.outcome_unknown


def test_read_only_and_revoked_keys_are_rejected(
    connect: Connect, client: Client, pandocast_server: ReferenceServer
) -> None:
    content = client.upload()
    key = pandocast_server.create_key(name="reader", read_only=True)
    with connect(pandocast_server, api_key=key) as reader:
        assert reader.ids() == [content.id]
        with pytest.raises(PermissionDeniedError):
            reader.upload()
        pandocast_server.revoke_key(key)
        with pytest.raises(AuthenticationError) as caught:
            reader.ids()
    assert key not in f"{caught.value!r} {caught.value} {caught.value.__dict__}"


@pytest.mark.parametrize(
    ("title", "text", "field"),
    [
        ("", "x", "title"),
        ("x" * 301, "x", "title"),
        ("x", "", "raw_content"),
        ("x", "x" * 1_000_001, "raw_content"),
        ("nul \x00", "x", "title"),
    ],
)
def test_a_field_out_of_bounds_is_named(client: Client, title: str, text: str, field: str) -> None:
    with pytest.raises(BadRequestError, match=field):
        client.upload(title, text)


def test_the_largest_text_is_accepted(client: Client) -> None:
    content = client.upload("x" * 300, "All work and no play. " * 45_454)
    assert client.analyzed(content.id, timeout=60).status == "analyzed"


def test_a_file_is_uploaded_as_its_text(
    pandocast_client: Pandocast, tmp_path: Path, pandocast_server: ReferenceServer
) -> None:
    path = tmp_path / "öl.md"
    path.write_text("# Öl\n\nEs schwimmt oben. Immer.", encoding="utf-8")
    upload = pandocast_client.content.upload
    assert upload(title="a", content_type="note", raw_content=path).content_type == "note"
    with path.open(encoding="utf-8") as file:
        upload(title="b", content_type="note", raw_content=file)
    upload(title="c", content_type="note", raw_content=io.StringIO("From memory."))
    sent = len(pandocast_server.requests)
    with path.open("rb") as file, pytest.raises(ValueError, match="opened as text"):
        upload(title="d", content_type="note", raw_content=file)  # type: ignore[arg-type] # the mistake
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="utf-8"):
        upload(title="e", content_type="note", raw_content=path)
    with pytest.raises(FileNotFoundError):
        upload(title="f", content_type="note", raw_content=tmp_path / "missing")
    assert len(pandocast_server.requests) == sent


def test_an_invalid_argument_is_rejected_before_anything_is_sent(
    pandocast_client: Pandocast, pandocast_server: ReferenceServer
) -> None:
    content = pandocast_client.content
    later = datetime(2030, 1, 1, 12)  # noqa: DTZ001 - the mistake
    for wrong in ("", ".", ".."):
        with pytest.raises(ValueError, match="id must not be"):
            content.outputs(wrong)
        with pytest.raises(ValueError, match="id must not be"):
            content.generate(wrong)
    with pytest.raises(ValueError, match="UTC offset"):
        content.schedule("abc", output_id="out", scheduled_at=later)
    with pytest.raises(ValueError, match="limit"):
        content.list(limit=0)
    with pytest.raises(ValueError, match="offset"):
        content.list(offset=-1)
    assert pandocast_server.requests == []
    with pytest.raises(NotFoundError):
        content.outputs("../../upload?x=1#y")
    assert [request.path for request in pandocast_server.requests] == [
        "/api/v1/content/../../upload?x=1#y/outputs"
    ]


def _events(receiver: Receiver, secret: str) -> list[Event]:
    webhook = Webhook(secret)
    return [webhook.unwrap(*delivery) for delivery in zip(receiver.bodies, receiver.headers, strict=True)]


def _an_output(client: Client) -> tuple[str, str]:
    content = client.upload()
    client.analyzed(content.id)
    client.generate(content.id, ["twitter_single"])
    return client.generated(content.id).items[0].id, content.id
