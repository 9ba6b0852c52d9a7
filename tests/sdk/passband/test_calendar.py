"""The calendar feed: what is put on the wire, and that nothing shows its address."""

import pytest
from support.passband_wire import make

from pandocast_sdk import CalendarFeed


def test_the_address_of_the_feed_is_read_and_not_shown() -> None:
    url = "https://a.example/t0ken.ics"
    exchange = make(lambda c: c.calendar.feed(), {"enabled": True, "url": url})
    assert exchange.asked == ("GET", "/calendar/feed", {}, None)
    assert exchange.result == CalendarFeed(enabled=True, url=url)
    assert exchange.result.url == url
    assert "t0ken" not in f"{exchange.result!r} {exchange.result}"


@pytest.mark.parametrize("answer", [{"enabled": False, "url": None}, {"enabled": False}])
def test_a_feed_that_is_turned_off_has_no_address(answer: dict[str, object]) -> None:
    assert make(lambda c: c.calendar.feed(), answer).result.url is None
