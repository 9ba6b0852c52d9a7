"""`pandocast-server webhooks`."""

import click

from pandocast_server.cli.workspace import Answer, Workspace, document, in_workspace, table
from pandocast_server.delivery.endpoints import (
    add_endpoint,
    enable_endpoint,
    list_deliveries,
    list_endpoints,
    replay_delivery,
)

_ENDPOINT = ("id", "url", "enabled", "consecutive_failures", "created_at")
_DELIVERY = ("id", "event", "status", "attempts", "response_status", "created_at", "finished_at", "error")


@click.group
def webhooks() -> None:
    """Manage webhook endpoints and their deliveries."""


@webhooks.command
@click.argument("url")
@click.option("--secret", help="What deliveries are signed with; by default a new one.")
@in_workspace
def add(workspace: Workspace, *, url: str, secret: str | None) -> Answer:
    """Send the workspace's events to URL, and print the secret that signs them."""
    runtime = workspace.runtime
    with runtime.database.write() as connection:
        endpoint = add_endpoint(connection, runtime, workspace_id=workspace.id, url=url, secret=secret)
    return Answer(
        document(endpoint, *_ENDPOINT, "secret"),
        f"{endpoint.id} sends to {endpoint.url}, signed with {endpoint.secret}",
    )


@webhooks.command("list")
@in_workspace
def list_(workspace: Workspace) -> Answer:
    """List the workspace's endpoints."""
    with workspace.runtime.database.read() as connection:
        found = list_endpoints(connection, workspace_id=workspace.id)
    return table([document(endpoint, *_ENDPOINT) for endpoint in found], *_ENDPOINT)


@webhooks.command
@click.argument("endpoint_id")
@in_workspace
def enable(workspace: Workspace, *, endpoint_id: str) -> Answer:
    """Send to a disabled endpoint again, and count its failures from 0."""
    with workspace.runtime.database.write() as connection:
        endpoint = enable_endpoint(connection, workspace_id=workspace.id, endpoint_id=endpoint_id)
    return Answer(document(endpoint, *_ENDPOINT), f"{endpoint.id} is enabled")


@webhooks.command
@click.argument("endpoint_id")
@in_workspace
def deliveries(workspace: Workspace, *, endpoint_id: str) -> Answer:
    """List an endpoint's deliveries, newest last."""
    with workspace.runtime.database.read() as connection:
        found = list_deliveries(connection, workspace_id=workspace.id, endpoint_id=endpoint_id)
    return table([document(delivery, *_DELIVERY, "event_id") for delivery in found], *_DELIVERY)


@webhooks.command
@click.argument("delivery_id")
@in_workspace
def replay(workspace: Workspace, *, delivery_id: str) -> Answer:
    """Have a running server send a delivery once more."""
    runtime = workspace.runtime
    with runtime.database.write() as connection:
        delivery = replay_delivery(connection, runtime, workspace_id=workspace.id, delivery_id=delivery_id)
    return Answer(document(delivery, *_DELIVERY, "event_id"), f"{delivery.id} is {delivery.status}")
