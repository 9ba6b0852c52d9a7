"""Creating drafts: what both modes give, and everything that is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.draft_desk import DRAFTS, create, listed, read, rejects
from support.in_process import Api, StillClock, open_api

from pandocast_server.passband.drafts.transitions import PENDING_GENERATION

PAGE = "https://example.com/article"


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def test_a_draft_with_a_text_waits_for_review(api: Api) -> None:
    answer = api.send("POST", DRAFTS, json={"text": "Hello", "unknown": 1})
    draft = answer.json()["drafts"][0]
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "mode": "direct",
            "itemId": None,
            "drafts": [
                {
                    "id": draft["id"],
                    "text": "Hello",
                    "format": "SHORT",
                    "status": "pending_review",
                    "confidence": None,
                    "feedback": None,
                    "rejectionFeedback": None,
                    "scheduledAt": None,
                    "postedAt": None,
                    "postId": None,
                    "itemId": None,
                    "regeneratedFromId": None,
                    "tags": [],
                    "images": [],
                    "targetPlatforms": [],
                    "createdAt": "2026-03-28T10:00:00Z",
                    "updatedAt": "2026-03-28T10:00:00Z",
                    "item": None,
                }
            ],
        },
    )
    assert draft["id"].startswith("drf_")
    assert read(api, draft["id"]) == draft
    assert listed(api) == [draft]


def test_everything_that_a_draft_may_carry_is_kept(api: Api) -> None:
    images: list[object] = [{"url": "https://example.com/a.png", "alt": "A"}, {"url": "HTTP://example.com/b"}]
    draft = create(
        api,
        text="Hello",
        format="BLOG",
        images=[*images, {"url": "https://example.com/c", "alt": None, "width": 7}],
        tags=["launch", " two words ", "launch", "🚀"],
        targetPlatforms=["bluesky", "twitter", "bluesky"],
    )
    assert draft["format"] == "BLOG"
    assert draft["images"] == [*images, {"url": "https://example.com/c"}]
    assert draft["tags"] == ["launch", "two words", "🚀"]
    assert draft["targetPlatforms"] == ["bluesky", "twitter"]


def test_null_is_as_good_as_absent(api: Api) -> None:
    names = ("format", "url", "prompt", "formats", "images", "tags", "targetPlatforms")
    assert create(api, text="Hello", **dict.fromkeys(names))["status"] == "pending_review"
    names = ("format", "url", "text", "formats", "images", "tags", "targetPlatforms")
    assert create(api, prompt="Hello", **dict.fromkeys(names))["format"] == "SHORT"


def test_one_draft_is_generated_for_each_format_and_the_images_go_with_the_first(api: Api) -> None:
    image = {"url": "https://example.com/a.png"}
    body = {
        "url": PAGE,
        "prompt": "For beginners",
        "formats": ["THREAD", "SHORT", "BLOG"],
        "images": [image],
        "tags": ["launch"],
        "targetPlatforms": ["linkedin"],
    }
    created = api.send("POST", DRAFTS, json=body).json()
    assert created["mode"] == "generate"
    assert created["itemId"].startswith("itm_")
    item = {"id": created["itemId"], "title": PAGE, "sourceType": "url"}
    assert [draft["format"] for draft in created["drafts"]] == body["formats"]
    assert [draft["images"] for draft in created["drafts"]] == [[image], [], []]
    for draft in created["drafts"]:
        assert (draft["status"], draft["text"], draft["confidence"]) == (PENDING_GENERATION, "", None)
        assert (draft["item"], draft["itemId"]) == (item, item["id"])
        assert (draft["tags"], draft["targetPlatforms"]) == (["launch"], ["linkedin"])
    assert listed(api) == created["drafts"][::-1]


def test_a_prompt_gives_its_first_characters_as_the_title(api: Api) -> None:
    draft = create(api, prompt="Tell\n of  " + "x" * 100)
    assert draft["item"]["sourceType"] == "prompt"
    assert draft["item"]["title"] == "Tell of " + "x" * 72


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Either text, or url or prompt or both"),
        ({"text": None, "url": None}, "Either text, or url or prompt or both"),
        ({"text": "a", "url": PAGE}, "text cannot be given together with url or prompt"),
        ({"text": "a", "prompt": "b"}, "text cannot be given together with url or prompt"),
        ({"text": ""}, "text must not be empty"),
        ({"text": " \t\n\u3000"}, "text must not be of white space alone"),
        ({"text": 7}, "text must be a string"),
        ({"text": ["a"]}, "text must be a string"),
        ({"text": "a\0"}, "text contains the character NUL"),
        ({"text": "🎈" * 50_001}, "text must have at most 50000 characters, not 50001"),
        ({"text": "a", "format": "short"}, 'format must be one of SHORT, THREAD, BLOG, not "short"'),
        ({"text": "a", "format": ""}, "format must be one of"),
        ({"text": "a", "format": 7}, "format must be a string"),
        ({"text": "a", "formats": ["SHORT"]}, "formats is for drafts to be generated"),
        ({"prompt": "a", "format": "SHORT"}, "format is for a draft with text"),
        ({"prompt": ""}, "prompt must not be empty"),
        ({"prompt": "  "}, "prompt must not be of white space alone"),
        ({"prompt": "a" * 5_001}, "prompt must have at most 5000 characters, not 5001"),
        ({"prompt": {}}, "prompt must be a string"),
        ({"url": PAGE, "prompt": 7}, "prompt must be a string"),
        ({"url": ""}, "url must not be empty"),
        ({"url": 7}, "url must be a string"),
        ({"url": "example.com"}, "url must begin with http"),
        ({"url": "/article"}, "url must begin with http"),
        ({"url": "ftp://example.com"}, "url must begin with http"),
        ({"url": "javascript:alert(1)"}, "url must begin with http"),
        ({"url": "http://"}, "url must name a host"),
        ({"url": "http://a b/"}, "url must be of visible ASCII characters"),
        ({"url": "http://user:secret@example.com"}, "url must not hold a user name or a password"),
        ({"url": "http://example.com/" + "a" * 2_000}, "url must have at most 2000 characters"),
        ({"prompt": "a", "formats": []}, "formats must not be empty"),
        ({"prompt": "a", "formats": "SHORT"}, "formats must be a list"),
        ({"prompt": "a", "formats": ["SHORT", 7]}, "formats[1] must be a string"),
        ({"prompt": "a", "formats": ["POEM"]}, "formats[0] must be one of SHORT, THREAD, BLOG"),
        ({"prompt": "a", "formats": ["SHORT", "SHORT"]}, "formats must not name the same format twice"),
        ({"prompt": "a", "formats": ["SHORT", "THREAD", "BLOG", "SHORT"]}, "formats must have at most 3"),
        ({"text": "a", "tags": "launch"}, "tags must be a list"),
        ({"text": "a", "tags": [7]}, "tags[0] must be a string"),
        ({"text": "a", "tags": [""]}, "tags[0] must not be empty"),
        ({"text": "a", "tags": [" "]}, "tags[0] must not be of white space alone"),
        ({"text": "a", "tags": ["a,b"]}, 'tags[0] must not hold a comma: "a,b"'),
        ({"text": "a", "tags": ["a" * 51]}, "tags[0] must have at most 50 characters, not 51"),
        ({"text": "a", "tags": [str(number) for number in range(21)]}, "tags must have at most 20 entries"),
        ({"text": "a", "targetPlatforms": "twitter"}, "targetPlatforms must be a list"),
        ({"text": "a", "targetPlatforms": [None]}, "targetPlatforms[0] must be a string"),
        (
            {"text": "a", "targetPlatforms": ["x"]},
            "targetPlatforms[0] must be one of twitter, linkedin, threads, bluesky",
        ),
        ({"text": "a", "targetPlatforms": ["twitter_single"]}, "targetPlatforms[0] must be one of twitter"),
        ({"text": "a", "targetPlatforms": ["a" * 100_000]}, "targetPlatforms[0] must be one of twitter"),
        ({"text": "a", "images": {}}, "images must be a list"),
        ({"text": "a", "images": [PAGE]}, "images[0] must be an object"),
        ({"text": "a", "images": [None]}, "images[0] must be an object"),
        ({"text": "a", "images": [{}]}, "images[0].url is missing"),
        ({"text": "a", "images": [{"url": PAGE}, {"url": None}]}, "images[1].url must be a string"),
        ({"text": "a", "images": [{"url": "data:image/png;base64,"}]}, "images[0].url must begin with http"),
        ({"text": "a", "images": [{"url": PAGE, "alt": 7}]}, "images[0].alt must be a string"),
        (
            {"text": "a", "images": [{"url": PAGE, "alt": "a" * 1_001}]},
            "images[0].alt must have at most 1000",
        ),
        ({"text": "a", "images": [{"url": PAGE}] * 11}, "images must have at most 10 entries, not 11"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_created(
    api: Api, body: dict[str, object], message: str
) -> None:
    rejects(api.send("POST", DRAFTS, json=body), 400, message)
    assert listed(api) == []


def test_the_bounds_themselves_are_within(api: Api) -> None:
    draft = create(
        api,
        text="🎈" * 50_000,
        tags=[f"{number:050}" for number in range(20)],
        images=[{"url": "https://example.com/" + "a" * 1_980, "alt": "é" * 1_000}] * 10,
        targetPlatforms=["twitter", "linkedin", "threads", "bluesky"],
    )
    assert read(api, draft["id"])["text"] == "🎈" * 50_000
    assert [len(draft[name]) for name in ("tags", "images", "targetPlatforms")] == [20, 10, 4]
    assert create(api, prompt="é" * 5_000, formats=["BLOG", "THREAD", "SHORT"])["format"] == "BLOG"


def test_what_is_said_is_kept_to_the_letter(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:

        @given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip))
        def keeps(text: str) -> None:
            assert read(api, create(api, text=text)["id"])["text"] == text

        keeps()


def test_a_key_that_only_reads_creates_nothing(api: Api) -> None:
    key = api.new_key(read_only=True)
    rejects(api.send("POST", DRAFTS, key=key, json={"text": "Hello"}), 403, "")
    assert listed(api, key=key) == []
