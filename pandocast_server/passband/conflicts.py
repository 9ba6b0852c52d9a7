"""Conflicts in time."""

from pandocast_server.routing import Call, Reply


def check_conflicts(call: Call) -> Reply:
    raise NotImplementedError
