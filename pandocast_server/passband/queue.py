"""The schedule queue."""

from pandocast_server.routing import Call, Reply


def enqueue_draft(call: Call) -> Reply:
    raise NotImplementedError


def list_unscheduled(call: Call) -> Reply:
    raise NotImplementedError


def bulk_schedule(call: Call) -> Reply:
    raise NotImplementedError
