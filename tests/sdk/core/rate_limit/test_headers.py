"""The headers of the rate limit: a number that is not plainly one says nothing."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.wire import NO_LIMIT, Player, context, date, one_after_the_other, response, window

from pandocast_sdk._core.call.plan import call
from pandocast_sdk._core.protocol import RawHeaders
from pandocast_sdk._core.rate_limit import headers as rate_limit_headers
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.rate_limit.headers import RateHeaders, parse_rate_headers, retry_after_seconds
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.options import RateLimitPolicy

NOW = 1_774_000_000.0
NOTHING = RateHeaders(None, None, None, None, None)


def test_the_published_headers() -> None:
    headers = {**window(63, 1774000060), "Date": "Fri, 20 Mar 2026 09:46:40 GMT", "Retry-After": "7"}
    assert parse_rate_headers(response(headers=headers).headers) == (100, 63, 1774000060, NOW, b"7")


def test_names_are_found_in_any_case() -> None:
    headers = [(b"x-ratelimit-LIMIT", b"5"), (b"X-RATELIMIT-remaining", b"2"), (b"x-RateLimit-reset", b"9")]
    assert parse_rate_headers(headers)[:3] == (5, 2, 9)


@pytest.mark.parametrize(
    "number",
    [
        "-1",
        "+5",
        "1.5",
        "1e3",
        "NaN",
        "inf",
        "",
        " ",
        " 5",
        "5 ",
        "0x1f",
        "5, 6",
        "5,,5",
        "5,",
        "9" * 13,
        "²",
        "ten",
        "5;w=60",
    ],
)
def test_a_number_that_is_not_plainly_one_says_nothing(number: str) -> None:
    assert parse_rate_headers(response(headers=window(number, number, limit=number)).headers) == NOTHING


@pytest.mark.parametrize("times", [2, 3])
def test_a_header_that_stands_there_several_times_counts_once(times: int) -> None:
    headers = {**window(63, 9), "Date": "Fri, 20 Mar 2026 09:46:40 GMT"}
    said = parse_rate_headers(response(headers=headers).headers)
    assert parse_rate_headers(response(headers=[*headers.items()] * times).headers) == said
    joined = {name: ", ".join([str(value)] * times) for name, value in headers.items() if name != "Date"}
    assert parse_rate_headers(response(headers=joined).headers)[:3] == said[:3]


def test_a_header_that_contradicts_itself_says_nothing() -> None:
    dates = [("Date", "Fri, 20 Mar 2026 09:46:40 GMT"), ("date", "Fri, 20 Mar 2026 09:46:41 GMT")]
    headers = [*window(63, 9, limit=1).items(), *window(64, 8).items(), *dates]
    assert parse_rate_headers(response(headers=headers).headers) == NOTHING


def test_of_several_waits_the_longest_is_asked_for() -> None:
    headers = [("Retry-After", 1), ("retry-after", 100), ("Retry-After", "2.5")]
    asked = parse_rate_headers(response(headers=headers).headers).retry_after
    assert asked is not None
    assert retry_after_seconds(asked, NOW) == 100


def test_an_endless_header_says_nothing_and_is_not_kept() -> None:
    endless = "9" * 60_000
    reading = parse_rate_headers(
        response(headers={**window(endless, endless), "Retry-After": endless}).headers
    )
    assert reading[:3] == (100, None, None)
    assert reading.retry_after is not None, "the server asks for a wait, if not for how long"
    assert len(reading.retry_after) < 100
    assert retry_after_seconds(reading.retry_after, 0) is None


def test_a_limit_of_nothing_is_no_limit() -> None:
    assert parse_rate_headers(response(headers=window(0, 9, limit=0)).headers).limit is None


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "",
        "2026-03-20T09:46:40Z",
        "Fri, 20 Mar 2026 09:46:40 -0000",
        "Fri, 99 Mar 2026 09:46:40 GMT",
        "é",
    ],
)
def test_a_date_that_is_not_one_says_nothing(date: str) -> None:
    assert parse_rate_headers(response(headers={"Date": date}).headers).date is None


def test_a_date_that_is_not_one_is_not_remembered_for_the_next_answer() -> None:
    good = response(headers={"Date": "Fri, 20 Mar 2026 09:46:40 GMT"}).headers
    assert parse_rate_headers(good).date == NOW
    assert parse_rate_headers(response(headers={"Date": "later"}).headers).date is None
    assert parse_rate_headers(good).date == NOW


@given(st.lists(st.tuples(st.sampled_from(["Date", "Retry-After", *window(0, 0)]), st.binary(max_size=40))))
def test_no_header_is_too_strange_to_be_read(pairs: list[tuple[str, bytes]]) -> None:
    reading = parse_rate_headers([(name.encode(), value) for name, value in pairs])
    assert all(number is None or number >= 0 for number in reading[:3])
    if reading.retry_after is not None:
        seconds = retry_after_seconds(reading.retry_after, NOW)
        assert seconds is None or seconds >= 0


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_no_date_is_too_strange_to_be_read(text: str) -> None:
    reading = parse_rate_headers([(b"Date", b"Fri, 20 Mar 2026 " + text.encode())])
    assert reading.date is None or isinstance(reading.date, float)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"0", 0.0),
        (b"120", 120.0),
        (b" 7 ", 7.0),
        (b"Fri, 20 Mar 2026 09:47:00 GMT", 20.0),
        (b"Fri, 20 Mar 2026 09:00:00 GMT", 0.0),
        (b"Friday, 20-Mar-26 09:47:00 GMT", 20.0),
        (b"Fri Mar 20 09:47:00 2026", 20.0),
        (b"Fri, 20 Mar 2026 09:47:00 +0000", 20.0),
        (b"1.5", 1.5),
        (b"1.0", 1.0),
        (b"0.0", 0.0),
        (b"1, 1", 1.0),
        (b"1,30", 30.0),
        (b"30, soon", 30.0),
        (b"7, Fri, 20 Mar 2026 09:47:00 GMT", 20.0),
        (b"Fri, 20 Mar 2026 09:47:00 GMT, Fri, 20 Mar 2026 09:47:30 GMT", 50.0),
        (b"Fri Mar 20 09:47:00 2026, 5", 20.0),
        (b"-5", None),
        (b"1.", None),
        (b".5", None),
        (b"1.5.5", None),
        (b"1_0", None),
        (b"1" * 13, None),
        (b"1." + b"1" * 13, None),
        ("\u0661".encode(), None),
        (b", ,", None),
        (b"soon", None),
        (b"", None),
        (b"NaN", None),
        (b"1e309", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value: bytes, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


def test_the_slot_in_the_window_for_people() -> None:
    assert parse_rate_headers(response(headers=window(63, 9)).headers).slot == "37/100"
    assert NOTHING.slot == "-"


@pytest.mark.parametrize("policy", [RateLimitPolicy(), NO_LIMIT])
def test_the_headers_of_each_response_are_parsed_once(
    policy: RateLimitPolicy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """However many read them: the budget, the retry of a 429 with its error, and the log."""
    parsed: list[RawHeaders] = []

    def parse(headers: RawHeaders) -> RateHeaders:
        parsed.append(headers)
        return parse_rate_headers(headers)

    monkeypatch.setattr(rate_limit_headers, "parse_rate_headers", parse)
    caplog.set_level(logging.DEBUG, "pandocast_sdk")
    player = Player(now=0.0)
    budget = None if policy is NO_LIMIT else Budget(now=lambda: player.now, wall=lambda: NOW)
    client = context(now=lambda: player.now, wall=lambda: NOW, budget=budget, policy=policy)
    refused = response(429, headers={**window(0, int(NOW) + 60), **date(NOW), "Retry-After": 5})
    answered = response(headers={**window(99, int(NOW) + 60), **date(NOW)})
    operation = Operation("things", "GET", "/things", lambda response: response.status)
    outcomes = one_after_the_other([refused, answered])
    assert player.play(call(client, operation), outcomes) == 200
    assert parsed == [refused.headers, answered.headers]
