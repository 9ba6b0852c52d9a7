"""A workspace never sees another's rows: they are as if they did not exist."""

from pathlib import Path

from support.in_process import open_api

from pandocast_server.pandocast.routes import ROUTES
from pandocast_server.workspaces import create_workspace

FUTURE = "2999-01-01T00:00:00Z"


def test_every_route_with_an_id_tells_foreign_and_missing_alike(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        content_id, outputs = api.generated("twitter_single")
        stranger = create_workspace(api.runtime, "other").api_key
        body = {"output_id": outputs[0]["id"], "scheduled_at": FUTURE}
        routes = [route for route in ROUTES if "{id}" in route.path_format]
        assert len(routes) == 3
        for route in routes:
            method = "POST" if "POST" in (route.methods or ()) else "GET"
            answers = [
                api.send(method, route.path_format.replace("{id}", name), key=stranger, json=body)
                for name in (content_id, "nobody", "a" * 5000, "%F0%9F%98%80", "upload")
            ]
            assert {answer.status_code for answer in answers} == {404}
            assert {answer.content for answer in answers} == {answers[0].content}


def test_a_list_holds_only_what_is_ours(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        api.upload()
        stranger = create_workspace(api.runtime, "other").api_key
        assert api.send("GET", "/content", key=stranger).json() == {
            "items": [],
            "total": 0,
            "has_more": False,
        }


def test_a_foreign_output_cannot_be_scheduled_through_content_of_ours(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        _, outputs = api.generated("twitter_single")
        stranger = create_workspace(api.runtime, "other").api_key
        api.send(
            "POST",
            "/content/upload",
            key=stranger,
            json={"title": "t", "content_type": "c", "raw_content": "r"},
        )
        own = api.send("GET", "/content", key=stranger).json()["items"][0]["id"]
        for output_id in (outputs[0]["id"], "nobody"):
            answer = api.send(
                "POST",
                f"/content/{own}/schedule",
                key=stranger,
                json={"output_id": output_id, "scheduled_at": FUTURE},
            )
            assert (answer.status_code, answer.json()["error"]) == (404, "Output not found")
