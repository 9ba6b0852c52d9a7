"""`pandocast-server webhooks`."""

from collections.abc import Generator
from contextlib import contextmanager

import click

from pandocast_server.cli.database import (
    Refused,
    chosen_workspace,
    database_option,
    existing_database,
    json_option,
    print_json,
    print_table,
    workspace_option,
)
from pandocast_server.delivery.endpoints import (
    Delivery,
    DeliveryNotFoundError,
    Endpoint,
    EndpointNotFoundError,
    InvalidEndpointError,
    add_endpoint,
    enable_endpoint,
    list_deliveries,
    list_endpoints,
    replay_delivery,
)
from pandocast_server.timestamps import wire_text


@click.group
def webhooks() -> None:
    """Manage webhook endpoints and their deliveries."""


@webhooks.command
@click.argument("url")
@click.option("--secret", help="What deliveries are signed with; a new one unless told.")
@workspace_option
@database_option
@json_option
def add(url: str, secret: str | None, workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """Send the workspace's events to URL, and print the secret that signs them."""
    with existing_database(database_url) as runtime, _refusals():
        chosen = chosen_workspace(runtime, workspace_id)
        with runtime.database.write() as connection:
            endpoint = add_endpoint(connection, runtime, workspace_id=chosen, url=url, secret=secret)
    if as_json:
        print_json({**_endpoint(endpoint), "secret": endpoint.secret})
    else:
        click.echo(f"{endpoint.id} sends to {endpoint.url}, signed with {endpoint.secret}")


@webhooks.command("list")
@workspace_option
@database_option
@json_option
def list_(workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """List the workspace's endpoints."""
    with existing_database(database_url) as runtime:
        chosen = chosen_workspace(runtime, workspace_id)
        with runtime.database.read() as connection:
            found = list_endpoints(connection, workspace_id=chosen)
    if as_json:
        print_json([_endpoint(endpoint) for endpoint in found])
    else:
        print_table(
            ["ID", "ENABLED", "FAILURES", "URL"],
            [[item.id, item.enabled, item.consecutive_failures, item.url] for item in found],
        )


@webhooks.command
@click.argument("endpoint_id")
@workspace_option
@database_option
@json_option
def enable(endpoint_id: str, workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """Send to a disabled endpoint again, and count its failures from 0."""
    with existing_database(database_url) as runtime, _refusals():
        chosen = chosen_workspace(runtime, workspace_id)
        with runtime.database.write() as connection:
            endpoint = enable_endpoint(connection, workspace_id=chosen, endpoint_id=endpoint_id)
    if as_json:
        print_json(_endpoint(endpoint))
    else:
        click.echo(f"{endpoint.id} is enabled")


@webhooks.command
@click.argument("endpoint_id")
@workspace_option
@database_option
@json_option
def deliveries(endpoint_id: str, workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """List an endpoint's deliveries, newest last."""
    with existing_database(database_url) as runtime, _refusals():
        chosen = chosen_workspace(runtime, workspace_id)
        with runtime.database.read() as connection:
            found = list_deliveries(connection, workspace_id=chosen, endpoint_id=endpoint_id)
    if as_json:
        print_json([_delivery(delivery) for delivery in found])
    else:
        print_table(
            ["ID", "EVENT", "STATUS", "ATTEMPTS", "ANSWER", "CREATED", "ERROR"],
            [
                [
                    item.id,
                    item.event,
                    item.status,
                    item.attempts,
                    item.response_status,
                    wire_text(item.created_at),
                    item.error,
                ]
                for item in found
            ],
        )


@webhooks.command
@click.argument("delivery_id")
@workspace_option
@database_option
@json_option
def replay(delivery_id: str, workspace_id: str | None, database_url: str, *, as_json: bool) -> None:
    """Have a running server send a delivery once more."""
    with existing_database(database_url) as runtime, _refusals():
        chosen = chosen_workspace(runtime, workspace_id)
        with runtime.database.write() as connection:
            delivery = replay_delivery(connection, runtime, workspace_id=chosen, delivery_id=delivery_id)
    if as_json:
        print_json(_delivery(delivery))
    else:
        click.echo(f"{delivery.id} is {delivery.status}")


@contextmanager
def _refusals() -> Generator[None]:
    try:
        yield
    except (InvalidEndpointError, EndpointNotFoundError, DeliveryNotFoundError) as error:
        raise Refused(error) from error


def _endpoint(endpoint: Endpoint) -> dict[str, object]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "enabled": endpoint.enabled,
        "consecutive_failures": endpoint.consecutive_failures,
        "created_at": wire_text(endpoint.created_at),
    }


def _delivery(delivery: Delivery) -> dict[str, object]:
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "event": delivery.event,
        "status": delivery.status,
        "attempts": delivery.attempts,
        "response_status": delivery.response_status,
        "error": delivery.error,
        "created_at": wire_text(delivery.created_at),
        "finished_at": None if delivery.finished_at is None else wire_text(delivery.finished_at),
    }
