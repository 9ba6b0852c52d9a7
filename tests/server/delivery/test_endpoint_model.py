"""Any history of one endpoint, against a model of a few lines."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from attrs import define
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import update
from support.post_office import Office, open_office

from pandocast_server import leases
from pandocast_server.delivery import health, queue
from pandocast_server.delivery.queue import Attempt, ClaimedDelivery
from pandocast_server.storage.tables import deliveries

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
        self.patch = patch.object(health, "MAX_CONSECUTIVE_FAILURES", FAILURES)
        self.patch.start()
        self.opened = open_office(Path(self.folder.name))
        self.office: Office = self.opened.__enter__()
        self.endpoint = self.office.add("http://127.0.0.1:9/hook")
        self.line: list[Expected] = []
        self.enabled = True
        self.failures = 0
        self.held: ClaimedDelivery | None = None
        self.lost: list[ClaimedDelivery] = []

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)
        self.patch.stop()
        self.folder.cleanup()

    def expected(self, delivery_id: str) -> Expected:
        (found,) = (delivery for delivery in self.line if delivery.id == delivery_id)
        return found

    @rule()
    def event(self) -> None:
        self.office.record()
        known = {delivery.id for delivery in self.line}
        (new,) = (d.id for d in self.office.deliveries(self.endpoint.id) if d.id not in known)
        self.line.append(Expected(new, "pending" if self.enabled else "skipped"))

    @rule()
    def claim(self) -> None:
        with self.office.runtime.database.write() as connection:
            claimed = queue.claim(connection, limit=10)
        waiting = [delivery for delivery in self.line if delivery.status == "pending"]
        if self.held is not None or not waiting:
            assert claimed == ()
            return
        (self.held,) = claimed
        assert self.held.id == waiting[0].id
        waiting[0].status, waiting[0].attempts = "sending", waiting[0].attempts + 1

    @precondition(lambda self: self.held is not None)
    @rule(success=MOSTLY_BAD)
    def finish(self, *, success: bool) -> None:
        assert self.held is not None
        assert self.finished(self.held, success=success)
        delivery, self.held = self.expected(self.held.id), None
        delivery.status = "succeeded" if success else "failed"
        self.failures = 0 if success else self.failures + 1
        if self.enabled and self.failures >= FAILURES:
            self.enabled = False
            for waiting in self.line:
                if waiting.status == "pending":
                    waiting.status = "skipped"

    @precondition(lambda self: self.held is not None)
    @rule()
    def the_worker_dies_and_another_takes_over(self) -> None:
        assert self.held is not None
        with self.office.runtime.database.write() as connection:
            past = leases.real_now() - timedelta(seconds=1)
            connection.execute(update(deliveries).values(lease_until=past))
            (again,) = queue.claim(connection, limit=10)
        assert again.id == self.held.id
        self.lost.append(self.held)
        self.held = again
        self.expected(again.id).attempts += 1

    @precondition(lambda self: self.lost)
    @rule(success=st.booleans())
    def a_lost_worker_comes_back(self, *, success: bool) -> None:
        assert not self.finished(self.lost.pop(), success=success)

    @precondition(lambda self: self.line)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.line))
        self.office.replay(chosen.id)
        if chosen.status not in ("pending", "sending"):
            chosen.status = "pending"
            self.line.remove(chosen)
            self.line.append(chosen)

    @precondition(lambda self: self.failures == 1 or not self.enabled)
    @rule()
    def enable(self) -> None:
        self.office.enable(self.endpoint.id)
        self.enabled, self.failures = True, 0

    def finished(self, claimed: ClaimedDelivery, *, success: bool) -> bool:
        attempt = Attempt(200, None) if success else Attempt(500, "no")
        with self.office.runtime.database.write() as connection:
            return queue.finish(connection, self.office.runtime, claimed, attempt)

    @invariant()
    def the_server_agrees(self) -> None:
        state = self.office.endpoint(self.endpoint.id)
        assert (state.enabled, state.consecutive_failures) == (self.enabled, self.failures)
        found = [(d.id, d.status, d.attempts) for d in self.office.deliveries(self.endpoint.id)]
        assert found == [(d.id, d.status, d.attempts) for d in self.line]


TestOneEndpoint = OneEndpoint.TestCase
TestOneEndpoint.settings = settings(max_examples=settings().max_examples // 5, stateful_step_count=50)
