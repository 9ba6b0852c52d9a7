"""Actions on drafts, one and many."""

from pandocast_server.routing import Call, Reply


def update_draft(call: Call) -> Reply:
    raise NotImplementedError


def bulk_draft_action(call: Call) -> Reply:
    raise NotImplementedError
