"""Connecting to a host whose addresses do not all respond."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpcore
import pytest
from support.loopback import FLAVOURS, always, call, http, loopback

from pandocast_sdk import APIConnectionError, DeadlineExceededError
from pandocast_sdk._drivers.http import connecting
from pandocast_sdk._drivers.http.connecting import SharedTimeBackend

HOST = "api.example"


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Have the host of the tests resolve to these."""
    resolve = socket.getaddrinfo

    def resolve_host(host: object, port: int, *args: int, **kwargs: int) -> list[object]:
        hosts = addresses if host in {HOST, HOST.encode()} else (host,)
        return [found for each in hosts for found in resolve(each, port, *args, **kwargs)]  # type: ignore[arg-type] # any

    monkeypatch.setattr(socket, "getaddrinfo", resolve_host)


class Network:
    """Connections in made-up time: an address is refused, is silent, or connects after so many seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **seconds: float | None) -> None:
        self.now = 1000.0
        self.seconds = {name.replace("_", ".").lstrip("a"): value for name, value in seconds.items()}
        self.tried: list[str] = []
        monkeypatch.setattr(connecting, "monotonic", lambda: self.now)
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", self.connect)
        resolve_to(monkeypatch, *self.seconds)

    def connect(self, host: str, _port: int, timeout: float, *_: object) -> object:
        self.tried.append(host)
        seconds = self.seconds[host]
        if seconds is None:
            raise httpcore.ConnectError("refused")
        self.now += min(seconds, timeout)
        if seconds > timeout:
            raise httpcore.ConnectTimeout("timed out")
        return httpcore.MockStream([host.encode()])


def test_addresses_that_do_not_respond_share_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, a10_0_0_1=60, a10_0_0_2=60, a10_0_0_3=60, a10_0_0_4=60)
    with pytest.raises(httpcore.ConnectTimeout):
        SharedTimeBackend().connect_tcp(HOST, 443, timeout=4.0)
    assert len(network.tried) == 4
    assert network.now == pytest.approx(1004)


def test_what_an_address_leaves_is_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, a10_0_0_1=60, a10_0_0_2=None, a10_0_0_3=2.5)
    assert SharedTimeBackend().connect_tcp(HOST, 443, timeout=4.0).read(100) == b"10.0.0.3"
    assert network.tried == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


def test_a_single_address_has_the_whole_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch, a10_0_0_1=3.9)
    assert SharedTimeBackend().connect_tcp(HOST, 443, timeout=4.0).read(100) == b"10.0.0.1"
    assert network.now == pytest.approx(1003.9)


@contextmanager
def silent(addresses: list[str]) -> Iterator[int]:
    """Have addresses that do not respond at one port: their queues are full."""
    with ExitStack() as stack:
        port = 0
        for address in addresses:
            listener = stack.enter_context(socket.create_server((address, port), backlog=0))
            port = listener.getsockname()[1]
            for _ in range(4):
                client = stack.enter_context(socket.socket())
                client.setblocking(False)  # noqa: FBT003 - there is no keyword
                client.connect_ex((address, port))
        yield port


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_deadline_holds_for_a_host_with_several_dead_addresses(
    flavour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"]
    resolve_to(monkeypatch, *addresses)
    with silent(addresses) as port, pytest.raises(DeadlineExceededError) as caught:
        call(flavour, f"http://{HOST}:{port}", "POST", timeout=60, deadline=0.4, allow_http=True)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_address_that_refuses_leaves_the_time_to_the_next(
    flavour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
    with loopback(always(http("200 OK"))) as server:
        url = f"http://{HOST}:{urlsplit(server.url).port}"
        assert call(flavour, url, "POST", allow_http=True).status_code == 200


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_host_without_an_address_is_no_connection(flavour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(APIConnectionError, match="Name or service not known"):
        call(flavour, f"https://{HOST}", "POST")
