from pathlib import Path

import pytest
from support.in_process import UPLOAD, open_api

from pandocast_server.generation.platforms import PLATFORMS
from pandocast_server.workspaces import create_workspace


def test_outputs_are_written_for_the_platforms_that_were_named(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        content_id = api.upload()
        api.run_jobs()
        body = {
            "voice_profile_id": api.workspace.voice_profile_id,
            "selected_platforms": ["linkedin_post", "twitter_single", "linkedin_post"],
            "emphasis_notes": "Focus on forgetting",
        }
        answer = api.send("POST", f"/content/{content_id}/generate", json=body)
        assert (answer.status_code, answer.json()) == (
            202,
            {
                "success": True,
                "content_id": content_id,
                "status": "generating",
                "message": "Generation started for 2 platforms",
            },
        )
        assert api.status(content_id) == "generating"
        assert api.send("GET", f"/content/{content_id}/outputs").json() == {"items": [], "total": 0}
        api.run_jobs()
        assert api.status(content_id) == "generated"
        outputs = api.send("GET", f"/content/{content_id}/outputs").json()
        assert outputs["total"] == 2
        assert [item["platform_id"] for item in outputs["items"]] == ["linkedin_post", "twitter_single"]
        for item in outputs["items"]:
            assert item["status"] == "draft"
            assert item["format_name"] == PLATFORMS[item["platform_id"]].format_name
            assert 0 < len(item["content"]) <= PLATFORMS[item["platform_id"]].max_characters
        generated = {
            "workspace_id": api.workspace.workspace_id,
            "content_id": content_id,
            "title": UPLOAD["title"],
            "output_ids": [item["id"] for item in outputs["items"]],
        }
        assert api.events()[-1] == ("outputs.generated", generated)


@pytest.mark.parametrize("body", [{}, {"voice_profile_id": None}])
def test_no_selection_means_every_eligible_platform(tmp_path: Path, body: dict[str, object]) -> None:
    with open_api(tmp_path) as api:
        content_id = api.upload()
        api.run_jobs()
        assert api.send("POST", f"/content/{content_id}/generate", json=body).status_code == 202
        api.run_jobs()
        written = {
            item["platform_id"] for item in api.send("GET", f"/content/{content_id}/outputs").json()["items"]
        }
        assert {"twitter_single", "linkedin_post"} <= written
        assert "newsletter" not in written  # two sentences are no newsletter


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"selected_platforms": []}, "selected_platforms must not be empty"),
        ({"selected_platforms": "twitter_single"}, "selected_platforms must be a list"),
        ({"selected_platforms": ["twitter_single", "myspace"]}, 'unknown platform: "myspace"'),
        ({"selected_platforms": ["TWITTER_SINGLE"]}, 'unknown platform: "TWITTER_SINGLE"'),
        ({"selected_platforms": ["x" * 100_000]}, "unknown platform"),
        (
            {"voice_profile_id": "vp_nobody"},
            'voice_profile_id names no voice profile of this workspace: "vp_nobody"',
        ),
        ({"voice_profile_id": ""}, "voice_profile_id names no voice profile"),
        ({"voice_profile_id": 7}, "voice_profile_id must be a string"),
        ({"emphasis_notes": 7}, "emphasis_notes must be a string"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_starts(
    tmp_path: Path, body: dict[str, object], message: str
) -> None:
    with open_api(tmp_path) as api:
        content_id = api.upload()
        api.run_jobs()
        answer = api.send("POST", f"/content/{content_id}/generate", json=body)
        assert answer.status_code == 400
        assert message in answer.json()["error"]
        assert len(answer.content) < 500
        assert api.status(content_id) == "analyzed"


def test_another_workspaces_voice_is_unknown(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        other = create_workspace(api.runtime, "other")
        content_id = api.upload()
        api.run_jobs()
        answer = api.send(
            "POST", f"/content/{content_id}/generate", json={"voice_profile_id": other.voice_profile_id}
        )
        assert answer.status_code == 400
        assert "voice_profile_id" in answer.json()["error"]


def test_content_is_generated_once_and_only_after_its_analysis(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        content_id = api.upload()
        path = f"/content/{content_id}/generate"
        refusals = [api.send("POST", path, json={})]
        api.run_jobs()
        assert api.send("POST", path, json={"selected_platforms": ["twitter_single"]}).status_code == 202
        refusals.append(api.send("POST", path, json={"selected_platforms": ["twitter_single"]}))
        api.run_jobs()
        refusals.append(api.send("POST", path, json={}))
        assert [(answer.status_code, answer.json()["error"].rpartition(" ")[2]) for answer in refusals] == [
            (400, "analyzing"),
            (400, "generating"),
            (400, "generated"),
        ]
        assert api.send("GET", f"/content/{content_id}/outputs").json()["total"] == 1


def test_a_generation_that_fails_leaves_no_outputs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def write(self, *_: object) -> str:
            raise RuntimeError("out of words")

    with open_api(tmp_path) as api:
        content_id = api.upload()
        api.run_jobs()
        api.send("POST", f"/content/{content_id}/generate", json={})
        api.runtime.generator = Broken()  # type: ignore[assignment]  # half a generator will do
        api.run_jobs()
        assert api.status(content_id) == "failed"
        assert "out of words" in caplog.text
        assert api.send("GET", f"/content/{content_id}/outputs").json()["total"] == 0
        assert api.send("POST", f"/content/{content_id}/generate", json={}).status_code == 400


def test_a_generation_that_cannot_even_be_recorded_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_api(tmp_path) as api:
        content_id = api.upload()
        api.run_jobs()
        api.send("POST", f"/content/{content_id}/generate", json={})
        monkeypatch.setattr(api.runtime.generator.__class__, "write", lambda *_: "no character: \ud800")
        api.run_jobs()
        assert api.status(content_id) == "failed"
        assert api.send("GET", f"/content/{content_id}/outputs").json()["total"] == 0


def test_a_generation_can_be_told_to_fail_once(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        content_id = api.upload()
        api.run_jobs()
        api.runtime.failures.add(api.workspace.workspace_id, "generation")
        api.send("POST", f"/content/{content_id}/generate", json={})
        api.run_jobs()
        assert api.status(content_id) == "failed"
        _, outputs = api.generated("twitter_single")
        assert len(outputs) == 1
        with pytest.raises(ValueError, match="only analysis and generation"):
            api.runtime.failures.add(api.workspace.workspace_id, "publish")
