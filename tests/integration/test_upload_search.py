"""An upload whose response was lost is found by its title, through both clients."""

from datetime import UTC, datetime, timedelta

import pytest
from support.flavours import Connect

from pandocast_sdk import PandocastError
from pandocast_server.testing import ReferenceServer


def test_a_lost_upload_is_found(connect: Connect, pandocast_server: ReferenceServer) -> None:
    with connect(pandocast_server) as client:
        client.upload("Another title")
        pandocast_server.faults.add("POST", "/content/upload", drop=True, after_commit=True)
        since = datetime.now(UTC) - timedelta(minutes=1)
        with pytest.raises(PandocastError) as caught:
            client.upload("A title")
        assert caught.value.outcome_unknown
        found = client.find_upload("A title", since)
        assert found is not None
        assert client.ids()[0] == found.id
        assert client.find_upload("A title", since + timedelta(hours=1)) is None
        assert client.find_upload("No such title", since) is None
