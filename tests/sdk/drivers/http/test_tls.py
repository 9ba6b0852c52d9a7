"""TLS: which certificates are trusted, and what a handshake that fails means."""

import gc
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import httpx
import pytest
import trustme
from support.concurrency import PATIENCE
from support.loopback import FLAVOURS, KEY, Conversation, Loopback, always, call, http, loopback
from support.proxy import name_in_directory, over_tls

from pandocast_sdk import APIConnectionError, APITimeoutError, AsyncPandocast
from pandocast_sdk._drivers.http.transport import load_async_transport, tls_context

EVERY_FLAVOUR = pytest.mark.parametrize("flavour", FLAVOURS)
AUTHORITY = trustme.CA()


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the environment name no authority, and the SDK read it anew."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback(over_tls(always(http("200 OK")), AUTHORITY, "127.0.0.1")) as server:
        yield server


def https_url(server: Loopback, host: str = "127.0.0.1") -> str:
    return f"https://{host}:{urlsplit(server.url).port}/api/v1"


@EVERY_FLAVOUR
def test_an_authority_in_the_file_of_ssl_cert_file_is_trusted(
    flavour: str, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert call(flavour, https_url(server), "POST").status_code == 200


@EVERY_FLAVOUR
def test_an_authority_in_the_directory_of_ssl_cert_dir_is_trusted(
    flavour: str, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    AUTHORITY.cert_pem.write_to_path(tmp_path / name_in_directory(AUTHORITY))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert call(flavour, https_url(server), "POST").status_code == 200


@EVERY_FLAVOUR
@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_file_of_authorities_that_cannot_be_read_concerns_only_encrypted_connections(
    flavour: str, content: bytes | None, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "authority.pem").write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    load_async_transport.cache_clear()
    with loopback(always(http("200 OK"))) as plain_server:
        assert call(flavour, plain_server.url).status_code == 200
    with pytest.raises(APIConnectionError, match="what SSL_CERT_FILE names cannot be used") as caught:
        call(flavour, https_url(server), "POST", max_retries=2)
    assert not caught.value.outcome_unknown
    assert server.connections <= 1, "it is not retried"
    assert server.all_closed()


@EVERY_FLAVOUR
def test_an_unknown_authority_is_not_trusted(flavour: str, server: Loopback) -> None:
    with pytest.raises(APIConnectionError, match="CERTIFICATE_VERIFY_FAILED") as caught:
        call(flavour, https_url(server), "POST", max_retries=2)
    assert not caught.value.outcome_unknown
    assert server.connections == 3, "a failed connection is retried"
    assert server.requests == [], "no request, and so no key"


@EVERY_FLAVOUR
def test_a_certificate_for_another_host_is_not_trusted(
    flavour: str, server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with pytest.raises(APIConnectionError, match="mismatch"):
        call(flavour, https_url(server, "localhost"), "POST")
    assert server.requests == []


@EVERY_FLAVOUR
def test_a_server_without_tls_gets_no_request(flavour: str) -> None:
    def respond_in_plain_http(conversation: Conversation) -> None:
        conversation.stream.recv(65536)
        conversation.send(http("200 OK"))

    with (
        loopback(respond_in_plain_http) as server,
        pytest.raises(APIConnectionError, match="no connection could be made") as caught,
    ):
        call(flavour, https_url(server), "POST")
    assert not caught.value.outcome_unknown


@EVERY_FLAVOUR
def test_a_handshake_that_times_out_leaves_the_outcome_known(flavour: str) -> None:
    with loopback(Conversation.hang) as server, pytest.raises(APITimeoutError) as caught:
        call(flavour, https_url(server), "POST", timeout=0.3)
    assert not caught.value.outcome_unknown


@EVERY_FLAVOUR
def test_a_handshake_that_begins_after_the_timeout_leaves_the_outcome_known(
    flavour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the certificates take long to load: the attempt's time is up before the handshake's own is."""
    load = httpx.create_ssl_context

    def load_slowly() -> ssl.SSLContext:
        time.sleep(0.3)
        return load()

    monkeypatch.setattr(httpx, "create_ssl_context", load_slowly)
    with loopback(Conversation.hang) as server, pytest.raises(APITimeoutError) as caught:
        call(flavour, https_url(server), "POST", timeout=0.1)
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_handshake_that_is_cancelled_closes_its_connection(backend: str) -> None:
    began, collects = threading.Event(), gc.isenabled()

    def hang_after_the_first_bytes(conversation: Conversation) -> None:
        assert conversation.stream.recv(1)
        began.set()
        conversation.hang()

    async def cancelling(server: Loopback) -> bool:
        async with AsyncPandocast(api_key=KEY, base_url=https_url(server)) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.request, "GET", "/things")
                await anyio.to_thread.run_sync(began.wait, PATIENCE)
                group.cancel_scope.cancel()
            return await anyio.to_thread.run_sync(server.all_closed)

    gc.disable()  # which would close it in the end
    try:
        with loopback(hang_after_the_first_bytes) as server:
            assert anyio.run(cancelling, server, backend=backend)
    finally:
        if collects:
            gc.enable()
