"""What a JSON Schema validator says of each body and query, beside the server: at and beyond every bound."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from support.boundary_requests import OPERATIONS, Attempt, Operation
from support.document_differences import DIFFERENCES
from support.in_process import Api, StillClock, open_api

from pandocast_server.passband.sources.feeds import SourceError

EXAMPLE_OF_A_VOICE = b"vp_abc123"
UNREADABLE = "HTTPS://EXAMPLE.com"


async def refusals(api: Api, operation: Operation, attempts: Sequence[Attempt]) -> list[str | None]:
    """Send requests one after the other and return the sentence of each that is refused, None for others."""
    path = operation.mount + operation.path.replace("{id}", "abc123")
    voice = api.workspace.voice_profile_id.encode()
    transport = httpx.ASGITransport(api.app)
    headers = {"Authorization": f"Bearer {api.key}"}
    found: list[str | None] = []
    async with httpx.AsyncClient(transport=transport, base_url="http://server", headers=headers) as http:
        for attempt in attempts:
            response = await http.request(
                operation.method,
                f"{path}?{attempt.query}",
                content=attempt.body and attempt.body.replace(EXAMPLE_OF_A_VOICE, voice),
            )
            found.append(response.json()["error"] if response.status_code in {400, 413} else None)
    return found


async def fetch_most(_type: str, url: str, **_: object) -> list[object]:
    if url == UNREADABLE:
        raise SourceError("The feed cannot be read")
    return []


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.name for operation in OPERATIONS])
def test_the_document_and_the_server_accept_the_same(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pandocast_server.passband.sources.routes.fetch_entries", fetch_most)
    attempts = list(operation.attempts())
    with open_api(tmp_path, rate_limit=1_000_000, clock=StillClock()) as api:
        found = asyncio.run(refusals(api, operation, attempts))
    has_body = "requestBody" in operation.described
    rows = [row for row in DIFFERENCES if row.concerns(operation.name, has_body=has_body)]
    unused = {row.why for row in rows}
    unexplained: list[str] = []
    for attempt, refusal in zip(attempts, found, strict=True):
        if attempt.fits is (refusal is not None):
            reasons = {row.why for row in rows if row.explains(attempt.place, attempt.value, refusal)}
            unused -= reasons
            if not reasons:
                who = "document" if attempt.fits else "server"
                unexplained.append(
                    f"{attempt.place} = {attempt.value}: only the {who} accepts it ({refusal})"
                )
    assert unexplained == []
    assert unused == set(), "what is explained is no longer so"
