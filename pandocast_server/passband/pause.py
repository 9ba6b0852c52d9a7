"""Pausing the schedule."""

from pandocast_server.routing import Call, Reply


def get_pause(call: Call) -> Reply:
    raise NotImplementedError


def set_pause(call: Call) -> Reply:
    raise NotImplementedError
