"""Engagement metrics."""

from pandocast_server.routing import Call, Reply


def get_engagement(call: Call) -> Reply:
    raise NotImplementedError


def record_engagement(call: Call) -> Reply:
    raise NotImplementedError
