"""What `ReferenceServer` does beside the API: webhooks, platforms, outputs, failures, faults."""

import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from support.webhook_receiver import Receiver

from pandocast_sdk.webhooks import verify_signature
from pandocast_server.testing import ReferenceServer

ARTICLE = "A team keeps notes. The notes tell what was decided. Nobody has to ask twice. " * 20


@pytest.fixture
def server(pandocast_server: ReferenceServer) -> ReferenceServer:
    return pandocast_server


@pytest.fixture
def client(server: ReferenceServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {server.api_key}"}
    with httpx.Client(base_url=server.base_url, headers=headers, trust_env=False) as client:
        yield client


def upload(client: httpx.Client) -> str:
    body = {"title": "Notes", "content_type": "blog_post", "raw_content": ARTICLE}
    identifier: str = client.post("/content/upload", json=body).json()["id"]
    return identifier


def generated(server: ReferenceServer, client: httpx.Client, platform: str) -> tuple[str, str]:
    """Give an upload and its one output, for a platform."""
    content_id = upload(client)
    server.drain()
    answer = client.post(f"/content/{content_id}/generate", json={"selected_platforms": [platform]})
    assert answer.status_code == 202, answer.text
    server.drain()
    [output] = client.get(f"/content/{content_id}/outputs").json()["items"]
    return content_id, output["id"]


def schedule(
    server: ReferenceServer, client: httpx.Client, content_id: str, output_id: str
) -> httpx.Response:
    at = (server.clock.now() + timedelta(hours=1)).isoformat()
    return client.post(f"/content/{content_id}/schedule", json={"output_id": output_id, "scheduled_at": at})


def output_status(client: httpx.Client, content_id: str) -> str:
    [output] = client.get(f"/content/{content_id}/outputs").json()["items"]
    status: str = output["status"]
    return status


def test_a_triggered_event_arrives_signed(server: ReferenceServer, receiver: Receiver) -> None:
    endpoint = server.webhooks.add(receiver.url)
    event_id = server.trigger("ab_test.completed", {"name": "Ünïcode", "workspace_id": "somebody else's"})
    server.drain()
    [body], [headers] = receiver.bodies, receiver.headers
    assert verify_signature(body, headers["x-pandocast-signature"], endpoint.secret)
    event = json.loads(body)
    assert event["event"] == "ab_test.completed"
    assert event["data"]["name"] == "Ünïcode"
    assert event["data"]["workspace_id"].startswith("ws_")
    [delivery] = server.webhooks.deliveries(endpoint.id)
    assert (delivery.event_id, delivery.status) == (event_id, "succeeded")
    assert headers["x-pandocast-delivery"] == delivery.id


def test_an_event_may_have_no_data_and_any_name(server: ReferenceServer, receiver: Receiver) -> None:
    server.webhooks.add(receiver.url, secret="whsec_mine")
    server.trigger("something.new")
    server.drain()
    assert list(json.loads(receiver.bodies[0])["data"]) == ["workspace_id"]
    assert verify_signature(receiver.bodies[0], receiver.headers[0]["x-pandocast-signature"], "whsec_mine")


@pytest.mark.parametrize(
    ("event", "data", "error"),
    [
        ("", {}, ValueError),
        ("a\r\nb", {}, ValueError),
        ("a", {"b": float("nan")}, ValueError),
        ("a", {"b": {1}}, TypeError),
    ],
)
def test_an_event_that_cannot_be_sent_is_refused(
    server: ReferenceServer, event: str, data: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        server.trigger(event, data)


def test_ten_failures_disable_an_endpoint_and_replay_reaches_it(
    server: ReferenceServer, receiver: Receiver
) -> None:
    receiver.status = 500
    endpoint = server.webhooks.add(receiver.url)
    for _ in range(12):
        server.trigger("ab_test.completed", {})
    server.drain()
    [seen] = server.webhooks.list()
    assert (seen.enabled, seen.consecutive_failures, len(receiver.bodies)) == (False, 10, 10)
    deliveries = server.webhooks.deliveries(endpoint.id)
    assert [item.status for item in deliveries] == ["failed"] * 10 + ["skipped"] * 2
    receiver.status = 204
    assert server.webhooks.enable(endpoint.id).enabled
    server.webhooks.replay(deliveries[-1].id)
    server.drain()
    assert receiver.headers[-1]["x-pandocast-delivery"] == deliveries[-1].id
    assert server.webhooks.list()[0].consecutive_failures == 0


def test_unknown_endpoints_and_deliveries_are_lookup_errors(server: ReferenceServer) -> None:
    for call in (server.webhooks.enable, server.webhooks.deliveries, server.webhooks.replay):
        with pytest.raises(LookupError):
            call("unknown")
    with pytest.raises(ValueError, match="http"):
        server.webhooks.add("ftp://127.0.0.1/")


def test_a_disconnected_platform_takes_no_posts(server: ReferenceServer, client: httpx.Client) -> None:
    content_id, output_id = generated(server, client, "linkedin_post")
    server.platforms.disconnect("linkedin_post")
    assert schedule(server, client, content_id, output_id).status_code == 400
    server.platforms.connect("linkedin_post")
    assert schedule(server, client, content_id, output_id).status_code == 201


@pytest.mark.parametrize(
    ("times", "event", "status"), [(2, "post.published", "published"), (3, "post.failed", "failed")]
)
def test_a_failing_platform_is_tried_three_times(
    server: ReferenceServer, client: httpx.Client, receiver: Receiver, *, times: int, event: str, status: str
) -> None:
    content_id, output_id = generated(server, client, "twitter_single")
    server.webhooks.add(receiver.url)
    server.platforms.fail("twitter_single", error="down for repairs", times=times)
    schedule(server, client, content_id, output_id)
    server.clock.advance(hours=2)
    server.drain()
    assert [headers["x-pandocast-event"] for headers in receiver.headers] == [event]
    assert output_status(client, content_id) == status


def test_an_unknown_platform_is_a_value_error(server: ReferenceServer) -> None:
    for call in (server.platforms.connect, server.platforms.disconnect, server.platforms.fail):
        with pytest.raises(ValueError, match="nonsense"):
            call("nonsense")


def test_an_approved_output_can_be_scheduled(server: ReferenceServer, client: httpx.Client) -> None:
    content_id, output_id = generated(server, client, "twitter_single")
    server.outputs.approve(output_id)
    assert output_status(client, content_id) == "approved"
    assert schedule(server, client, content_id, output_id).status_code == 201
    with pytest.raises(ValueError, match="scheduled"):
        server.outputs.approve(output_id)
    with pytest.raises(LookupError):
        server.outputs.approve("out_unknown")


def test_the_next_analysis_can_be_made_to_fail(server: ReferenceServer, client: httpx.Client) -> None:
    server.content.fail_next("analysis")
    upload(client)
    upload(client)
    server.drain()
    statuses = [item["status"] for item in client.get("/content").json()["items"]]
    assert statuses == ["analyzed", "failed"]
    with pytest.raises(ValueError, match="publishing"):
        server.content.fail_next("publishing")


def test_a_fault_strikes_after_the_key_and_the_rate_limit(
    server: ReferenceServer, client: httpx.Client
) -> None:
    server.faults.add("GET", "/content/{id}/outputs", status=503, retry_after=3)
    assert client.get("/content/abc/outputs", headers={"Authorization": "Bearer x"}).status_code == 401
    answer = client.get("/content/abc/outputs")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert answer.headers["x-ratelimit-remaining"] == "99"
    assert answer.headers["x-pandocast-fault"] == "1"
    assert client.get("/content/abc/outputs").status_code == 404
    assert [request.status for request in server.requests] == [401, 503, 404]


def test_a_write_whose_answer_is_lost_was_done(server: ReferenceServer, client: httpx.Client) -> None:
    server.faults.add("POST", "/content/upload", drop=True, after_commit=True)
    with pytest.raises(httpx.RemoteProtocolError):
        upload(client)
    assert client.get("/content").json()["total"] == 1


def test_a_fault_after_a_refusal_hides_the_refusal(server: ReferenceServer, client: httpx.Client) -> None:
    server.faults.add("POST", "/content/upload", status=500, after_commit=True)
    assert client.post("/content/upload", json={}).status_code == 500
    assert client.get("/content").json()["total"] == 0
