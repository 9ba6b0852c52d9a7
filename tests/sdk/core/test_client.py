"""Key, address and context: taken from arguments or the environment, and refused where the key would leak."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk._core.client import (
    PANDOCAST,
    PASSBAND,
    budget_for,
    changed_options,
    client_options,
    context_for,
    is_loopback,
)
from pandocast_sdk._core.not_given import NOT_GIVEN
from pandocast_sdk.options import ClientOptions, RateLimitPolicy

KEY = "pk_live_abc123"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in (PANDOCAST, PASSBAND):
        monkeypatch.delenv(service.key_variable, raising=False)
        monkeypatch.delenv(service.url_variable, raising=False)


def options_for(base_url: str, *, allow_http: bool = False) -> ClientOptions:
    return client_options(PANDOCAST, api_key=KEY, base_url=base_url, allow_http=allow_http)


def test_the_default_is_the_published_service() -> None:
    options = client_options(PANDOCAST, api_key=KEY)
    assert options.base_url == "https://api.pandocast.ai/api/v1"
    assert (options.timeout, options.deadline, options.max_retries) == (30.0, None, 2)
    assert options.rate_limit == RateLimitPolicy("wait", max_wait=120.0, store=None)


def test_arguments_take_precedence_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDOCAST_API_KEY", "pk_test_env")
    monkeypatch.setenv("PANDOCAST_BASE_URL", "http://127.0.0.1:8000/api/v1/")
    options = client_options(PANDOCAST)
    assert (options.api_key, options.base_url) == ("pk_test_env", "http://127.0.0.1:8000/api/v1")
    options = client_options(PANDOCAST, api_key=KEY, base_url="https://other.example")
    assert (options.api_key, options.base_url) == (KEY, "https://other.example")


def test_an_empty_argument_is_not_replaced_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenant's key that is missing must not become somebody else's."""
    monkeypatch.setenv("PANDOCAST_API_KEY", "pk_test_env")
    monkeypatch.setenv("PANDOCAST_BASE_URL", "https://env.example")
    with pytest.raises(ValueError, match="needs an API key"):
        client_options(PANDOCAST, api_key="")
    with pytest.raises(ValueError, match="needs a base_url"):
        client_options(PANDOCAST, base_url="")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDOCAST_API_KEY", "")
    monkeypatch.setenv("PANDOCAST_BASE_URL", "")
    with pytest.raises(ValueError, match="pass api_key or set PANDOCAST_API_KEY"):
        client_options(PANDOCAST)
    assert client_options(PANDOCAST, api_key=KEY).base_url == PANDOCAST.base_url


def test_passband_has_no_default_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDOCAST_BASE_URL", "https://pandocast.example")
    with pytest.raises(ValueError, match="Passband needs a base_url; pass it or set PASSBAND_BASE_URL"):
        client_options(PASSBAND, api_key=KEY)
    monkeypatch.setenv("PASSBAND_BASE_URL", "")
    with pytest.raises(ValueError, match="set PASSBAND_BASE_URL"):
        client_options(PASSBAND, api_key=KEY)
    monkeypatch.setenv("PASSBAND_BASE_URL", "https://passband.example/v1")
    assert client_options(PASSBAND, api_key=KEY).base_url == "https://passband.example/v1"


def test_each_service_has_its_own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDOCAST_API_KEY", "pk_test_pandocast")
    with pytest.raises(ValueError, match="Passband needs an API key; pass api_key or set PASSBAND_API_KEY"):
        client_options(PASSBAND, base_url="https://passband.example")
    monkeypatch.setenv("PASSBAND_API_KEY", "pk_test_passband")
    assert client_options(PASSBAND, base_url="https://passband.example").api_key == "pk_test_passband"


