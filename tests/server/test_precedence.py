from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from attrs import evolve, frozen
from support.in_process import Api, open_api

from pandocast_server.json_body import MAX_BYTES


@frozen
class Attempt:
    """A request that is good until faults are put into it."""

    key: str | None
    path: str
    method: str = "POST"
    content: bytes = b"{}"
    length: int | None = None
    is_spent: bool = False


@frozen
class Fault:
    """One thing that can be wrong with a request, and how it is refused."""

    status: int
    message: str
    put: Callable[[Api, Attempt], Attempt]


# In the order of the contract, "Precedence of refusals".
FAULTS = (
    Fault(401, "API key", lambda _, attempt: evolve(attempt, key=None)),
    Fault(429, "Too many requests", lambda _, attempt: evolve(attempt, is_spent=True)),
    Fault(404, "Route not found", lambda _, attempt: evolve(attempt, path=attempt.path + "/nowhere")),
    Fault(405, "POST only", lambda _, attempt: evolve(attempt, method="PATCH")),
    Fault(403, "read-only", lambda api, attempt: evolve(attempt, key=api.new_key(read_only=True))),
    Fault(413, "larger than", lambda _, attempt: evolve(attempt, length=MAX_BYTES + 1)),
    Fault(400, "not JSON", lambda _, attempt: evolve(attempt, content=b"nope")),
    Fault(404, "Content not found", lambda _, attempt: evolve(attempt, path="/content/nobody/generate")),
    Fault(400, "must be in status analyzed", lambda _, attempt: attempt),
)


@pytest.mark.parametrize(
    ("first", "second"),
    [pair for pair in combinations(range(len(FAULTS)), 2) if pair != (2, 7)],
    ids=lambda place: f"{FAULTS[place].status}-{place}",
)
def test_of_two_faults_the_earlier_is_told(tmp_path: Path, first: int, second: int) -> None:
    with open_api(tmp_path, rate_limit=2) as api:
        attempt = Attempt(api.key, f"/content/{api.upload()}/generate")
        # An unknown route keeps what the path names otherwise, so the later fault is put in first.
        for place in (second, first):
            attempt = FAULTS[place].put(api, attempt)
        if attempt.is_spent:
            for _ in range(2):
                api.send("GET", "/content", key=attempt.key)
        length = {} if attempt.length is None else {"content-length": str(attempt.length)}
        answer = api.send(
            attempt.method, attempt.path, key=attempt.key, content=attempt.content, headers=length
        )
        assert answer.status_code == FAULTS[first].status
        assert FAULTS[first].message in answer.json()["error"]
