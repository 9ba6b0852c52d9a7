"""Generating drafts from a page or a prompt: what is written, and what becomes of a request that fails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import select
from support.draft_desk import DRAFTS, PASSBAND, act, create, listed, read
from support.in_process import Api, StillClock, open_api
from support.loopback import Conversation, Script, always, free_port, http, loopback

from pandocast_server.generation.counting import fits
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.passband.drafts.generating import FORMATS, write_draft
from pandocast_server.passband.drafts.models import MAX_TEXT
from pandocast_server.storage.passband_tables import items

ARTICLE = """<!doctype html><html><head><title>Agents &amp; memory</title>
<script>var shown = "<p>nothing</p>";

</script></head><body><nav><a href="/">Home of the brave.</a></nav>
<article><h1>Why agents need memory</h1>

    <p>Memory is what makes an <b>agent</b> useful over weeks instead of minutes.</p>
    <p>Teams that kept a notebook saw fewer repeated questions. It was a plain text file.</p>

    <p>Forgetting matters as much as remembering. Old facts that nobody corrects become mistakes.</p>

    <p>A weekly review by a person keeps the agent honest. Ten minutes of it save hours of confusion.</p>
</article><footer>All rights reserved by the owner.</footer></body></html>"""


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def page(body: str | bytes = ARTICLE, content_type: str = "text/html", status: str = "200 OK") -> bytes:
    raw = body.encode() if isinstance(body, str) else body
    return http(status, raw, f"Content-Type: {content_type}")


def once(answer: bytes) -> Script:
    """Answer one request, and close the connection."""

    def script(conversation: Conversation) -> None:
        conversation.read_request()
        conversation.send(answer)

    return script


def generate(api: Api, answer: bytes, **body: object) -> list[dict[str, Any]]:
    """Have drafts generated from a page with this answer, and give them as they are then."""
    with loopback(once(answer)) as site:
        created = api.send("POST", DRAFTS, json={"url": site.url, **body})
        assert created.status_code == 201, created.text
        api.run_jobs()
    return [read(api, draft["id"]) for draft in created.json()["drafts"]]


def test_a_page_becomes_one_draft_a_format(api: Api) -> None:
    found = generate(api, page(), formats=["SHORT", "THREAD", "BLOG"])
    assert [draft["format"] for draft in found] == ["SHORT", "THREAD", "BLOG"]
    for draft in found:
        assert (draft["status"], draft["feedback"]) == ("pending_review", None)
        assert draft["item"]["title"] == "Agents & memory"
        assert 0 < draft["confidence"] <= 1
        assert "gent" in draft["text"] or "emory" in draft["text"]
        assert not any(noise in draft["text"] for noise in ("<", "nothing", "brave", "rights"))
    assert len(found[0]["text"]) <= 280 < len(found[1]["text"]) < MAX_TEXT


def test_the_prompt_says_what_to_stress_of_a_page(api: Api) -> None:
    (plain,) = generate(api, page())
    (stressed,) = generate(api, page(), prompt="Focus on the review")
    assert "review" not in plain["text"]
    assert "review" in stressed["text"]


def test_a_prompt_by_itself_is_the_material(api: Api) -> None:
    draft = create(api, prompt="Coffee tastes better when it is ground by hand.")
    api.run_jobs()
    written = read(api, draft["id"])
    assert "ground by hand" in written["text"]
    assert written["item"]["title"] == "Coffee tastes better when it is ground by hand."


def test_drafts_are_written_in_the_workspaces_voice(api: Api) -> None:
    voice = {"style": "playful", "avoid": ["memory"]}
    assert api.send("PUT", f"{PASSBAND}/voice-profile", json=voice).status_code == 200
    (draft,) = generate(api, page(), formats=["BLOG"])
    assert "memory" not in draft["text"].lower()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page(status="404 Not Found"), "The URL could not be read: it answered 404"),
        (page(status="500 Oops"), "The URL could not be read: it answered 500"),
        (page(status="304 Not Modified", body=b""), "The URL could not be read: it answered 304"),
        (page(content_type="application/pdf"), "it is application/pdf, not a page of text"),
        (page(content_type="x" * 500), "not a page of text"),
        (page("<html><body><nav>Home</nav><script>1</script></body></html>"), "it holds no text"),
        (page(" \n "), "it holds no text"),
        (page(""), "it holds no text"),
        (b"no HTTP at all\r\n\r\n", "The URL could not be read: "),
        (http("200 OK", b"x", "Content-Encoding: br"), "The URL could not be read: "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "The URL could not be read: "),
        (
            b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
            "URL could not be",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_what_cannot_be_read_fails_every_draft_of_the_request(api: Api, answer: bytes, reason: str) -> None:
    bystander = create(api, prompt="Coffee tastes better by hand.")
    found = generate(api, answer, formats=["SHORT", "BLOG"])
    for draft in found:
        assert (draft["status"], draft["text"], draft["confidence"]) == ("failed", "", None)
        assert reason in draft["feedback"]
        assert len(draft["feedback"]) < 300
    assert read(api, bystander["id"])["status"] == "pending_review"


def test_a_server_that_is_not_there_fails_the_draft(api: Api) -> None:
    draft = create(api, url=f"http://127.0.0.1:{free_port()}/")
    api.run_jobs()
    failed = read(api, draft["id"])
    assert (failed["status"], failed["item"]["title"]) == ("failed", draft["item"]["title"])
    assert failed["feedback"].startswith("The URL could not be read: cannot connect")


def test_a_server_for_everybody_fetches_nothing_private(api: Api) -> None:
    api.runtime.settings = evolve(api.runtime.settings, private_targets=False)
    with loopback(always(page())) as site:
        draft = create(api, url=site.url)
        api.run_jobs()
        assert site.connections == 0
    assert read(api, draft["id"])["status"] == "failed"


def test_a_generator_that_raises_fails_the_drafts(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def analyze(self, *_: object) -> str:
            raise RuntimeError("out of words")

    draft = create(api, prompt="Hello")
    api.runtime.generator = Broken()  # type: ignore[assignment]  # half a generator will do
    api.run_jobs()
    failed = read(api, draft["id"])
    assert (failed["status"], failed["feedback"]) == ("failed", "The draft could not be written")
    assert "out of words" in caplog.text


def test_texts_that_cannot_be_kept_are_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = create(api, prompt="Hello", formats=["SHORT", "BLOG"])
    monkeypatch.setattr(api.runtime.generator.__class__, "write", lambda *_: "no character: \ud800")
    api.run_jobs()
    assert read(api, draft["id"])["feedback"] == "The draft could not be written"
    assert [one["status"] for one in listed(api)] == ["failed", "failed"]


def test_what_was_archived_meanwhile_stays_archived(api: Api) -> None:
    with loopback(always(page())) as site:
        answer = api.send("POST", DRAFTS, json={"url": site.url, "formats": ["SHORT", "BLOG"]})
        short, blog = answer.json()["drafts"]
        act(api, short["id"], "archive")
        api.run_jobs()
    kept = read(api, short["id"])
    assert (kept["status"], kept["text"]) == ("archived", "")
    assert read(api, blog["id"])["status"] == "pending_review"


def test_what_is_archived_while_it_is_written_stays_archived(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = create(api, prompt="Hello there, everybody.")
    write = api.runtime.generator.write

    def archiving(_self: object, *arguments: Any) -> str:
        act_in_thread(api, draft["id"])
        return write(*arguments)

    monkeypatch.setattr(api.runtime.generator.__class__, "write", archiving)
    api.run_jobs()
    kept = read(api, draft["id"])
    assert (kept["status"], kept["text"], kept["feedback"]) == ("archived", "", None)


def act_in_thread(api: Api, draft_id: object) -> None:
    """Archive a draft from the thread that writes it, which has no event loop."""
    assert act(api, draft_id, "archive")["status"] == "archived"


def test_nothing_is_fetched_when_nobody_waits_any_more(api: Api) -> None:
    with loopback(always(page())) as site:
        draft = create(api, url=site.url)
        act(api, draft["id"], "archive")
        api.run_jobs()
        assert site.connections == 0


def test_a_page_is_fetched_once_however_often_its_draft_is_regenerated(api: Api) -> None:
    with loopback(always(page())) as site:
        draft = create(api, url=site.url)
        api.run_jobs()
        first = read(api, draft["id"])["text"]
        new = act(api, draft["id"], "regenerate")
        api.run_jobs()
        assert site.connections == 1
    assert read(api, new["id"])["text"] not in {"", first}


def test_the_item_keeps_what_was_found(api: Api) -> None:
    (draft,) = generate(api, page("# Heading\n\nSome *plain* words.", "text/markdown; charset=utf-8"))
    with api.runtime.database.read() as connection:
        item = connection.execute(select(items).where(items.c.id == draft["itemId"])).mappings().one()
    assert (item["title"], item["content"]) == ("Heading", "# Heading\n\nSome *plain* words.")


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    "content", ["", " ", "🎈", "# Only a heading", "A sentence. " * 20_000, "<p>Bold</p>"]
)
def test_something_that_fits_is_always_written(api: Api, format_: str, content: str) -> None:
    written = write_draft(api.runtime, title="T", content=content, format=format_, voice=VoiceProfile())
    assert written.text.strip()
    assert fits(written.text, FORMATS[format_])
    assert len(written.text) <= MAX_TEXT
    assert 0 <= written.confidence <= 1
    assert written.text not in repr(written)
