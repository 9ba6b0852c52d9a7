"""What a JSON Schema validator says of each body and query, beside the server: at and beyond every bound."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from attrs import frozen
from support.boundary_requests import OPERATIONS, Attempt, Operation
from support.in_process import Api, StillClock, open_api

EXAMPLE_OF_A_VOICE = b"vp_abc123"


@frozen
class Difference:
    """Requests of which the document and the server say different things, and why that is so.

    Attributes:
        operations: The names of the operations.
        place: A pattern of the fields or parameters.
        value: A pattern of what is there.
        fits: Whether it is the document that accepts them, and not the server.
        why: The reason.
    """

    operations: str
    place: str
    value: str
    fits: bool
    why: str

    def explains(self, operation: Operation, attempt: Attempt) -> bool:
        """Tell whether this is about a request."""
        return (
            operation.name in self.operations.split()
            and self.fits == attempt.fits
            and re.fullmatch(self.place, attempt.place) is not None
            and re.fullmatch(self.value, attempt.value, re.DOTALL) is not None
        )


DIFFERENCES = [
    Difference(
        *("generate_content", "voice_profile_id.*", '".*'),
        fits=True,
        why="the one profile that there is has the workspace's own id",
    ),
    Difference(
        *("generate_content", "selected_platforms.*", '.*".*'),
        fits=True,
        why="a generator may bring other platforms, so the document does not list them",
    ),
    Difference(
        *("schedule_output update_draft bulk_draft_action", "scheduled_?[aA]t", '"2026-03-28T10:00:00Z"'),
        fits=True,
        why="no schema knows what time it is",
    ),
    Difference(
        *("schedule_output", "scheduled_at", '"9999-12-31T23:55:00Z"'),
        fits=True,
        why="no schema compares times; the latest is in the description",
    ),
    Difference(
        "schedule_output update_draft bulk_draft_action list_drafts check_conflicts",
        *("scheduled_?(at|At|After|Before)", '"2026-03-30 14:00:00Z"'),
        fits=False,
        why="a blank for T, which RFC 3339 allows for readability, and the format `date-time` does not",
    ),
    Difference(
        "list_drafts list_pipeline_runs", "cursor", ".*", fits=True, why="a cursor is good if it was issued"
    ),
    Difference(
        *(
            "create_drafts create_source update_source",
            r"(images\.\*\.)?url",
            r'"(https://example\.com:65536|http://\[:::\])/"',
        ),
        fits=True,
        why="the largest port, and what IPv6 may look like, would make the pattern unreadable",
    ),
    Difference(
        *("create_experiment", "variants", r'\[(\{"name": "a", "value": "a"\}(, )?){2}\]'),
        fits=True,
        why="no schema says that the names of the items differ",
    ),
    Difference(
        *("create_experiment", r"variants\.\*\.value", r'"a\\u0000"'),
        fits=True,
        why="NUL is refused in any JSON; a pattern for each text in a value would be a schema of JSON",
    ),
    Difference(
        *("create_source update_source", "type|.*, type|type, .*", '.*"twitter".*'),
        fits=True,
        why="published, but not available without credentials",
    ),
    Difference(
        *("update_draft update_source", "body", "absent"),
        fits=True,
        why="published as not required; without one there is nothing to do, as with {}",
    ),
]


async def statuses(api: Api, operation: Operation, attempts: Sequence[Attempt]) -> list[int]:
    """Send requests one after the other and return the status of each response."""
    path = operation.mount + operation.path.replace("{id}", "abc123")
    voice = api.workspace.voice_profile_id.encode()
    transport = httpx.ASGITransport(api.app)
    headers = {"Authorization": f"Bearer {api.key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://server", headers=headers) as http:
        return [
            (
                await http.request(
                    operation.method,
                    f"{path}?{attempt.query}",
                    content=attempt.body and attempt.body.replace(EXAMPLE_OF_A_VOICE, voice),
                )
            ).status_code
            for attempt in attempts
        ]


async def fetch_nothing(*_: object, **__: object) -> list[object]:
    return []


@pytest.mark.parametrize("operation", OPERATIONS, ids=[operation.name for operation in OPERATIONS])
def test_the_document_and_the_server_accept_the_same(
    operation: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pandocast_server.passband.sources.routes.fetch_entries", fetch_nothing)
    attempts = list(operation.attempts())
    with open_api(tmp_path, rate_limit=1_000_000, clock=StillClock()) as api:
        found = asyncio.run(statuses(api, operation, attempts))
    unused = {row.why for row in DIFFERENCES if operation.name in row.operations.split()}
    unexplained: list[str] = []
    for attempt, status in zip(attempts, found, strict=True):
        if attempt.fits == (status in {400, 413}):
            reasons = {row.why for row in DIFFERENCES if row.explains(operation, attempt)}
            unused -= reasons
            if not reasons:
                who = "document" if attempt.fits else "server"
                unexplained.append(f"{attempt.place} = {attempt.value}: only the {who} accepts it ({status})")
    assert unexplained == []
    assert unused == set(), "what is explained is no longer so"
