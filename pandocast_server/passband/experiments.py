"""A/B experiments."""

from pandocast_server.routing import Call, Reply


def list_experiments(call: Call) -> Reply:
    raise NotImplementedError


def create_experiment(call: Call) -> Reply:
    raise NotImplementedError
