"""The application without a socket: requests go straight in, responses are judged, jobs run on demand."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import httpx
from attrs import define, field
from sqlalchemy import select
from starlette.types import ASGIApp
from support.openapi_middleware import JudgingMiddleware

from pandocast_server.app import create_app
from pandocast_server.background import background_workers
from pandocast_server.clock import Clock
from pandocast_server.keys import create_key
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.storage.database import Database
from pandocast_server.storage.tables import events
from pandocast_server.workspaces import NewWorkspace, create_workspace

UPLOAD = {
    "title": "Why AI Agents Need Memory",
    "content_type": "blog_post",
    "raw_content": "They forget. Always.",
}


class StillClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, moment: datetime = datetime(2026, 3, 28, 10, tzinfo=UTC)) -> None:
        super().__init__()
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@define
class Api:
    """An application with one workspace, and what a test does to it."""

    runtime: Runtime
    workspace: NewWorkspace
    app: ASGIApp
    verdicts: list[str] = field(factory=list)

    @property
    def key(self) -> str:
        return self.workspace.api_key

    @property
    def clock(self) -> StillClock:
        assert isinstance(self.runtime.clock, StillClock)
        return self.runtime.clock

    def send(
        self,
        method: str,
        path: str,
        *,
        key: str | None = "",
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        client: str = "127.0.0.1",
    ) -> httpx.Response:
        """Send one request with the key of the workspace, another key, or, where it is None, no key."""
        presented = self.key if key == "" else key
        authorization = {} if presented is None else {"Authorization": f"Bearer {presented}"}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(client, 50_000))
            async with httpx.AsyncClient(transport=transport, base_url="http://server/api/v1") as http:
                raw = [
                    (name.encode(), value.encode("latin-1"))
                    for name, value in {**authorization, **(headers or {})}.items()
                ]
                return await http.request(method, path, json=json, content=content, headers=raw)

        return asyncio.run(send())

    def upload(self, **changes: object) -> str:
        """Upload something and return its id."""
        answer = self.send("POST", "/content/upload", json={**UPLOAD, **changes})
        assert answer.status_code == 201, answer.text
        return cast("str", answer.json()["id"])

    def generated(self, *platforms: str) -> tuple[str, list[dict[str, object]]]:
        """Upload, analyse and generate; return the id and the outputs."""
        content_id = self.upload()
        self.run_jobs()
        answer = self.send(
            "POST",
            f"/content/{content_id}/generate",
            json={"selected_platforms": platforms or ["twitter_single"]},
        )
        assert answer.status_code == 202, answer.text
        self.run_jobs()
        return content_id, self.send("GET", f"/content/{content_id}/outputs").json()["items"]

    def status(self, content_id: str) -> str:
        items = self.send("GET", "/content?limit=100").json()["items"]
        return next(cast("str", item["status"]) for item in items if item["id"] == content_id)

    def new_key(self, *, read_only: bool) -> str:
        with self.runtime.database.write() as connection:
            return create_key(
                connection,
                self.runtime,
                workspace_id=self.workspace.workspace_id,
                name="another",
                read_only=read_only,
            )

    def run_jobs(self) -> None:
        """Run every job that is due by the clock, and those that they cause."""

        async def drain() -> None:
            workers = background_workers(self.runtime)
            running = [asyncio.create_task(worker.run()) for worker in workers]
            while any(worker.busy() for worker in workers):
                for worker in workers:
                    await worker.drain()
            for worker in workers:
                worker.stop()
            await asyncio.gather(*running)

        asyncio.run(drain())

    def events(self) -> list[tuple[str, dict[str, object]]]:
        """Return the types and data of all events so far, in their order."""
        with self.runtime.database.read() as connection:
            rows = connection.execute(select(events.c.type, events.c.body).order_by(events.c.seq)).all()
        return [(type_, json.loads(body)["data"]) for type_, body in rows]


@cache
def new_database() -> bytes:
    """Return the bytes of a database without rows; to create one takes longer than most tests do."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "new.db")
        Database(f"sqlite:///{file}", durable=False).close()
        return file.read_bytes()


@contextmanager
def open_api(
    folder: Path, *, rate_limit: int = 1000, rate_window: int = 60, clock: Clock | None = None
) -> Iterator[Api]:
    """Open an application on a new database; at the end every response must have been as documented."""
    file = folder / "api.db"
    file.write_bytes(new_database())
    settings = Settings(database_url=f"sqlite:///{file}", rate_limit=rate_limit, rate_window=rate_window)
    runtime = Runtime.start(settings, durable=False)
    runtime.clock = clock or Clock()
    verdicts: list[str] = []
    app = JudgingMiddleware(create_app(runtime), verdicts.append)
    try:
        yield Api(runtime, create_workspace(runtime, "first"), app, verdicts)
    finally:
        runtime.database.close()
    assert verdicts == []
