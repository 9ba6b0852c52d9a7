import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.in_process import Api, StillClock, open_api
from support.passband_rows import PASSBAND

from pandocast_server.pandocast.voice import read_voice
from pandocast_server.workspaces import create_workspace

PATH = f"{PASSBAND}/voice-profile"
FULL = {
    "style": "Short sentences, dry humour",
    "avoid": ["game changer", "synergy"],
    "examples": ["They forget. Always."],
    "formats": {"SHORT": {"tone": "dry"}, "twitter_single": {"hashtags": 0}},
}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def put(api: Api, **fields: object) -> dict[str, object]:
    answer = api.send("PUT", PATH, json=fields)
    assert answer.status_code == 200, answer.text
    profile: dict[str, object] = answer.json()
    assert api.send("GET", PATH).json() == profile
    return profile


def test_there_is_none_before_it_is_described(api: Api) -> None:
    answer = api.send("GET", PATH)
    assert (answer.status_code, answer.json()["error"]) == (404, "Voice profile not found")


def test_describing_nothing_makes_one(api: Api) -> None:
    api.clock.move(hours=1)
    assert put(api) == {
        "id": api.workspace.voice_profile_id,
        "style": "",
        "avoid": [],
        "examples": [],
        "formats": {},
        "createdAt": "2026-03-28T11:00:00Z",
        "updatedAt": "2026-03-28T11:00:00Z",
    }


def test_only_what_is_given_is_changed(api: Api) -> None:
    first = put(api, **FULL, unknown=["ignored"])
    assert {name: first[name] for name in FULL} == FULL
    for name, value in {"style": "", "avoid": [], "examples": ["x", "x"], "formats": {}}.items():
        api.clock.move(seconds=1)
        before = api.send("GET", PATH).json()
        absent: dict[str, object] = dict.fromkeys(FULL)
        after = put(api, **{**absent, name: value})
        assert after == {**before, name: value, "updatedAt": after["updatedAt"]}
        assert after["updatedAt"] != before["updatedAt"]
    assert api.send("GET", PATH).json()["createdAt"] == first["createdAt"]


@pytest.mark.parametrize(
    "fields",
    [
        {"style": "😀" * 10_000},
        {"avoid": ["é" * 5_000] * 100},
        {"examples": [" "] * 100},
        {"formats": {"": None, "deep": {"er": [1.5, {"\U0001f600": 10**30}]}}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_is_just_allowed_is_kept_as_it_came(api: Api, fields: dict[str, object]) -> None:
    profile = put(api, **fields)
    assert {name: profile[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"style": 1}, "style must be a string"),
        ({"style": ["x"]}, "style must be a string"),
        ({"style": "x" * 10_001}, "style must have at most 10000 characters, not 10001"),
        ({"avoid": "synergy"}, "avoid must be a list"),
        ({"avoid": {"0": "synergy"}}, "avoid must be a list"),
        ({"avoid": ["x"] * 101}, "avoid must have at most 100 entries, not 101"),
        ({"avoid": ["x", None]}, "avoid[1] must be a string"),
        ({"avoid": [["x"]]}, "avoid[0] must be a string"),
        ({"avoid": [""]}, "avoid[0] must not be empty"),
        ({"examples": ["x", "x" * 5_001]}, "examples[1] must have at most 5000 characters, not 5001"),
        ({"examples": [True]}, "examples[0] must be a string"),
        ({"formats": []}, "formats must be an object"),
        ({"formats": "SHORT"}, "formats must be an object"),
    ],
)
def test_what_breaks_a_rule_is_named_and_changes_nothing(
    api: Api, body: dict[str, object], message: str
) -> None:
    before = put(api, **FULL)
    answer = api.send("PUT", PATH, json={"style": "changed", **body})
    assert (answer.status_code, answer.json()["error"]) == (400, message)
    assert api.send("GET", PATH).json() == before


def test_pandocast_writes_in_this_voice(api: Api) -> None:
    put(api, avoid=["  game\tchanger ", " ", "synergy", "synergy"], style="witty\x07")
    with api.runtime.database.read() as connection:
        voice = read_voice(connection, workspace_id=api.workspace.workspace_id)
    assert voice.avoid == ("game changer", "synergy")
    assert voice.style == "witty"
    content_id = api.upload(title="Synergy", raw_content="Synergy is a game changer. They forget. Always.")
    api.run_jobs()
    body = {"voice_profile_id": put(api)["id"], "selected_platforms": ["twitter_single", "linkedin_post"]}
    assert api.send("POST", f"/content/{content_id}/generate", json=body).status_code == 202
    api.run_jobs()
    outputs = api.send("GET", f"/content/{content_id}/outputs").json()["items"]
    assert len(outputs) == 2
    for output in outputs:
        assert not re.search("synergy|game changer", output["content"], re.IGNORECASE)


def test_each_workspace_has_its_own(api: Api) -> None:
    put(api, **FULL)
    stranger = create_workspace(api.runtime, "other").api_key
    assert api.send("GET", PATH, key=stranger).status_code == 404
    theirs = api.send("PUT", PATH, key=stranger, json={"style": "loud"}).json()
    assert theirs["style"] == "loud"
    assert theirs["avoid"] == []
    assert api.send("GET", PATH).json()["style"] == FULL["style"]


def test_a_read_only_key_may_look(api: Api) -> None:
    put(api, **FULL)
    key = api.new_key(read_only=True)
    assert api.send("GET", PATH, key=key).status_code == 200
    assert api.send("PUT", PATH, key=key, json={"style": "x"}).status_code == 403
