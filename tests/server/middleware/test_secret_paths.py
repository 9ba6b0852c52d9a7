"""Paths as they may be written down."""

import pytest

from pandocast_server.middleware.access_log import without_secret

TOKEN = "x3fQ0-_k"


@pytest.mark.parametrize(
    "path",
    [
        f"/passband/v1/calendar/ws_1/{TOKEN}.ics",
        f"/passband/v1/calendar/ws_1/{TOKEN}",
        f"/passband/v1/calendar/ws_1/{TOKEN}.ics/",
        f"/passband/v1/calendar/ws_1/more/{TOKEN}.ics",
        f"/passband/v1/calendar//ws_1//{TOKEN}.ics",
        f"/Passband/V1/Calendar/ws_1/{TOKEN}.ics",
        f"//somewhere/else/calendar/ws_1/{TOKEN}.ics",
        f"/passband/v1/calendar/ws_1/\n{TOKEN}.ics",
    ],
)
def test_a_token_is_hidden_however_its_address_is_mistyped(path: str) -> None:
    hidden = without_secret(path)
    assert TOKEN not in hidden
    assert hidden.endswith("/***")
    assert "ws_1" in hidden
    assert without_secret(hidden) == hidden


@pytest.mark.parametrize(
    "path",
    ["", "/", "/passband/v1/calendar/feed", "/passband/v1/calendar/ws_1/", "/api/v1/content/x/outputs"],
)
def test_other_paths_are_as_they_are(path: str) -> None:
    assert without_secret(path) == path
