"""What a server is told, and what follows from it."""

import pytest

from pandocast_server.settings import Settings, is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("web.localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - judged, not listened on
        ("::", False),
        ("192.168.0.1", False),
        ("example.com", False),
        ("localhost.example.com", False),
        ("", False),
    ],
)
def test_private_targets_are_allowed_only_while_nobody_else_can_ask(host: str, *, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    assert Settings(host=host).allows_private_targets is loopback


def test_private_targets_can_be_decided_openly() -> None:
    assert Settings(host="192.168.0.1", private_targets=True).allows_private_targets
    assert not Settings(private_targets=False).allows_private_targets


@pytest.mark.parametrize(
    "wrong", [{"rate_limit": 0}, {"rate_window": 0}, {"rate_window": 1.5}, {"port": -1}, {"port": 65536}]
)
def test_what_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Settings(**wrong)  # type: ignore[arg-type] # the mistakes
