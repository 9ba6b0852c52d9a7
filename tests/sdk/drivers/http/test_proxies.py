"""Proxies that the environment names: which requests use them, and what their failures mean."""

import socket
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from support.loopback import (
    FLAVOURS,
    KEY,
    Loopback,
    always,
    call,
    close_after_reading,
    free_port,
    http,
    loopback,
)
from support.proxy import HOST, forward, over_tls

from pandocast_sdk import APIConnectionError, Pandocast, Response
from pandocast_sdk._drivers.http.transport import tls_context
from pandocast_server.testing import ReferenceServer

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
RESPOND = always(http("200 OK", b"{}", "Connection: close"))


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def proxy() -> Iterator[Loopback]:
    with loopback(forward) as proxy:
        yield proxy


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback(RESPOND) as server:
        yield server


@pytest.fixture
def secure_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A server with a certificate for the host, and an environment that trusts it."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    tls_context.cache_clear()
    with loopback(over_tls(RESPOND, authority, HOST)) as server:
        yield server
    tls_context.cache_clear()


def address(proxy: Loopback, *, user: str = "") -> str:
    return f"http://{user}{urlsplit(proxy.url).netloc}"


def at_host(server: Loopback, scheme: str = "http") -> str:
    """Return the URL of a server under the host that only the proxy can reach."""
    return f"{scheme}://{HOST}:{urlsplit(server.url).port}/api/v1"


def request_through(flavour: str, url: str, method: str = "GET", *, max_retries: int = 0) -> Response:
    return call(flavour, url, method, max_retries=max_retries, allow_http=True)


@EVERY_FLAVOUR
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_tunnels_to_a_secure_server_and_gets_no_key(
    flavour: str, variable: str, proxy: Loopback, secure_server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, address(proxy))
    url = at_host(secure_server, "https")
    assert request_through(flavour, url, "POST").status_code == 200
    (connect,) = proxy.requests
    assert (connect.method, connect.target) == ("CONNECT", urlsplit(url).netloc)
    assert not any(KEY in value for _, value in connect.headers)
    (request,) = secure_server.requests
    assert (request.method, request.target) == ("POST", "/api/v1/things")
    assert request.header("Authorization") == [f"Bearer {KEY}"]


@EVERY_FLAVOUR
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_request_to_a_plain_server_goes_to_the_proxy_in_absolute_form(
    flavour: str, variable: str, proxy: Loopback, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, address(proxy))
    assert request_through(flavour, at_host(server)).status_code == 200
    assert [request.target for request in proxy.requests] == [f"{at_host(server)}/things"]
    assert [request.target for request in server.requests] == ["/api/v1/things"]


