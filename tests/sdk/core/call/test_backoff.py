"""How often a call is sent again, and how long it waits before that."""

from tenacity.wait import wait_exponential, wait_none

from pandocast_sdk._core.call.retries import Attempts
from pandocast_sdk.options import default_backoff


def test_the_last_attempt_is_followed_by_none() -> None:
    attempts = Attempts(max_retries=2, backoff=wait_none())
    assert [attempts.next_wait() for _ in range(4)] == [0.0, 0.0, None, None]


def test_without_retries_there_is_one_attempt() -> None:
    assert Attempts(max_retries=0, backoff=wait_none()).next_wait() is None


def test_the_waits_are_those_of_the_strategy() -> None:
    attempts = Attempts(max_retries=5, backoff=wait_exponential(multiplier=0.5, max=3))
    assert [attempts.next_wait() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_default_waits_are_jittered_and_double_up_to_eight_seconds() -> None:
    bounds = [0.5, 1, 2, 4, 8, 8, 8]
    drawn: list[list[float]] = [[] for _ in bounds]
    for _ in range(200):
        attempts = Attempts(max_retries=len(bounds), backoff=default_backoff())
        for waits in drawn:
            wait = attempts.next_wait()
            assert wait is not None
            waits.append(wait)
    for waits, bound in zip(drawn, bounds, strict=True):
        assert 0 <= min(waits) < bound * 0.1
        assert bound * 0.9 < max(waits) <= bound
