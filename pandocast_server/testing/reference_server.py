"""`ReferenceServer`: a real Pandocast server for tests (contract section 4)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import ClassVar, Self

import anyio.to_thread
from sqlalchemy import delete
from starlette.types import ASGIApp

import pandocast_sdk
from pandocast_server import keys
from pandocast_server.app import create_app
from pandocast_server.background import background_workers
from pandocast_server.clock import Clock
from pandocast_server.delivery.events import record_event
from pandocast_server.runtime import Runtime
from pandocast_server.serving import HttpServer, listen
from pandocast_server.settings import Settings
from pandocast_server.storage.tables import metadata, schema_version, server_secret
from pandocast_server.testing.faults import FaultInjection, Faults
from pandocast_server.testing.handles import (
    Calendar,
    Content,
    Experiments,
    FirstWorkspace,
    Outputs,
    Platforms,
    Webhooks,
)
from pandocast_server.testing.requests import Journal, ReceivedRequest
from pandocast_server.testing.server_thread import ServerThread, is_in_event_loop
from pandocast_server.workspaces import create_workspace

HOST = "127.0.0.1"


class ReferenceServer:
    """A Pandocast server on a free loopback port, running from its construction to `stop()`.

    It is the server that `pandocast-server serve` runs, with handles for what a person does in Settings, for
    moving its clock and for making requests go wrong. Use it in a `with` statement.

    Attributes:
        base_url: The base URL of its Pandocast API.
        passband_url: The base URL of its Passband API.
        clock: Its time: `now()`, `advance(hours=2)`; rate windows, schedules, timestamps and `Date` follow.
        webhooks: Endpoints and deliveries.
        platforms: Connecting, disconnecting and failing platforms.
        outputs: Approving outputs.
        content: Failing analysis and generation.
        experiments: Concluding experiments.
        calendar: The address of the calendar feed: turning it off, renewing it.
        faults: Requests that are to go wrong.
        middleware: ASGI middleware around everything, the first outermost, to record or judge answers; for
            servers that are made from now on.
    """

    middleware: ClassVar[Sequence[Callable[[ASGIApp], ASGIApp]]] = ()

    def __init__(
        self,
        *,
        rate_limit: int = 100,
        rate_window: int = 60,
        database_url: str | None = None,
        seed: int | None = None,
    ) -> None:
        """Start a server with one workspace; it is added to a database that has some.

        The window is in whole seconds of the server's time. By default the database is a new temporary one.
        With a `seed`, identifiers, keys and secrets are the same in every run.

        Raises:
            ValueError: An option is out of range.
            DatabaseError: The database cannot be used.
        """
        with ExitStack() as stack:
            self._owns_database = database_url is None
            listener = stack.enter_context(listen(HOST, 0))
            port: int = listener.getsockname()[1]
            settings = Settings(
                database_url=_temporary_database(stack) if database_url is None else database_url,
                host=HOST,
                port=port,
                rate_limit=rate_limit,
                rate_window=rate_window,
                seed=seed,
            )
            self._runtime = Runtime.start(settings, durable=not self._owns_database)
            stack.callback(self._runtime.database.close)
            self.base_url: str = f"http://{HOST}:{port}/api/v1"
            self.passband_url: str = f"http://{HOST}:{port}/passband/v1"
            self._make_handles()
            self._workers = background_workers(self._runtime)
            self._thread = ServerThread(HttpServer(self._app(), grace=0), listener, self._workers)
            self._thread.start()
            stack.callback(self._thread.stop)
            stack.callback(self._thread.call_soon, self.faults.release)
            self._resources = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<ReferenceServer {self.base_url}>"

    @property
    def api_key(self) -> str:
        """The first workspace's first key."""
        return self._workspace.created.api_key

    @property
    def voice_profile_id(self) -> str:
        """The first workspace's voice profile."""
        return self._workspace.created.voice_profile_id

    @property
    def requests(self) -> list[ReceivedRequest]:
        """What was received so far, oldest first, refused requests included; the latest 10 000."""
        return self._journal.received()

    def client(self, *, api_key: str | None = None) -> "pandocast_sdk.Pandocast":
        """Make an SDK client; without a key, with the first workspace's."""
        return pandocast_sdk.Pandocast(api_key=api_key or self.api_key, base_url=self.base_url)

    def async_client(self, *, api_key: str | None = None) -> "pandocast_sdk.AsyncPandocast":
        """Make an asynchronous SDK client; without a key, with the first workspace's."""
        return pandocast_sdk.AsyncPandocast(api_key=api_key or self.api_key, base_url=self.base_url)

    def passband_client(self, *, api_key: str | None = None) -> "pandocast_sdk.Passband":
        """Make an SDK client of the Passband API; without a key, with the first workspace's."""
        return pandocast_sdk.Passband(api_key=api_key or self.api_key, base_url=self.passband_url)

    def async_passband_client(self, *, api_key: str | None = None) -> "pandocast_sdk.AsyncPassband":
        """Make an asynchronous SDK client of the Passband API; without a key, with the first workspace's."""
        return pandocast_sdk.AsyncPassband(api_key=api_key or self.api_key, base_url=self.passband_url)

    def create_key(self, *, name: str = "test", read_only: bool = False) -> str:
        """Create a key of the first workspace."""
        with self._workspace.write() as (connection, workspace_id):
            return keys.create_key(
                connection, self._runtime, workspace_id=workspace_id, name=name, read_only=read_only
            )

    def revoke_key(self, key: str) -> None:
        """Revoke a key of any workspace; the next request that uses it is refused.

        Raises:
            LookupError: There is no such key.
        """
        with self._workspace.write() as (connection, _):
            found = keys.find_key(connection, key)
            if found is None:
                raise LookupError("there is no such key")
            keys.revoke_key(connection, self._runtime, workspace_id=found.workspace_id, key=key)

    def create_workspace(self, *, name: str = "other") -> str:
        """Create another workspace, and return its first key."""
        return create_workspace(self._runtime, name).api_key

    def trigger(self, event: str, data: Mapping[str, object] | None = None) -> str:
        """Emit any event to the first workspace's endpoints, and return its identifier.

        Raises:
            ValueError: The type cannot be a header, or the data cannot be JSON.
            TypeError: The data hold something that JSON has no form for.
        """
        with self._workspace.write() as (connection, workspace_id):
            return record_event(
                connection, self._runtime, workspace_id=workspace_id, type=event, data=data or {}
            )

    def drain(self, *, timeout: float = 120.0) -> None:
        """Return when no background work is due: jobs, and the deliveries that they cause.

        What is due later on the server's clock is not waited for: `clock.advance` brings it about.

        Raises:
            RuntimeError: It was called inside a running event loop, which may run the receiver of a delivery.
            TimeoutError: There was still work after `timeout` seconds of real time.
        """
        if is_in_event_loop():
            advice = "use `await server.adrain()`"
            raise RuntimeError(f"drain() would block the event loop that it is called in: {advice}")
        self._thread.run(self._drain(timeout))

    async def adrain(self, *, timeout: float = 120.0) -> None:  # noqa: ASYNC109 - as `drain` has it
        """Return when no background work is due; `drain` for code inside an event loop, asyncio's or trio's.

        Raises:
            TimeoutError: There was still work after `timeout` seconds of real time.
        """
        await anyio.to_thread.run_sync(lambda: self._thread.run(self._drain(timeout)), abandon_on_cancel=True)

    def reset(self) -> None:
        """Be as new: another workspace with another key; all else is gone, the clock's jumps too.

        Raises:
            RuntimeError: The database was given by the caller, who may want to keep it.
        """
        if not self._owns_database:
            raise RuntimeError("reset() would empty a database that this server did not create")
        self.faults.clear()
        self._thread.run(self._forget())
        with self._runtime.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                if table not in (schema_version, server_secret):
                    connection.execute(delete(table))
        self.clock.reset()
        self._workspace.renew()
        self._journal.clear()

    def stop(self) -> None:
        """End the server and remove its temporary database; a slow receiver or client does not hold it."""
        self._resources.close()

    def _make_handles(self) -> None:
        self._workspace = FirstWorkspace(self._runtime)
        self._journal = Journal()
        self.clock: Clock = self._runtime.clock
        self.webhooks: Webhooks = Webhooks(self._workspace)
        self.platforms: Platforms = Platforms(self._workspace)
        self.outputs: Outputs = Outputs(self._workspace)
        self.content: Content = Content(self._workspace)
        self.experiments: Experiments = Experiments(self._workspace)
        self.calendar: Calendar = Calendar(self._workspace)
        self.faults: Faults = Faults()

    def _app(self) -> ASGIApp:
        injecting = partial(FaultInjection, faults=self.faults)
        app: ASGIApp = create_app(self._runtime, around_routes=injecting)
        app = self._journal.recording(app)
        for wrap in reversed(self.middleware):
            app = wrap(app)
        return app

    async def _drain(self, timeout: float) -> None:  # noqa: ASYNC109 - the caller's name for it
        try:
            async with asyncio.timeout(timeout):
                # What a job did may be delivered: only all of them idle at once is the end.
                while any(worker.busy() for worker in self._workers):
                    for worker in self._workers:
                        await worker.drain()
        except TimeoutError as error:
            raise TimeoutError(f"there was still background work after {timeout:g} seconds") from error

    async def _forget(self) -> None:
        self.faults.release()
        self._runtime.forget_requests()


def _temporary_database(stack: ExitStack) -> str:
    directory = TemporaryDirectory(prefix="pandocast-", ignore_cleanup_errors=True)
    return f"sqlite:///{Path(stack.enter_context(directory), 'server.db').as_posix()}"
