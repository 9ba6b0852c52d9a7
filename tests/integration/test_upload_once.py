"""Uploading once against the reference server, through both clients: what it costs, and what it survives."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from support.flavours import Client, Connect

from pandocast_sdk import APITimeoutError, BadRequestError, UploadJournal
from pandocast_server.testing import ReferenceServer

UPLOAD = ("POST", "/content/upload")
ENOUGH = 10_000


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[UploadJournal]:
    with UploadJournal(tmp_path / "uploads.jsonl") as journal:
        yield journal


def sent(server: ReferenceServer, method: str) -> int:
    return sum(request.method == method for request in server.requests)


def test_a_title_is_uploaded_once(
    client: Client, pandocast_server: ReferenceServer, journal: UploadJournal
) -> None:
    content = client.upload_once(journal)
    assert client.upload_once(journal) == content
    assert client.upload_once(journal, "Another title").id != content.id
    assert (sent(pandocast_server, "POST"), sent(pandocast_server, "GET")) == (2, 0)
    assert client.analyzed(content.id).title == "A title"


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}])
def test_a_lost_response_is_settled_by_one_read(
    client: Client, pandocast_server: ReferenceServer, journal: UploadJournal, fault: dict[str, int]
) -> None:
    pandocast_server.faults.add(*UPLOAD, after_commit=True, **fault)  # type: ignore[arg-type]  # one or the other
    content = client.upload_once(journal)
    assert (sent(pandocast_server, "POST"), sent(pandocast_server, "GET")) == (1, 1)
    assert client.ids() == [content.id]


def test_a_request_that_was_not_carried_out_is_sent_again(
    connect: Connect, pandocast_server: ReferenceServer, journal: UploadJournal
) -> None:
    pandocast_server.faults.add(*UPLOAD, delay=60)  # never carried out: the client goes before
    with connect(pandocast_server, timeout=0.5, max_retries=0) as client:
        with pytest.raises(APITimeoutError):
            client.upload_once(journal)
        assert client.ids() == []
    with connect(pandocast_server) as client:
        content = client.upload_once(journal)
        assert client.ids() == [content.id]
    assert sent(pandocast_server, "POST") == 2


def test_a_refusal_is_raised_and_not_settled(
    client: Client, pandocast_server: ReferenceServer, journal: UploadJournal
) -> None:
    for _ in range(2):
        with pytest.raises(BadRequestError, match="title"):
            client.upload_once(journal, "x" * 301)
    assert (sent(pandocast_server, "POST"), sent(pandocast_server, "GET")) == (2, 0)


def test_a_journal_that_cannot_be_written_sends_nothing(
    client: Client, pandocast_server: ReferenceServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_file: int) -> None:
        raise OSError("No space left on device")

    with UploadJournal(tmp_path / "full.jsonl") as journal:
        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", no_space)
            with pytest.raises(OSError, match="No space left"):
                client.upload_once(journal)
        assert pandocast_server.requests == []
        client.upload_once(journal)
    assert len(client.ids()) == 1


def test_many_that_settle_at_once_share_the_reading(tmp_path: Path) -> None:
    async def scenario(server: ReferenceServer, journal: UploadJournal) -> None:
        async with server.async_client() as client:

            async def upload(number: int) -> None:
                title = f"Title {number}"
                content = await client.content.upload_once(
                    journal, title=title, content_type="note", raw_content="A text."
                )
                assert content.title == title

            async with anyio.create_task_group() as group:
                for number in range(30):
                    group.start_soon(upload, number)

    with (
        ReferenceServer(rate_limit=ENOUGH) as server,
        UploadJournal(tmp_path / "uploads.jsonl") as journal,
    ):
        server.faults.add(*UPLOAD, status=503, after_commit=True, times=30)
        anyio.run(scenario, server, journal)
        assert sent(server, "POST") == 30
        assert sent(server, "GET") < 30
