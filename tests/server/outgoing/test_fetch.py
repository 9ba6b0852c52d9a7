"""Fetching what somebody's URL leads to: redirects, sizes, and what both can be abused for."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from attrs import define, field

from pandocast_server import outgoing
from pandocast_server.outgoing import InvalidUrlError, OutgoingError, dialling, fetch

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@define
class Site:
    """A web server with a page for each path."""

    pages: dict[str, bytes]
    port: int = 0
    heads: list[str] = field(factory=list[str])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            writer.write(self.pages[head.split(" ")[1]])
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            writer.close()


@asynccontextmanager
async def site(**pages: bytes) -> AsyncIterator[Site]:
    there = Site({f"/{name}": page for name, page in pages.items()})
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.close()


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("utf-8") + body


def moved(location: str, status: str = "302 Found") -> bytes:
    return page(b"gone", f"Location: {location}", status=status)


async def test_a_page_comes_back_whole_and_nothing_of_ours_goes_out() -> None:
    async with site(feed=page(b"hello", "Content-Type: text/plain")) as there:
        found = await fetch(f"{there.url}/feed", private_targets=True, accept="application/rss+xml")
    assert (found.status, found.body, found.url) == (200, b"hello", f"{there.url}/feed")
    assert found.content_type == b"text/plain"
    names = {line.split(":")[0].lower() for line in there.heads[0].split("\r\n")[1:] if line}
    assert names == {"host", "connection", "accept", "accept-encoding", "user-agent"}
    assert "Accept: application/rss+xml\r\n" in there.heads[0]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Again", "308 Moved"])
async def test_redirects_are_followed_wherever_they_lead(status: str) -> None:
    async with site(feed=page(b"here")) as second:
        to_second = moved(f"{second.url}/feed#part", status)
        async with site(a=moved("/b", status), b=moved("c", status), c=to_second) as first:
            found = await fetch(f"{first.url}/a", private_targets=True)
    assert (found.body, found.url) == (b"here", f"{second.url}/feed")
    assert f"Host: 127.0.0.1:{second.port}\r\n" in second.heads[0]
    assert "referer" not in second.heads[0].lower()


async def test_the_fourth_redirect_is_one_too_many() -> None:
    async with site(a=moved("/a")) as there:
        with pytest.raises(OutgoingError, match="redirected more than 3 times"):
            await fetch(f"{there.url}/a", private_targets=True)
        assert len(there.heads) == 4


async def test_a_location_of_blanks_and_umlauts_is_escaped_as_browsers_do() -> None:
    async with site(a=moved("/b c?ü=%20"), **{"b%20c?%C3%BC=%20": page(b"there")}) as there:
        assert (await fetch(f"{there.url}/a", private_targets=True)).body == b"there"


@pytest.mark.parametrize("status", ["304 Not Modified", "302 Found", "300 Choices"])
async def test_a_redirect_to_nowhere_is_the_answer(status: str) -> None:
    async with site(a=f"HTTP/1.1 {status}\r\n\r\n".encode()) as there:
        found = await fetch(f"{there.url}/a", private_targets=True)
    assert (found.status, found.body) == (int(status[:3]), b"")


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://example.com/feed",
        "javascript:alert(1)",
        "http://user:secret@127.0.0.1/",
        "//user@127.0.0.1/",
        "http://[::1",
        "http://127.0.0.1:0/",
        "http://\x7f/",
        "http://a\\b/",
        "/" + "a" * 2000,
    ],
)
async def test_a_redirect_is_judged_like_a_url_that_was_given(location: str) -> None:
    async with site(a=moved(location)) as there:
        with pytest.raises(InvalidUrlError) as refusal:
            await fetch(f"{there.url}/a", private_targets=True)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["http://u:p@127.0.0.1/", "file:///etc/passwd", "", "http://bücher.example/"])
async def test_a_url_that_nobody_may_give_is_not_requested(url: str) -> None:
    with pytest.raises(InvalidUrlError):
        await fetch(url, private_targets=True)


async def test_an_allowed_host_cannot_redirect_to_a_forbidden_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # `public.example` counts as allowed, and is served here; what it redirects to is not.
    monkeypatch.setattr(dialling, "is_allowed", lambda address, *, private: private or address == "127.0.0.2")
    monkeypatch.setattr(socket, "getaddrinfo", only({"public.example": "127.0.0.2"}))
    async with site(secret=page(b"secret")) as private:
        public = Site({"/a": moved(f"{private.url}/secret")})
        server = await asyncio.start_server(public.serve, "127.0.0.2", 0)
        public.port = server.sockets[0].getsockname()[1]
        async with server:
            with pytest.raises(OutgoingError, match="address that requests may not be sent to"):
                await fetch(f"http://public.example:{public.port}/a", private_targets=False)
    assert len(public.heads) == 1
    assert private.heads == []


def only(names: dict[str, str]) -> Callable[..., list[object]]:
    def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (names[host], port))]

    return look_up


async def test_one_deadline_holds_over_all_hops() -> None:
    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            await asyncio.sleep(0.15)  # each hop alone would be in time
            writer.write(moved("/again"))
        finally:
            writer.close()

    server = await asyncio.start_server(slowly, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        with pytest.raises(
            OutgoingError, match="no complete answer within"
        ):  # a deadline for each hop would end with too many of them
            await fetch(url, private_targets=True, deadline=0.25)


@pytest.mark.parametrize("coding", ["", "identity", "Identity"])
async def test_a_body_that_is_not_encoded_comes_as_it_is(coding: str) -> None:
    async with site(feed=page(b"text", f"Content-Encoding: {coding}")) as there:
        assert (await fetch(f"{there.url}/feed", private_targets=True)).body == b"text"
    assert "Accept-Encoding: identity\r\n" in there.heads[0]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip"])
async def test_an_encoding_that_was_not_asked_for_is_refused(coding: str) -> None:
    async with site(feed=page(gzip.compress(b"text"), f"Content-Encoding: {coding}")) as there:
        with pytest.raises(OutgoingError, match="an encoding that was not asked for"):
            await fetch(f"{there.url}/feed", private_targets=True)


@pytest.mark.parametrize("size", [outgoing.MAX_BODY, outgoing.MAX_BODY + 1])
async def test_the_cap_is_exact(size: int) -> None:
    async with site(feed=page(bytes(size))) as there:
        if size <= outgoing.MAX_BODY:
            assert (await fetch(f"{there.url}/feed", private_targets=True)).body == bytes(size)
        else:
            with pytest.raises(OutgoingError, match="larger than"):
                await fetch(f"{there.url}/feed", private_targets=True)


async def test_the_body_of_a_refusal_is_not_even_read() -> None:
    endless = b"HTTP/1.1 500 Broken\r\nContent-Length: 99999999\r\n\r\nsome"
    async with site(feed=endless) as there:
        found = await fetch(f"{there.url}/feed", private_targets=True)
    assert (found.status, found.body) == (500, b"")
