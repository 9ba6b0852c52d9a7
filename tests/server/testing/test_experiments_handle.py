from pathlib import Path

import pytest
from support.in_process import open_api

from pandocast_server.testing.handles import Experiments, FirstWorkspace

PATH = "http://server/passband/v1/experiments"
NEW = {
    "name": "Questions or statements",
    "parameter": "hook",
    "variants": [{"name": "A", "value": "out_1"}, {"name": "B", "value": 2}],
}


def test_an_experiment_is_concluded_behind_the_api(tmp_path: Path) -> None:
    with open_api(tmp_path) as api:
        workspace = FirstWorkspace(api.runtime)
        handle = Experiments(workspace)
        announced: list[None] = []
        api.runtime.on_work(lambda: announced.append(None))
        experiment_id = api.send("POST", PATH, key=workspace.created.api_key, json=NEW).json()["id"]
        with pytest.raises(ValueError, match="winner must be one of"):
            handle.conclude(experiment_id, winner="C")
        assert not announced
        handle.conclude(experiment_id, winner="A")
        assert announced
        (experiment,) = api.send("GET", PATH, key=workspace.created.api_key).json()
        assert (experiment["status"], experiment["results"]["winner"]) == ("concluded", "A")
        ((event, data),) = api.events()
        assert (event, data["winner_output_id"]) == ("ab_test.completed", "out_1")
        with pytest.raises(ValueError, match="Only an active experiment"):
            handle.conclude(experiment_id, winner="A")
        with pytest.raises(LookupError, match="Experiment not found"):
            Experiments(FirstWorkspace(api.runtime)).conclude(experiment_id, winner="A")
