"""The outgoing client, against real sockets that behave and misbehave."""

import ast
import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from attrs import define, field

import pandocast_server
from pandocast_server import outgoing
from pandocast_server.outgoing import InvalidUrlError, OutgoingError, client

pytestmark = pytest.mark.anyio

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@define
class Peer:
    """A server that takes the head of each request and then talks as it was told."""

    port: int = 0
    heads: list[bytes] = field(factory=list[bytes])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@asynccontextmanager
async def peer(talk: Talk | bytes, *, host: str = "127.0.0.1") -> AsyncIterator[Peer]:
    told = Peer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            told.heads.append(await reader.readuntil(b"\r\n\r\n"))
            if isinstance(talk, bytes):
                writer.write(talk)
                await writer.drain()
            else:
                await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, 0)
    told.port = server.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        server.close()


async def post(url: str, *, private_targets: bool = True, deadline: float = 5.0) -> int:
    return await outgoing.post(
        url, [("X-Kind", "test")], b"{}", private_targets=private_targets, deadline=deadline
    )


def resolver(answers: dict[str, list[str]], asked: list[str]) -> Callable[..., list[object]]:
    def look_up(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers[host]]

    return look_up


async def test_a_request_carries_what_it_was_given() -> None:
    async with peer(b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello") as there:
        assert await post(there.url) == 201
    head = there.heads[0].decode()
    assert head.startswith("POST /hook HTTP/1.1\r\n")
    for header in (f"Host: 127.0.0.1:{there.port}", "Connection: close", "X-Kind: test", "Content-Length: 2"):
        assert f"{header}\r\n" in head


async def test_the_host_of_ipv6_is_in_brackets() -> None:
    async with peer(OK, host="::1") as there:
        assert await post(f"http://[::1]:{there.port}/") == 200
    assert f"Host: [::1]:{there.port}\r\n".encode() in there.heads[0]


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with peer(OK) as second:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {second.url}\r\nContent-Length: 0\r\n\r\n"
        async with peer(moved.encode()) as first:
            assert await post(first.url) == 302
    assert second.heads == []


async def test_a_response_is_read_to_its_end() -> None:
    async with peer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel") as there:
        with pytest.raises(OutgoingError, match="no valid answer"):
            await post(there.url)


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"]
)
async def test_the_deadline_holds_against_a_peer_that_drips(begun: bytes) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(begun)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with peer(drip) as there:
        started = time.monotonic()
        with pytest.raises(OutgoingError, match=r"within 0\.2 seconds"):
            await post(there.url, deadline=0.2)
        assert time.monotonic() - started >= 0.2


async def test_the_deadline_holds_against_endless_interim_answers() -> None:
    async def stall(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with peer(stall) as there:
        with pytest.raises(OutgoingError, match="no complete answer within"):
            await post(there.url, deadline=0.2)


async def test_the_deadline_holds_against_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        answer.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        # More than any pool of threads has: none of them holds up the others.
        hanging = [post(f"http://slow-{n}.example/", deadline=0.2) for n in range(40)]
        results = await asyncio.gather(*hanging, return_exceptions=True)
    finally:
        answer.set()
    assert {str(result) for result in results} == {"no complete answer within 0.2 seconds"}


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 999999 Odd\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA" + b"a" * 200_000,
    ],
)
async def test_what_is_not_http_is_a_protocol_error(garbage: bytes) -> None:
    async with peer(garbage) as there:
        with pytest.raises(OutgoingError, match="no valid answer"):
            await post(there.url)


async def test_an_endless_body_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_BODY", 100_000)

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with peer(flood) as there:
        with pytest.raises(OutgoingError, match="larger than"):
            await post(there.url)


async def test_many_tiny_chunks_leave_the_loop_to_others() -> None:
    chunks = 5_000
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    body = b"1\r\nx\r\n" * chunks + b"0\r\n\r\n"
    async with peer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body) as there:
        counting = asyncio.ensure_future(count())
        assert await post(there.url) == 200
        counting.cancel()
    assert turns >= chunks


async def test_nobody_listens(unused_port: int) -> None:
    with pytest.raises(OutgoingError, match="cannot connect"):
        await post(f"http://127.0.0.1:{unused_port}/")


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


async def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(OutgoingError, match=r"nowhere\.example cannot be resolved"):
        await post("http://nowhere.example/")


async def test_a_name_that_no_resolver_accepts() -> None:
    with pytest.raises(OutgoingError, match="cannot be resolved"):
        await post(f"http://{'a' * 70}.example/")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",  # noqa: S104 - a host to refuse
        "[::]",
    ],
)
async def test_this_machine_is_out_of_reach_unless_allowed(host: str) -> None:
    async with peer(OK) as there:
        with pytest.raises(OutgoingError, match="may not be sent to"):
            await post(f"http://{host}:{there.port}/", private_targets=False)
    assert there.heads == []


async def test_one_refused_address_among_good_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"mixed.example": ["93.184.216.34", "10.0.0.1"]}, []))
    with pytest.raises(OutgoingError, match="may not be sent to"):
        await post("http://mixed.example/", private_targets=False)


async def test_the_address_that_was_judged_is_dialled_without_asking_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"rebinding.example": ["127.0.0.1"]}, asked))
    async with peer(OK) as there:
        await post(f"http://rebinding.example:{there.port}/")
    assert asked == ["rebinding.example"]
    assert f"Host: rebinding.example:{there.port}\r\n".encode() in there.heads[0]


async def test_the_next_address_is_tried_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver({"two.example": ["127.0.0.2", "127.0.0.1"]}, []))
    async with peer(OK) as there:  # listens on 127.0.0.1 only
        assert await post(f"http://two.example:{there.port}/") == 200


@pytest.mark.parametrize(
    "url", ["", "/path", "ftp://127.0.0.1/", "http://", "http://h:99999/", "http://bücher.example/"]
)
async def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(InvalidUrlError):
        await post(url)


async def test_proxies_of_the_environment_are_not_used(
    monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port}")
    async with peer(OK) as there:
        assert await post(there.url) == 200


def test_no_other_module_that_serves_sends_requests() -> None:
    """The commands, the demo and the test server are clients of this server; they send nothing for users."""
    clients = {
        "httpx",
        "httpx2",
        "httpcore",
        "requests",
        "aiohttp",
        "urllib3",
        "urllib.request",
        "http.client",
    }
    root = Path(pandocast_server.__file__).parent
    guilty = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] not in ("cli", "demo", "testing")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if clients & imported(node)
    }
    assert guilty == {f"outgoing/{name}.py" for name in ("client", "dialling")}


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()
