"""Every kind of job there is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.in_process import Api, open_api

from pandocast_server.background import background_workers
from pandocast_server.storage.tables import open_jobs
from pandocast_server.work.queue import enqueue

PAYLOAD = {
    "platforms": ["twitter_single"],
    "emphasis_notes": None,
    "draft_ids": ["gone"],
    "fetches": False,
    "notes": None,
    "turn": 0,
}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path) as api:
        yield api


def test_a_job_whose_subject_is_gone_ends_quietly(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    kinds = [kind for worker in background_workers(api.runtime) for kind in worker.kinds]
    assert len(kinds) == len(set(kinds)) == 7
    with api.runtime.database.write() as connection:
        for kind in kinds:
            enqueue(
                connection,
                api.runtime,
                workspace_id=api.workspace.workspace_id,
                kind=kind,
                subject_id="gone",
                payload=PAYLOAD,
            )
    api.run_jobs()
    with api.runtime.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(open_jobs)) == 0
    assert (api.events(), caplog.text) == ([], "")
