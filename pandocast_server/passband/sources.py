"""Sources."""

from pandocast_server.routing import Call, Reply


def list_sources(call: Call) -> Reply:
    raise NotImplementedError


def create_source(call: Call) -> Reply:
    raise NotImplementedError


def update_source(call: Call) -> Reply:
    raise NotImplementedError


def delete_source(call: Call) -> Reply:
    raise NotImplementedError


def test_source(call: Call) -> Reply:
    raise NotImplementedError
