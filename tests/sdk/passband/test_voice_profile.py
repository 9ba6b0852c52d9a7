"""The voice profile: the request of each method, its result, and the arguments it rejects."""

import pytest
from support.passband_wire import Call, assert_rejected, make_call

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


def test_get_reads_the_profile() -> None:
    exchange = make_call(lambda c: c.voice_profile.get(), PROFILE)
    assert exchange.request == ("GET", "/voice-profile", {}, None)
    assert isinstance(exchange.result, VoiceProfile)
    assert exchange.result.formats == {"SHORT": {"emoji": False}}


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda c: c.voice_profile.update(), {}),
        (lambda c: c.voice_profile.update(style=""), {"style": ""}),
        (
            lambda c: c.voice_profile.update(avoid=[], examples=iter(["One.", ""])),
            {"avoid": [], "examples": ["One.", ""]},
        ),
        (
            lambda c: c.voice_profile.update(formats={"SHORT": {"hashtags": None}}),
            {"formats": {"SHORT": {"hashtags": None}}},
        ),
    ],
)
def test_update_sends_only_the_arguments_given(call: Call, body: dict[str, object]) -> None:
    exchange = make_call(call, PROFILE)
    assert exchange.request == ("PUT", "/voice-profile", {}, body)
    assert exchange.result.style == "dry"


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda c: c.voice_profile.update(avoid="hype"), "avoid must be a list"),
        (lambda c: c.voice_profile.update(examples=[1]), r"examples\[0\] must be text"),
        (lambda c: c.voice_profile.update(formats={"SHORT": float("nan")}), "JSON"),
    ],
)
def test_an_invalid_argument_is_rejected_before_anything_is_sent(call: Call, match: str) -> None:
    assert_rejected(call, match)
