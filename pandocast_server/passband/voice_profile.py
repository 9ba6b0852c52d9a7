"""The voice profile."""

from pandocast_server.routing import Call, Reply


def get_voice_profile(call: Call) -> Reply:
    raise NotImplementedError


def update_voice_profile(call: Call) -> Reply:
    raise NotImplementedError
