"""Keys and webhook secrets appear in no log line of either side, however much is logged."""

import logging
import re

import pytest
from support.flavours import Connect
from support.webhook_receiver import Receiver

from pandocast_sdk import AuthenticationError, InternalServerError
from pandocast_server.testing import ReferenceServer


def test_no_log_line_holds_a_key_or_a_secret(
    connect: Connect, pandocast_server: ReferenceServer, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = pandocast_server.webhooks.add(receiver.url).secret
    receiver.status = 500
    unknown = "pk_test_unknown0" + "x" * 32
    with connect(pandocast_server, max_retries=0) as client:
        content = client.upload()
        client.analyzed(content.id)
        pandocast_server.faults.add("GET", "/content", status=500)
        with pytest.raises(InternalServerError):
            client.ids()
    with connect(pandocast_server, api_key=unknown) as stranger, pytest.raises(AuthenticationError):
        stranger.ids()
    pandocast_server.drain()
    names = {record.name.partition(".")[0] for record in caplog.records}
    assert {"pandocast_sdk", "httpcore"} <= names
    for hidden in (pandocast_server.api_key, unknown, secret):
        assert hidden not in caplog.text
        assert hidden[-20:] not in caplog.text


def test_every_attempt_and_every_retry_has_one_line(
    connect: Connect, pandocast_server: ReferenceServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="pandocast_sdk")
    pandocast_server.faults.add("GET", "/content", status=503)
    pandocast_server.faults.add("GET", "/content", drop=True)
    with connect(pandocast_server) as client:
        client.ids()
    ours = [record for record in caplog.records if record.name == "pandocast_sdk"]
    retries = [record.getMessage() for record in ours if record.levelno == logging.INFO]
    assert retries[0].startswith("GET /content: status 503; retry 1 of 2 in ")
    assert retries[1].startswith(
        "GET /content: the connection broke before the response was complete; retry 2"
    )
    lines = [record.getMessage() for record in ours if record.levelno == logging.DEBUG]
    assert (len(retries), len(lines)) == (2, 3)
    assert re.fullmatch(r"GET /content -> 503, attempt 1, \d+\.\d+ s, slot 1/100", lines[0])
    assert lines[1].startswith("GET /content -> BROKEN, attempt 2")
    assert lines[2].startswith("GET /content -> 200, attempt 3")


def test_nothing_is_logged_unless_asked_for(
    connect: Connect, pandocast_server: ReferenceServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with connect(pandocast_server) as client:
        client.ids()
    assert capfd.readouterr() == ("", "")
