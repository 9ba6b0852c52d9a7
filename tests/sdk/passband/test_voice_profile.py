"""The voice profile: what each method puts on the wire, what it reads, and what it refuses to send."""

import pytest
from support.passband_wire import Call, make, refuse

from pandocast_sdk import VoiceProfile

PROFILE = {
    "id": "vp_1",
    "style": "dry",
    "avoid": ["hype"],
    "examples": [],
    "formats": {"SHORT": {"emoji": False}},
    "createdAt": "2026-03-28T10:00:00Z",
    "updatedAt": "2026-03-28T10:00:00Z",
}


def test_the_profile_is_read() -> None:
    exchange = make(lambda c: c.voice_profile.get(), PROFILE)
    assert exchange.asked == ("GET", "/voice-profile", {}, None)
    assert isinstance(exchange.result, VoiceProfile)
    assert exchange.result.formats == {"SHORT": {"emoji": False}}


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda c: c.voice_profile.update(), {}),
        (lambda c: c.voice_profile.update(style=""), {"style": ""}),
        (
            lambda c: c.voice_profile.update(avoid=[], examples=iter(["One."])),
            {"avoid": [], "examples": ["One."]},
        ),
        (
            lambda c: c.voice_profile.update(formats={"SHORT": {"hashtags": None}}),
            {"formats": {"SHORT": {"hashtags": None}}},
        ),
    ],
)
def test_only_what_is_given_is_changed(call: Call, body: dict[str, object]) -> None:
    exchange = make(call, PROFILE)
    assert exchange.asked == ("PUT", "/voice-profile", {}, body)
    assert exchange.result.style == "dry"


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: c.voice_profile.update(avoid="hype"), "avoid must be a list"),
        (lambda c: c.voice_profile.update(examples=[1]), r"examples\[0\] must be text"),
        (lambda c: c.voice_profile.update(examples=[""]), r"examples\[0\] must not be empty"),
        (lambda c: c.voice_profile.update(formats={"SHORT": float("nan")}), "JSON"),
    ],
)
def test_what_is_out_of_bounds_is_not_sent(call: Call, match: str) -> None:
    refuse(call, match)
