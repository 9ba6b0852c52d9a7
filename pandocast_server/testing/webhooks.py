"""`server.webhooks`: what a person does in Settings -> Webhooks."""

from collections.abc import Sequence

from pandocast_server.delivery import endpoints
from pandocast_server.delivery.endpoints import Delivery, Endpoint
from pandocast_server.testing.first_workspace import FirstWorkspace


class Webhooks:
    """Endpoints of the first workspace and their deliveries; an unknown identifier is a LookupError."""

    def __init__(self, workspace: FirstWorkspace) -> None:
        self._workspace = workspace

    def add(self, url: str, *, secret: str | None = None) -> Endpoint:
        """Send events to `url` from now on.

        Args:
            url: An `http` or `https` URL; loopback is allowed.
            secret: What to sign with, or None for a new `whsec_...`.

        Raises:
            ValueError: The URL or the secret cannot be used.
        """
        with self._workspace.write() as connection:
            return endpoints.add_endpoint(
                connection,
                self._workspace.runtime,
                workspace_id=self._workspace.id,
                url=url,
                secret=secret,
            )

    def list(self) -> Sequence[Endpoint]:
        """Give all endpoints as they are now, oldest first."""
        with self._workspace.read() as connection:
            return endpoints.list_endpoints(connection, workspace_id=self._workspace.id)

    def enable(self, endpoint_id: str) -> Endpoint:
        """Send to an endpoint again that was disabled, and count its failures from 0."""
        with self._workspace.write() as connection:
            return endpoints.enable_endpoint(
                connection, workspace_id=self._workspace.id, endpoint_id=endpoint_id
            )

    def deliveries(self, endpoint_id: str) -> Sequence[Delivery]:
        """Give an endpoint's deliveries, newest last."""
        with self._workspace.read() as connection:
            return endpoints.list_deliveries(
                connection, workspace_id=self._workspace.id, endpoint_id=endpoint_id
            )

    def replay(self, delivery_id: str) -> Delivery:
        """Send a delivery once more, under the same identifier, after all that waits."""
        with self._workspace.write() as connection:
            return endpoints.replay_delivery(
                connection,
                self._workspace.runtime,
                workspace_id=self._workspace.id,
                delivery_id=delivery_id,
            )
