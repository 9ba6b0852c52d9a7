"""The options of a client, and which are rejected."""

import math

import pytest

from pandocast_sdk import Pandocast, RateLimitPolicy


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "never"}, "mode must be one of wait, raise, off, not 'never'"),
        ({"max_wait": -1}, "max_wait must be"),
        ({"max_wait": math.nan}, "max_wait must be"),
        ({"store": "http://:s3cret@localhost"}, "store must be a URL that begins with one of redis, rediss"),
        ({"store": "s3cret"}, "store must be a URL"),
        ({"store": "redis"}, "store must be a URL"),
        ({"store": ""}, "store must be a URL"),
    ],
)
def test_an_invalid_policy_is_rejected_in_one_sentence(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        RateLimitPolicy(**options)  # type: ignore[arg-type] # the mistakes
    assert len(caught.value.args) == 1
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "store",
    [
        "redis://:s3cret@localhost:6379/0",
        "rediss://user:s3cret@localhost",
        "valkeys://localhost?password=s3cret",
        "unix://:s3cret@/run/valkey.sock",
    ],
)
def test_no_repr_shows_the_password_of_a_store(store: str) -> None:
    policy = RateLimitPolicy(store=store)
    assert policy.store == store
    assert "s3cret" not in repr(policy)
    assert f"{store.partition(':')[0]}://..." in repr(policy)


def test_a_policy_takes_positional_arguments() -> None:
    assert RateLimitPolicy("raise", 5) == RateLimitPolicy(mode="raise", max_wait=5, store=None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, "timeout must be"),
        ({"timeout": math.inf}, "timeout must be"),
        ({"deadline": -1}, "deadline must be"),
        ({"deadline": math.nan}, "deadline must be"),
        ({"max_retries": -1}, "max_retries must be"),
    ],
)
def test_invalid_client_options_are_rejected_in_one_sentence(options: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Pandocast(api_key="pk_test_x", **options)  # type: ignore[arg-type] # the mistakes
    with Pandocast(api_key="pk_test_x") as client, pytest.raises(ValueError, match=message):
        client.with_options(**options)  # type: ignore[arg-type] # likewise
