"""What a person does in Settings, and behind the API: the handles of a reference server.

They act on its first workspace. What the workspace does not have is a `LookupError`, what a rule forbids is
a `ValueError`.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from attrs import define, field, frozen
from sqlalchemy import Connection

from pandocast_server.delivery import endpoints
from pandocast_server.delivery.endpoints import Delivery, Endpoint
from pandocast_server.errors import ApiError
from pandocast_server.pandocast import outputs, platforms
from pandocast_server.passband import experiments
from pandocast_server.passband.calendar import feed as calendar_feed
from pandocast_server.runtime import Runtime
from pandocast_server.workspaces import NewWorkspace, create_workspace


@define
class FirstWorkspace:
    """The first workspace of a server, another one after each reset."""

    runtime: Runtime
    created: NewWorkspace = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Make another workspace, and act on that one from now on."""
        self.created = create_workspace(self.runtime, "first")

    @contextmanager
    def read(self) -> Generator[tuple[Connection, str]]:
        """Open a snapshot; yield it and the workspace's identifier."""
        with _plain_errors(), self.runtime.database.read() as connection:
            yield connection, self.created.workspace_id

    @contextmanager
    def write(self) -> Generator[tuple[Connection, str]]:
        """Open a transaction likewise; what it leaves to do is begun when it has committed."""
        with _plain_errors(), self.runtime.database.write() as connection:
            yield connection, self.created.workspace_id
        self.runtime.announce_work()


@contextmanager
def _plain_errors() -> Generator[None]:
    try:
        yield
    except ApiError as error:
        raise (LookupError if error.status == 404 else ValueError)(error.message) from error


@frozen
class Webhooks:
    """Endpoints of the first workspace and their deliveries; an unknown identifier is a LookupError."""

    _workspace: FirstWorkspace

    def add(self, url: str, *, secret: str | None = None) -> Endpoint:
        """Send events to `url` from now on, signed with `secret`, by default a new `whsec_...`.

        Raises:
            ValueError: The URL or the secret cannot be used.
        """
        runtime = self._workspace.runtime
        with self._workspace.write() as (connection, workspace):
            return endpoints.add_endpoint(connection, runtime, workspace_id=workspace, url=url, secret=secret)

    def list(self) -> Sequence[Endpoint]:
        """Return all endpoints as they are now, oldest first."""
        with self._workspace.read() as (connection, workspace_id):
            return endpoints.list_endpoints(connection, workspace_id=workspace_id)

    def enable(self, endpoint_id: str) -> Endpoint:
        """Send to an endpoint again that was disabled, and count its failures from 0."""
        with self._workspace.write() as (connection, workspace_id):
            return endpoints.enable_endpoint(connection, workspace_id=workspace_id, endpoint_id=endpoint_id)

    def deliveries(self, endpoint_id: str) -> Sequence[Delivery]:
        """Return an endpoint's deliveries, newest last."""
        with self._workspace.read() as (connection, workspace_id):
            return endpoints.list_deliveries(connection, workspace_id=workspace_id, endpoint_id=endpoint_id)

    def replay(self, delivery_id: str) -> Delivery:
        """Send a delivery once more, under the same identifier, after all that waits."""
        runtime = self._workspace.runtime
        with self._workspace.write() as (connection, workspace):
            return endpoints.replay_delivery(
                connection, runtime, workspace_id=workspace, delivery_id=delivery_id
            )


@frozen
class Platforms:
    """The platforms of the first workspace; an unknown one is a ValueError."""

    _workspace: FirstWorkspace

    def connect(self, platform_id: str) -> None:
        """Connect a platform, as all are in a new workspace."""
        with self._workspace.write() as (connection, workspace_id):
            platforms.connect(connection, workspace_id=workspace_id, platform_id=platform_id)

    def disconnect(self, platform_id: str) -> None:
        """Disconnect a platform: nothing can be scheduled for it, and attempts to publish there fail."""
        with self._workspace.write() as (connection, workspace_id):
            platforms.disconnect(connection, workspace_id=workspace_id, platform_id=platform_id)

    def fail(self, platform_id: str, *, error: str = "The platform refused the post", times: int = 3) -> None:
        """Let the next `times` attempts to publish on a platform fail, over all posts; 0 lets them succeed.

        Raises:
            ValueError: There is no such platform, `times` is negative or `error` empty.
        """
        with self._workspace.write() as (connection, workspace_id):
            platforms.fail(
                connection, workspace_id=workspace_id, platform_id=platform_id, times=times, error=error
            )


@frozen
class Outputs:
    """The outputs of the first workspace."""

    _workspace: FirstWorkspace

    def approve(self, output_id: str) -> None:
        """Approve a draft.

        Raises:
            LookupError: The workspace has no such output.
            ValueError: It is beyond approving: scheduled, published or failed.
        """
        with self._workspace.write() as (connection, workspace_id):
            outputs.approve(connection, workspace_id=workspace_id, output_id=output_id)


@frozen
class Content:
    """What goes on with uploads behind the API."""

    _workspace: FirstWorkspace

    def fail_next(self, kind: str) -> None:
        """Let the next job of a kind, `analysis` or `generation`, fail, so that the upload becomes `failed`.

        Raises:
            ValueError: It is another kind.
        """
        self._workspace.runtime.failures.add(self._workspace.created.workspace_id, kind)


@frozen
class Experiments:
    """The experiments of the first workspace."""

    _workspace: FirstWorkspace

    def conclude(self, experiment_id: str, *, winner: str) -> None:
        """End an active experiment, which emits `ab_test.completed`; `winner` is the name of a variant.

        Raises:
            LookupError: The workspace has no such experiment.
            ValueError: It has no such variant, or is not active.
        """
        runtime = self._workspace.runtime
        with self._workspace.write() as (connection, workspace):
            experiments.conclude(
                connection, runtime, workspace_id=workspace, experiment_id=experiment_id, winner=winner
            )


@frozen
class Calendar:
    """The calendar feed of the first workspace; who knows its address can read it."""

    _workspace: FirstWorkspace

    def url(self) -> str | None:
        """Return its address, or None while it is turned off."""
        settings = self._workspace.runtime.settings
        secret = self._workspace.runtime.database.secret()
        with self._workspace.read() as (connection, workspace_id):
            feed = calendar_feed.find_feed(connection, secret, workspace_id=workspace_id)
        return feed.url(f"http://{settings.host}:{settings.port}")

    def enable(self) -> None:
        """Turn it on again, at the address that it had."""
        with self._workspace.write() as (connection, workspace_id):
            calendar_feed.enable_feed(connection, workspace_id=workspace_id)

    def disable(self) -> None:
        """Turn it off: its address is answered with 404."""
        with self._workspace.write() as (connection, workspace_id):
            calendar_feed.disable_feed(connection, workspace_id=workspace_id)

    def renew(self) -> None:
        """Give it another address; the one that it had is worth nothing from now on."""
        with self._workspace.write() as (connection, workspace_id):
            calendar_feed.renew_feed(connection, workspace_id=workspace_id)