@pytest.mark.parametrize(
    "key",
    [
        " ",
        f"{KEY} ",
        f" {KEY}",
        f"{KEY}\n",
        f"{KEY}\r\nX-Evil: 1",
        f"pk\t{KEY}",
        f"{KEY}\0",
        f"{KEY}é",
        f"{KEY}\x7f",
        "pk_live_ключ",
    ],
)
def test_a_key_that_no_header_can_carry_is_rejected_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="the API key has") as caught:
        client_options(PANDOCAST, api_key=key)
    assert key.strip() == "" or key.strip() not in str(caught.value)
    assert "pk_live" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "tidy"),
    [
        ("https://api.example", "https://api.example"),
        ("https://api.example/", "https://api.example"),
        ("https://api.example/api/v1///", "https://api.example/api/v1"),
        ("HTTPS://API.example:8443/x", "HTTPS://API.example:8443/x"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://LOCALHOST", "http://LOCALHOST"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_the_last_slash_of_an_address_is_removed(url: str, tidy: str) -> None:
    assert options_for(url).base_url == tidy


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("api.example", "begin with https://"),
        ("//api.example", "begin with https://"),
        ("ftp://api.example", "not 'ftp'"),
        ("file:///etc/passwd", "not 'file'"),
        ("https://", "a host"),
        ("https://:443", "a host"),
        ("https:///path", "a host"),
        ("https://user@api.example", "user name or password"),
        ("https://user:secret@api.example", "user name or password"),
        ("https://:secret@api.example", "user name or password"),
        ("https://@api.example", "user name or password"),
        ("https://api.example?a=b", "query"),
        ("https://api.example/?", "query"),
        ("https://api.example/#", "fragment"),
        ("https://api.example/#x", "fragment"),
        ("https://api.example\\@evil.example", "user name|backslash"),
        ("https://api.example/a\\b", "backslash"),
        ("https://api.example/a b", "spaces"),
        ("https://api.example\n", "control"),
        ("https://api.exämple", "ASCII"),
        ("https://api.example:99999", "ort"),
        ("https://api.example:http", "ort"),
        ("https://[::1", "base_url has a host"),
    ],
)
def test_an_invalid_address_is_rejected(url: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as caught:
        options_for(url)
    assert "secret" not in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        "api.example",
        "10.0.0.1",
        "192.168.1.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "localhost.",
        "evil-localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::]",
        "[fe80::1]",
    ],
)
def test_plain_http_to_another_machine_has_to_be_allowed(host: str) -> None:
    with pytest.raises(ValueError, match="unencrypted"):
        options_for(f"http://{host}/api/v1")
    assert options_for(f"http://{host}/api/v1", allow_http=True).allow_http
    assert options_for(f"https://{host}/api/v1").base_url == f"https://{host}/api/v1"


def test_a_copy_is_checked_as_a_whole() -> None:
    options = options_for("http://api.example", allow_http=True)
    with pytest.raises(ValueError, match="unencrypted"):
        changed_options(options, allow_http=False)
    changed = changed_options(options, allow_http=False, base_url="https://api.example/")
    assert changed.base_url == "https://api.example"


def test_a_copy_changes_only_what_is_passed() -> None:
    options = client_options(PANDOCAST, api_key=KEY, deadline=5, max_retries=7)
    assert changed_options(options, deadline=NOT_GIVEN, max_retries=NOT_GIVEN) == options
    changed = changed_options(options, deadline=None, max_retries=0)
    assert (changed.deadline, changed.max_retries) == (None, 0)
    with pytest.raises(ValueError, match="the API key"):
        changed_options(options, api_key="")
    with pytest.raises(ValueError, match="timeout"):
        changed_options(options, timeout=0)


@given(st.text())
def test_only_loopback_is_loopback(host: str) -> None:
    assert (
        not is_loopback(host)
        or host in {"localhost", "::1"}
        or host.startswith(("127.", "::ffff:7f", "::ffff:127"))
    )


def test_options_pickle_and_do_not_show_the_key() -> None:
    options = client_options(PANDOCAST, api_key=KEY)
    again = pickle.loads(pickle.dumps(options))  # noqa: S301 - our own
    assert again.api_key == KEY
    assert again.base_url == options.base_url
    assert KEY not in f"{options!r} {context_for(options, None)!r}"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("https://api.example/api/v1", "https://API.example:443/api/v2", True),
        ("http://localhost/", "http://localhost:80", True),
        ("https://api.example", "https://api.example:8443", False),
        ("https://api.example", "https://other.example", False),
    ],
)
def test_clients_of_one_key_at_one_origin_share_a_budget(first: str, second: str, same: bool) -> None:  # noqa: FBT001
    leases = budget_for(options_for(first)), budget_for(options_for(second))
    assert leases[0] is not None
    assert (leases[0] is leases[1]) is same


def test_services_at_one_origin_do_not_share_a_budget() -> None:
    """One may count and the other not, or each for itself."""
    address = "https://api.example"
    pandocast = client_options(PANDOCAST, api_key=KEY, base_url=address)
    passband = client_options(PASSBAND, api_key=KEY, base_url=address)
    leases = [budget_for(options) for options in (pandocast, passband, changed_options(passband, timeout=5))]
    assert leases[0] is not leases[1]
    assert leases[1] is leases[2], "a copy belongs to the service of its original"


def test_another_key_has_another_budget_and_the_mode_off_none() -> None:
    options = options_for("https://api.example")
    lease, other = budget_for(options), budget_for(changed_options(options, api_key="pk_live_other"))
    assert lease is not other
    assert lease is not None
    assert context_for(options, lease).budget is lease.budget
    off = changed_options(options, rate_limit=RateLimitPolicy("off"))
    assert budget_for(off) is None
    assert context_for(off, None).budget is None
