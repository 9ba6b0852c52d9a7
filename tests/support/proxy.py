"""A proxy and a TLS server on loopback, made of scripts for the bare server of `loopback`."""

import selectors
import socket
import ssl
from hashlib import sha1
from urllib.parse import urlsplit

import trustme
from cryptography import x509
from support.loopback import Conversation, Script

HOST = "api.example"
"""A host that no resolver knows: only the proxy, which takes every host for this machine, reaches it."""

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


def forward(conversation: Conversation) -> None:
    """Be a proxy for one connection: `CONNECT` and requests in absolute form."""
    request = conversation.read_request()
    if request is None:
        return
    if request.method == "CONNECT":
        port, first = int(request.target.rpartition(":")[2]), b""
        conversation.send(ESTABLISHED)
    else:
        target = urlsplit(request.target)
        port = target.port or 80
        lines = [
            f"{request.method} {target.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in request.headers),
        ]
        first = "\r\n".join([*lines, "", ""]).encode() + request.body
    with socket.create_connection(("127.0.0.1", port)) as upstream:
        upstream.sendall(first + conversation.left_over)
        _carry(conversation.stream, upstream)


def _carry(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways, until one side has ended."""
    with selectors.DefaultSelector() as ready:
        ready.register(one, selectors.EVENT_READ, other)
        ready.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in ready.select():
                source, target = key.fileobj, key.data
                assert isinstance(source, socket.socket)
                piece = source.recv(65536)
                if not piece:
                    return
                target.sendall(piece)


def over_tls(script: Script, authority: trustme.CA, *names: str) -> Script:
    """Speak TLS first, with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)

    def speaking(conversation: Conversation) -> None:
        with context.wrap_socket(conversation.stream, server_side=True) as conversation.stream:
            script(conversation)

    return speaking


def name_in_directory(authority: trustme.CA) -> str:
    """Return the file name under which OpenSSL looks for a certificate in a directory.

    It is a digest of the subject, in small letters, without the header of its sequence.
    """
    subject = x509.load_pem_x509_certificate(authority.cert_pem.bytes()).subject
    plain = x509.Name([x509.NameAttribute(part.oid, str(part.value).lower()) for part in subject])
    encoded = plain.public_bytes()
    assert encoded[1] < 0x80, "a header of two bytes"
    digest = sha1(encoded[2:], usedforsecurity=False).digest()[:4]
    return f"{int.from_bytes(digest, 'little'):08x}.0"
