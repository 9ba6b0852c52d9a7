"""The calendar feed."""

from pandocast_server.routing import Call, Reply


def get_calendar_feed(call: Call) -> Reply:
    raise NotImplementedError


def read_calendar(call: Call) -> Reply:
    raise NotImplementedError