@EVERY_FLAVOUR
@pytest.mark.parametrize("no_proxy", [HOST, ".example", "elsewhere.example,api.example", "*"])
def test_a_host_in_no_proxy_is_connected_to_directly(
    flavour: str, no_proxy: str, proxy: Loopback, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def resolve_to_loopback(host: object, port: int, *args: int, **kwargs: int) -> object:
        assert host in {HOST, HOST.encode(), "127.0.0.1"}
        return resolve("127.0.0.1", port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_to_loopback)
    monkeypatch.setenv("ALL_PROXY", address(proxy))
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert request_through(flavour, at_host(server)).status_code == 200
    assert len(server.requests) == 1
    assert proxy.connections == 0


@EVERY_FLAVOUR
def test_a_host_that_is_not_in_no_proxy_goes_through_the_proxy(
    flavour: str, proxy: Loopback, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", address(proxy))
    monkeypatch.setenv("NO_PROXY", "other.example,10.0.0.1")
    assert request_through(flavour, at_host(server)).status_code == 200
    assert len(proxy.requests) == 1


@EVERY_FLAVOUR
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_requests_to_loopback_use_no_proxy(flavour: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        loopback(RESPOND, host=host if host[0] == "1" else "127.0.0.1") as server,
        loopback(forward) as proxy,
    ):
        monkeypatch.setenv("ALL_PROXY", address(proxy))
        monkeypatch.setenv("HTTP_PROXY", address(proxy))
        call(flavour, f"http://{host}:{urlsplit(server.url).port}")
        assert len(server.requests) == 1
        assert proxy.connections == 0


@EVERY_FLAVOUR
def test_a_refused_connection_to_a_proxy_leaves_the_outcome_known(
    flavour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(APIConnectionError, match="no connection could be made") as caught:
        request_through(flavour, f"https://{HOST}", "POST")
    assert not caught.value.outcome_unknown


@EVERY_FLAVOUR
def test_a_refusal_by_a_proxy_is_retried_and_leaves_the_outcome_known(
    flavour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = always(http("407 Proxy Authentication Required", b"", "Connection: close"))
    with loopback(refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", address(proxy, user="clerk:hushhush@"))
        with pytest.raises(APIConnectionError, match="no connection could be made: 407") as caught:
            request_through(flavour, f"https://{HOST}", "POST", max_retries=2)
    assert not caught.value.outcome_unknown
    assert [request.method for request in proxy.requests] == ["CONNECT"] * 3
    assert proxy.requests[0].header("Proxy-Authorization")
    assert "hushhush" not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


@EVERY_FLAVOUR
def test_a_proxy_that_closes_after_a_plain_request_leaves_the_outcome_unknown(
    flavour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with loopback(close_after_reading) as proxy:
        monkeypatch.setenv("HTTP_PROXY", address(proxy))
        with pytest.raises(APIConnectionError) as caught:
            request_through(flavour, f"http://{HOST}", "POST", max_retries=2)
    assert caught.value.outcome_unknown
    assert len(proxy.requests) == 1


ODD_EXCEPTIONS = ["[::1]", "::1/128", "fd00::/8", "[", "http://[", "[::1]:x,,", "\u00e9.example"]
UNUSABLE = [
    "socks5://127.0.0.1:1",
    "socks4://127.0.0.1:1",
    "ftp://u:hushhush@x",
    "http://[::1",
    "http://",
    "://",
]


@EVERY_FLAVOUR
@pytest.mark.parametrize("no_proxy", ODD_EXCEPTIONS)
def test_an_odd_entry_of_no_proxy_affects_no_other_host(
    flavour: str, no_proxy: str, proxy: Loopback, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", address(proxy))
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert call(flavour, server.url).status_code == 200
    assert proxy.connections == 0
    assert request_through(flavour, at_host(server)).status_code == 200
    assert len(proxy.requests) == 1


@EVERY_FLAVOUR
@pytest.mark.parametrize("variable", ["ALL_PROXY", "http_proxy"])
@pytest.mark.parametrize("unusable", UNUSABLE)
def test_a_proxy_that_cannot_be_used_concerns_only_requests_that_need_it(
    flavour: str, variable: str, unusable: str, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)  # as without the extra
    monkeypatch.setenv(variable, unusable)
    assert call(flavour, server.url).status_code == 200
    with pytest.raises(APIConnectionError, match=f"the proxy of {variable} cannot be used") as caught:
        request_through(flavour, at_host(server), "POST", max_retries=2)
    assert not caught.value.outcome_unknown
    shown = "".join(traceback.format_exception(caught.value))
    assert "hushhush" not in shown
    assert ("httpx[socks]" in shown) == (unusable.startswith("socks5"))


def test_a_wait_ends_at_once_where_the_proxy_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks4://127.0.0.1:1")
    with (
        Pandocast(api_key=KEY, base_url=f"https://{HOST}") as client,
        pytest.raises(APIConnectionError, match="the proxy of HTTPS_PROXY"),
    ):
        client.content.wait_until_analyzed("content_1", timeout=3600)


@pytest.mark.parametrize(("variable", "value"), [("ALL_PROXY", "socks4://x"), ("NO_PROXY", "[::1]")])
def test_the_fixtures_work_whatever_the_variables_say(
    variable: str, value: str, pandocast_server: ReferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv(variable, value)
    with pandocast_server.client() as client:
        assert client.content.list().total == 0
