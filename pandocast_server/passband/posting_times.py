"""Recommended and best times to post."""

from pandocast_server.routing import Call, Reply


def get_recommended_times(call: Call) -> Reply:
    raise NotImplementedError


def get_best_times(call: Call) -> Reply:
    raise NotImplementedError
