"""Retries after a response that leaves the outcome unknown: of reads, and of no write."""

import httpx
import pytest
from support.passband_wire import DRAFT, OPTIONS, Call
from tenacity.wait import wait_none

from pandocast_sdk import InternalServerError, Passband

WRITES: list[Call] = [
    lambda c: c.drafts.create(text="t"),
    lambda c: c.drafts.approve("drf_1"),
    lambda c: c.drafts.bulk("approve", ids=["drf_1"]),
    lambda c: c.pipeline.trigger(),
    lambda c: c.voice_profile.update(style="s"),
    lambda c: c.engagement.record(draft_id="drf_1", platform="twitter", likes=1),
    lambda c: c.sources.delete("src_1"),
    lambda c: c.sources.test("src_1"),
    lambda c: c.schedule.replace_slots([]),
    lambda c: c.schedule.pause(),
]


class FailingService:
    """Responds with 503 to every request, or to the first only."""

    def __init__(self, *, recovers: bool) -> None:
        self.requests: list[httpx.Request] = []
        self._recovers = recovers

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return (
            httpx.Response(200, json=DRAFT)
            if self._recovers and len(self.requests) > 1
            else httpx.Response(503)
        )

    def client(self) -> Passband:
        http_client = httpx.Client(transport=httpx.MockTransport(self))
        return Passband(**OPTIONS, backoff=wait_none(), http_client=http_client)


@pytest.mark.parametrize("call", WRITES)
def test_a_write_of_unknown_outcome_is_not_retried(call: Call) -> None:
    service = FailingService(recovers=True)
    with pytest.raises(InternalServerError) as caught:
        call(service.client())
    assert caught.value.outcome_unknown
    assert len(service.requests) == 1


def test_a_read_is_retried() -> None:
    service = FailingService(recovers=True)
    assert service.client().drafts.get("drf_1").id == "drf_1"
    assert len(service.requests) == 2


def test_a_read_that_fails_after_its_retries_has_no_unknown_outcome() -> None:
    service = FailingService(recovers=False)
    with pytest.raises(InternalServerError) as caught:
        service.client().drafts.get("drf_1")
    assert not caught.value.outcome_unknown
    assert len(service.requests) == 3
