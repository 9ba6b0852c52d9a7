"""Calls the made-up resource of CONTRIBUTING.md through both clients; run where the copy is imported."""

import asyncio
import json
from typing import Any

import httpx

import pandocast_sdk

URL = "https://passband.example/v1"
OLD = {"id": "note_1", "text": "old"}
NEW = {"id": "note_2", "text": "new"}


def respond(request: httpx.Request) -> httpx.Response:
    assert request.url.path == "/v1/notes"
    if request.method == "POST":
        assert json.loads(request.content) == {"text": "new"}
        return httpx.Response(201, json=NEW)
    if "cursor" in request.url.params:
        return httpx.Response(200, json={"notes": [OLD]})
    return httpx.Response(200, json={"notes": [NEW], "nextCursor": "older"})


def block(client: Any) -> list[object]:
    created = client.notes.create(text="new")
    return [created, *client.notes.list()]


async def wait(client: Any) -> list[object]:
    created = await client.notes.create(text="new")
    return [created, *[note async for note in client.notes.list()]]


def main() -> None:
    transport = httpx.MockTransport(respond)
    options: dict[str, Any] = {"api_key": "pk_test_x", "base_url": URL}
    blocking = pandocast_sdk.Passband(**options, http_client=httpx.Client(transport=transport))
    awaiting = pandocast_sdk.AsyncPassband(**options, http_client=httpx.AsyncClient(transport=transport))
    kind: Any = getattr(pandocast_sdk, "Note")  # noqa: B009 - no name of the repository's
    notes = [kind.model_validate(note) for note in (NEW, NEW, OLD)]
    assert block(blocking) == notes
    assert asyncio.run(wait(awaiting)) == notes


main()
