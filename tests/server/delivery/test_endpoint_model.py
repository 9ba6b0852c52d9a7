"""Any history of one endpoint, against a model of a few lines."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from attrs import define
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.post_office import Office, open_office

from pandocast_server.delivery import sending
from pandocast_server.work import queue
from pandocast_server.work.queue import Job

FAILURES = 2  # in place of ten, so that short histories reach it
MOSTLY_BAD = st.sampled_from([False, False, False, True])


@define
class Expected:
    """What is known of one delivery."""

    id: str
    status: str
    attempts: int = 0


class OneEndpoint(RuleBasedStateMachine):
    """Events, sends that end well or badly or never, replays and enabling, in any order."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.patches = ExitStack()
        self.patches.enter_context(patch.object(sending, "MAX_CONSECUTIVE_FAILURES", FAILURES))
        self.patches.enter_context(patch.object(queue, "LEASE_SECONDS", 3600.0))
        self.opened = open_office(Path(self.folder.name))
        self.office: Office = self.opened.__enter__()
        self.endpoint = self.office.add("http://127.0.0.1:9/hook")
        self.known: list[Expected] = []
        self.waiting: list[Expected] = []
        self.enabled = True
        self.failures = 0
        self.held: Job | None = None
        self.lost: list[Job] = []

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)
        self.patches.close()
        self.folder.cleanup()

    def expected(self, delivery_id: str) -> Expected:
        (found,) = (delivery for delivery in self.known if delivery.id == delivery_id)
        return found

    @rule()
    def event(self) -> None:
        self.office.record()
        new = Expected(self.office.deliveries(self.endpoint.id)[-1].id, "skipped")
        assert new.id not in {delivery.id for delivery in self.known}
        self.known.append(new)
        if self.enabled:
            self.waits(new)

    def waits(self, delivery: Expected) -> None:
        delivery.status = "pending"
        self.waiting.append(delivery)

    @rule()
    def claim(self) -> None:
        claimed = self.office.claim()
        if self.held is not None or not self.waiting:
            assert claimed == []
            return
        (self.held,) = claimed
        assert self.held.subject_id == self.waiting.pop(0).id

    @precondition(lambda self: self.held is not None)
    @rule(success=MOSTLY_BAD)
    def finish(self, *, success: bool) -> None:
        assert self.held is not None
        assert self.finished(self.held, success=success)
        delivery, self.held = self.expected(self.held.subject_id), None
        delivery.status, delivery.attempts = "succeeded" if success else "failed", delivery.attempts + 1
        self.failures = 0 if success else self.failures + 1
        if self.enabled and self.failures >= FAILURES:
            self.enabled = False
            for waiting in self.waiting:
                waiting.status = "skipped"
            self.waiting.clear()

    @precondition(lambda self: self.held is not None)
    @rule()
    def the_worker_dies_and_another_takes_over(self) -> None:
        assert self.held is not None
        self.office.let_leases_run_out()
        (again,) = self.office.claim()
        assert again.subject_id == self.held.subject_id
        self.lost.append(self.held)
        self.held = again

    @precondition(lambda self: self.lost)
    @rule(success=st.booleans())
    def a_lost_worker_comes_back(self, *, success: bool) -> None:
        assert not self.finished(self.lost.pop(), success=success)

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.known))
        self.office.replay(chosen.id)
        if chosen.status != "pending":
            self.waits(chosen)

    @precondition(lambda self: self.failures == 1 or not self.enabled)
    @rule()
    def enable(self) -> None:
        self.office.enable(self.endpoint.id)
        self.enabled, self.failures = True, 0

    def finished(self, claimed: Job, *, success: bool) -> bool:
        return self.office.finish(claimed, 200 if success else 500)

    @invariant()
    def the_server_agrees(self) -> None:
        state = self.office.endpoint(self.endpoint.id)
        assert (state.enabled, state.consecutive_failures) == (self.enabled, self.failures)
        found = [(d.id, d.status, d.attempts) for d in self.office.deliveries(self.endpoint.id)]
        assert found == [(d.id, d.status, d.attempts) for d in self.known]


TestOneEndpoint = OneEndpoint.TestCase
TestOneEndpoint.settings = settings(max_examples=settings().max_examples // 5, stateful_step_count=50)
