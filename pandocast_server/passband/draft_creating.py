"""Creating drafts: direct and generate mode."""

from pandocast_server.routing import Call, Reply


def create_drafts(call: Call) -> Reply:
    raise NotImplementedError
