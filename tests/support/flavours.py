"""One way to call both Pandocast clients, so that every test is written once and run with each."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Protocol, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal
from support import caller_clients

from pandocast_sdk import (
    AsyncPandocast,
    Content,
    Generation,
    Outputs,
    Pandocast,
    RateLimitPolicy,
    Response,
    ScheduledPost,
    UploadJournal,
)
from pandocast_server.testing import ReferenceServer

T = TypeVar("T")


class Client(Protocol):
    """The calls that tests make, through a client of either flavour."""

    def upload(self, title: str = "A title", text: str = "Some text. It has sentences.") -> Content: ...
    def upload_once(self, journal: UploadJournal, title: str = "A title") -> Content: ...
    def ids(self, limit: int = 100, offset: int = 0) -> list[str]: ...
    def get(self, content_id: str) -> Content: ...
    def find_upload(self, title: str, since: datetime) -> Content | None: ...
    def generate(self, content_id: str, platforms: "list[str] | None" = None) -> Generation: ...
    def outputs(self, content_id: str) -> Outputs: ...
    def schedule(self, content_id: str, output_id: str, at: datetime) -> ScheduledPost: ...
    def analyzed(self, content_id: str, timeout: float = 20) -> Content: ...
    def generated(self, content_id: str, timeout: float = 20) -> Outputs: ...
    def request(self, method: str, path: str) -> Response: ...


class SyncClient:
    """The sync client."""

    def __init__(self, client: Pandocast) -> None:
        self.client = client

    def upload(self, title: str = "A title", text: str = "Some text. It has sentences.") -> Content:
        return self.client.content.upload(title=title, content_type="blog_post", raw_content=text)

    def upload_once(self, journal: UploadJournal, title: str = "A title") -> Content:
        content = self.client.content
        return content.upload_once(journal, title=title, content_type="blog_post", raw_content="A text.")

    def ids(self, limit: int = 100, offset: int = 0) -> list[str]:
        return [item.id for item in self.client.content.list(limit=limit, offset=offset)]

    def get(self, content_id: str) -> Content:
        return self.client.content.get(content_id)

    def find_upload(self, title: str, since: datetime) -> Content | None:
        return self.client.content.find_upload(title=title, since=since)

    def generate(self, content_id: str, platforms: "list[str] | None" = None) -> Generation:
        return self.client.content.generate(content_id, selected_platforms=platforms)

    def outputs(self, content_id: str) -> Outputs:
        return self.client.content.outputs(content_id)

    def schedule(self, content_id: str, output_id: str, at: datetime) -> ScheduledPost:
        return self.client.content.schedule(content_id, output_id=output_id, scheduled_at=at)

    def analyzed(self, content_id: str, timeout: float = 20) -> Content:
        return self.client.content.wait_until_analyzed(content_id, timeout=timeout)

    def generated(self, content_id: str, timeout: float = 20) -> Outputs:
        return self.client.content.wait_until_generated(content_id, timeout=timeout)

    def request(self, method: str, path: str) -> Response:
        return self.client.request(method, path)


class AsyncClient:
    """The async client, in an event loop of its own."""

    def __init__(self, client: AsyncPandocast, portal: BlockingPortal) -> None:
        self.client = client
        self._run = portal.call

    def upload(self, title: str = "A title", text: str = "Some text. It has sentences.") -> Content:
        content = self.client.content
        return self._run(lambda: content.upload(title=title, content_type="blog_post", raw_content=text))

    def upload_once(self, journal: UploadJournal, title: str = "A title") -> Content:
        content = self.client.content
        return self._run(
            lambda: content.upload_once(journal, title=title, content_type="blog_post", raw_content="A text.")
        )

    def ids(self, limit: int = 100, offset: int = 0) -> list[str]:
        async def read() -> list[str]:
            return [item.id async for item in self.client.content.list(limit=limit, offset=offset)]

        return self._run(read)

    def get(self, content_id: str) -> Content:
        return self._run(self.client.content.get, content_id)

    def find_upload(self, title: str, since: datetime) -> Content | None:
        content = self.client.content
        return self._run(lambda: content.find_upload(title=title, since=since))

    def generate(self, content_id: str, platforms: "list[str] | None" = None) -> Generation:
        content = self.client.content
        return self._run(lambda: content.generate(content_id, selected_platforms=platforms))

    def outputs(self, content_id: str) -> Outputs:
        return self._run(self.client.content.outputs, content_id)

    def schedule(self, content_id: str, output_id: str, at: datetime) -> ScheduledPost:
        content = self.client.content
        return self._run(lambda: content.schedule(content_id, output_id=output_id, scheduled_at=at))

    def analyzed(self, content_id: str, timeout: float = 20) -> Content:
        return self._run(lambda: self.client.content.wait_until_analyzed(content_id, timeout=timeout))

    def generated(self, content_id: str, timeout: float = 20) -> Outputs:
        return self._run(lambda: self.client.content.wait_until_generated(content_id, timeout=timeout))

    def request(self, method: str, path: str) -> Response:
        return self._run(self.client.request, method, path)


class Connect(Protocol):
    """Opens a client of a server."""

    def __call__(
        self,
        server: ReferenceServer,
        *,
        api_key: str | None = None,
        timeout: float = 30,
        deadline: float | None = None,
        max_retries: int = 2,
        rate_limit: RateLimitPolicy | None = None,
    ) -> AbstractContextManager[Client]: ...


@contextmanager
def connect_sync(
    server: ReferenceServer,
    *,
    api_key: str | None = None,
    timeout: float = 30,
    deadline: float | None = None,
    max_retries: int = 2,
    rate_limit: RateLimitPolicy | None = None,
) -> Iterator[Client]:
    with (
        caller_clients.sync_client() as http_client,
        Pandocast(
            api_key=api_key or server.api_key,
            base_url=server.base_url,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            rate_limit=rate_limit,
            http_client=http_client,
        ) as client,
    ):
        yield SyncClient(client)


@contextmanager
def connect_async(
    server: ReferenceServer,
    *,
    api_key: str | None = None,
    timeout: float = 30,
    deadline: float | None = None,
    max_retries: int = 2,
    rate_limit: RateLimitPolicy | None = None,
) -> Iterator[Client]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(caller_clients.async_client()) as http_client,
    ):
        client = AsyncPandocast(
            api_key=api_key or server.api_key,
            base_url=server.base_url,
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            rate_limit=rate_limit,
            http_client=http_client,
        )
        try:
            yield AsyncClient(client, portal)
        finally:
            portal.call(client.close)


FLAVOURS: dict[str, Callable[..., AbstractContextManager[Client]]] = {"async": connect_async}
if "sync" in caller_clients.FLAVOURS:
    FLAVOURS["sync"] = connect_sync
