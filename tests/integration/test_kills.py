"""A server that is killed under load, again and again, loses nothing and does nothing twice."""

from pathlib import Path

import pytest
from support.killed_server import killed_server
from support.kills import kill_under_load
from support.webhook_receiver import Receiver


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_under_load(tmp_path: Path, receiver: Receiver, kills: int) -> None:
    with killed_server(f"sqlite:///{tmp_path / 'server.db'}") as server:
        kill_under_load(server, receiver, kills)
