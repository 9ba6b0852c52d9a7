"""Many files at once, from upload to outputs, at a limited rate: what the polls take of it."""

from math import ceil

import pytest
from support.stage import Uploads

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.lookups.content import wait_until_analyzed, wait_until_generated
from pandocast_sdk._core.protocol import Plan
from pandocast_sdk._core.requests.operation import Operation

LIMIT, WINDOW = 100, 10
USEFUL = 3  # requests a file: upload, generate, outputs


def publish(context: CallContext, names: list[str]) -> Plan[int]:
    """Take one file after the other, while there are any; return how many."""
    count = 0
    while names:
        name, count = names.pop(0), count + 1
        yield from post(context, name, "upload")
        yield from wait_until_analyzed(context, name, 60)
        yield from post(context, name, "generate")
        yield from wait_until_generated(context, name, 60)
    return count


def post(context: CallContext, name: str, step: str) -> Plan[None]:
    yield from call(context, Operation(step, "POST", f"/content/{name}/{step}", lambda answer: answer.status))


@pytest.mark.parametrize("works_for", [0.1, 1, 4])
@pytest.mark.parametrize(("files", "at_once"), [(30, 30), (100, 30), (100, 100), (400, 30), (400, 100)])
def test_polls_stay_under_a_tenth_of_the_requests(files: int, at_once: int, works_for: float) -> None:
    stage = Uploads(limit=LIMIT)
    stage.window, stage.works_for = WINDOW, works_for
    todo = [f"f{number}" for number in range(files)]
    workers = [stage.play(publish(stage.context(), todo)) for _ in range(at_once)]
    stage.run()
    assert sum(worker.result for worker in workers) == files
    useful = len(stage.posted) + len(stage.outputs_read)
    assert useful == USEFUL * files
    assert len(stage.pages) < (useful + len(stage.pages)) / 10
    assert stage.at_rest()


@pytest.mark.parametrize("files", [100, 400])
def test_whoever_waits_does_not_leave_the_window_unused(files: int) -> None:
    stage = Uploads(limit=LIMIT)
    stage.window, stage.works_for = WINDOW, 1
    todo = [f"f{number}" for number in range(files)]
    workers = [stage.play(publish(stage.context(), todo)) for _ in range(100)]
    stage.run()
    windows = ceil(USEFUL * files / LIMIT)
    assert max(worker.ended or 0.0 for worker in workers) < windows * WINDOW + 5
