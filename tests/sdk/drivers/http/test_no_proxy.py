"""Which hosts `NO_PROXY` names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pandocast_sdk._drivers.http.proxies import Target, needs_no_proxy

NAMED = [
    ("*", "api.example"),
    ("api.example", "api.example"),
    ("API.Example", "api.example"),
    ("example", "api.example"),
    (".example", "api.example"),
    ("*.example", "api.example"),
    ("api.example.", "api.example"),
    ("api.example", "api.example."),
    ("api.example:443", "api.example"),
    ("https://api.example", "api.example"),
    ("all://api.example", "api.example"),
    ("https://*", "api.example"),
    ("other, api.example", "api.example"),
    ("other api.example", "api.example"),
    ("[::1],[,http://[,:,api.example", "api.example"),
    ("10.1.2.3", "10.1.2.3"),
    ("10.0.0.0/8", "10.1.2.3"),
    ("10.1.2.3/8", "10.1.2.3"),
    ("10.1.2.3:443", "10.1.2.3"),
    ("fd00::1", "fd00::1"),
    ("[fd00::1]", "fd00::1"),
    ("[fd00::1]:443", "fd00::1"),
    ("FD00:0::1", "fd00::1"),
    ("fd00::/8", "fd12::1"),
]
NOT_NAMED = [
    ("", "api.example"),
    (",, ,", "api.example"),
    ("i.example", "api.example"),
    (".api.example", "api.example"),
    ("api.example:8443", "api.example"),
    ("http://api.example", "api.example"),
    ("www.api.example", "api.example"),
    ("0.0.0.0/0", "api.example"),
    ("10.0.0.0/8", "11.1.2.3"),
    ("10.0.0.0/33", "10.1.2.3"),
    ("2.3", "10.1.2.3"),
    ("10.1.2.3:80", "10.1.2.3"),
    ("::/0", "10.1.2.3"),
    ("[fd00::1]:80", "fd00::1"),
    ("fd00::/8", "fe00::1"),
    ("api.example:port", "api.example"),
]


@pytest.mark.parametrize(("exceptions", "host"), NAMED)
def test_a_host_that_needs_no_proxy(exceptions: str, host: str) -> None:
    assert needs_no_proxy(exceptions, Target("https", host, 443))


@pytest.mark.parametrize(("exceptions", "host"), NOT_NAMED)
def test_a_host_that_is_not_named(exceptions: str, host: str) -> None:
    assert not needs_no_proxy(exceptions, Target("https", host, 443))


@given(st.text(alphabet="[]:/.*,@%#?1ae ") | st.text())
def test_no_text_is_an_error(exceptions: str) -> None:
    needs_no_proxy(exceptions, Target("https", "api.example", 443))
    assert needs_no_proxy(f"{exceptions},api.example", Target("https", "api.example", 443))
