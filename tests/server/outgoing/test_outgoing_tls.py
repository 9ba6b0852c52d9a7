"""Certificates are verified."""

import asyncio
import ssl
from pathlib import Path

import pytest

from pandocast_server import outgoing
from pandocast_server.outgoing import OutgoingError

# For "localhost", signed by itself, good for a century; it protects nothing.
SELF_SIGNED = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2hB9QPzUdaULI4lP
KtQ3S57hCrDhZ9tZBqneea/ZMx2hRANCAASafUhlUUkbGumM4EVE/rJvDoFmKJZd
lep8Qb1zngmTySJX19EcnLMZ1b4KmOUXcAN7gwJEg1HtZHpdDw7hZ7te
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIURgoyCCdzcqxEoNUvE/NM7JE0w4QwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzAyMDcxMloYDzIxMjYxMDMw
MDIwNzEyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASafUhlUUkbGumM4EVE/rJvDoFmKJZdlep8Qb1zngmTySJX19EcnLMZ
1b4KmOUXcAN7gwJEg1HtZHpdDw7hZ7teo2kwZzAdBgNVHQ4EFgQU9ae/4pUZL9Yv
LNqiIw6sQzjbTyswHwYDVR0jBBgwFoAU9ae/4pUZL9YvLNqiIw6sQzjbTyswDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhANIyBvOruORhBZkyGxjTHdY7favIB5vxM16W3RUhBpHVAiEA3N6Pdo6t
JL1cnRfw9Pdgaiwh1T0XPFBaBoJsJKQBgpg=
-----END CERTIFICATE-----
"""


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    pem = tmp_path / "server.pem"
    pem.write_text(SELF_SIGNED)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pem)
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.close()

    async def ask() -> None:
        server = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        try:
            await outgoing.fetch(f"https://localhost:{port}/", private_targets=True)
        finally:
            server.close()

    with pytest.raises(OutgoingError, match="CERTIFICATE_VERIFY_FAILED"):
        asyncio.run(ask())
    assert heard == []
