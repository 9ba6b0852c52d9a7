"""The calendar feed: its request, and that no repr shows its address."""

import pytest
from support.passband_wire import make_call

from pandocast_sdk import CalendarFeed


def test_the_address_of_the_feed_is_read_and_not_in_the_repr() -> None:
    url = "https://a.example/t0ken.ics"
    exchange = make_call(lambda c: c.calendar.feed(), {"enabled": True, "url": url})
    assert exchange.request == ("GET", "/calendar/feed", {}, None)
    assert exchange.result == CalendarFeed(enabled=True, url=url)
    assert exchange.result.url == url
    assert "t0ken" not in f"{exchange.result!r} {exchange.result}"


@pytest.mark.parametrize("response", [{"enabled": False, "url": None}, {"enabled": False}])
def test_a_feed_that_is_turned_off_has_no_address(response: dict[str, object]) -> None:
    assert make_call(lambda c: c.calendar.feed(), response).result.url is None
