"""A/B experiments: listing, starting and, behind the API, concluding them (reference, "Experiments")."""

from collections.abc import Mapping
from typing import cast

from sqlalchemy import Connection, RowMapping, insert, select, update

from pandocast_server.bodies import quoted
from pandocast_server.delivery.events import record_event
from pandocast_server.errors import bad_request, conflict, not_found
from pandocast_server.fields import Fields, optional_list, required_text
from pandocast_server.queries import choice_parameter
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import experiments
from pandocast_server.timestamps import maybe_wire_text, wire_text

ACTIVE = "active"
CONCLUDED = "concluded"
ARCHIVED = "archived"

_LONGEST_NAME = 100
_LONGEST_PARAMETER = 200
_LEAST_VARIANTS = 2
_MOST_VARIANTS = 5


def list_experiments(call: Call) -> Reply:
    """Give all experiments, or those in one status, newest first (reference, "List experiments")."""
    status = choice_parameter(call.query, "status", (ACTIVE, CONCLUDED, ARCHIVED))
    query = select(experiments).where(experiments.c.workspace_id == call.workspace_id)
    if status is not None:
        query = query.where(experiments.c.status == status)
    newest_first = query.order_by(experiments.c.created_at.desc(), experiments.c.seq.desc())
    with call.runtime.database.read() as connection:
        return json_reply([_on_the_wire(row) for row in connection.execute(newest_first).mappings()])


def create_experiment(call: Call) -> Reply:
    """Start an experiment (reference, "Create experiment")."""
    name = required_text(call.body, "name", longest=_LONGEST_NAME)
    parameter = required_text(call.body, "parameter", longest=_LONGEST_PARAMETER)
    variants = _variants(call.body)
    experiment_id = call.runtime.identifiers.new("exp")
    with call.runtime.database.write() as connection:
        now = call.runtime.clock.now()
        connection.execute(
            insert(experiments).values(
                id=experiment_id,
                workspace_id=call.workspace_id,
                name=name,
                parameter=parameter,
                status=ACTIVE,
                variants=variants,
                started_at=now,
                created_at=now,
            )
        )
        return json_reply(
            _on_the_wire(_find(connection, workspace_id=call.workspace_id, experiment_id=experiment_id))
        )


def conclude(
    connection: Connection, runtime: Runtime, *, workspace_id: str, experiment_id: str, winner: str
) -> None:
    """End an experiment and record `ab_test.completed`, in the caller's transaction.

    No operation of the API does this. The event's `winner_output_id` is the winner's value where that is a
    string, which then may name an output, and its name otherwise.

    Args:
        connection: A transaction that may write; the work is announced by the caller, after the commit.
        runtime: The parts of this server.
        workspace_id: Whose experiment it is.
        experiment_id: The experiment, which must be active.
        winner: The name of one of its variants.

    Raises:
        ApiError: 404, the workspace has no such experiment; 400, it has no such variant; 409, it is not
            active.
    """
    experiment = _find(connection, workspace_id=workspace_id, experiment_id=experiment_id)
    values = {variant["name"]: variant["value"] for variant in experiment["variants"]}
    if winner not in values:
        raise bad_request(f"winner must be one of {', '.join(map(quoted, values))}, not {quoted(winner)}")
    concluded = (
        update(experiments)
        .where(experiments.c.id == experiment_id, experiments.c.status == ACTIVE)
        .values(status=CONCLUDED, winner=winner, ended_at=runtime.clock.now())
    )
    if connection.execute(concluded).rowcount != 1:
        raise conflict(f"Only an active experiment can be concluded; this one is {experiment['status']}")
    value = values[winner]
    about = {
        "ab_test_id": experiment_id,
        "name": experiment["name"],
        "winner_output_id": value if isinstance(value, str) else winner,
    }
    record_event(connection, runtime, workspace_id=workspace_id, type="ab_test.completed", data=about)


def _variants(body: Fields) -> list[dict[str, object]]:
    rows = optional_list(body, "variants", most=_MOST_VARIANTS)
    if rows is None:
        raise bad_request("variants is missing")
    if len(rows) < _LEAST_VARIANTS:
        raise bad_request(f"variants must have at least {_LEAST_VARIANTS} entries, not {len(rows)}")
    variants = [_variant(row, f"variants[{place}]") for place, row in enumerate(rows)]
    if len({variant["name"] for variant in variants}) < len(variants):
        raise bad_request("variants must have distinct names")
    return variants


def _variant(row: object, place: str) -> dict[str, object]:
    if not isinstance(row, dict):
        raise bad_request(f"{place} must be an object")
    # Under their full names, so that a refusal says which variant it speaks of.
    fields = {f"{place}.{key}": value for key, value in cast("Mapping[str, object]", row).items()}
    variant: dict[str, object] = {
        "name": required_text(fields, f"{place}.name", longest=_LONGEST_NAME),
        "value": fields.get(f"{place}.value"),
    }
    if variant["value"] is None:
        raise bad_request(f"{place}.value is missing")
    weight = fields.get(f"{place}.weight")
    if weight is not None:
        variant["weight"] = _weight(weight, f"{place}.weight")
    return variant


def _weight(value: object, name: str) -> int | float:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and float(value) > 0:
            return value
    except OverflowError as error:
        raise bad_request(f"{name} is too large") from error
    raise bad_request(f"{name} must be a number greater than 0")


def _find(connection: Connection, *, workspace_id: str, experiment_id: str) -> RowMapping:
    query = select(experiments).where(
        experiments.c.id == experiment_id, experiments.c.workspace_id == workspace_id
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("Experiment")
    return row


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    # Nothing says which draft belongs to which variant, so there is nothing to count.
    results: dict[str, object] = {
        "byVariant": {variant["name"]: {"posts": 0, "avgEngagementRate": 0} for variant in row["variants"]}
    }
    if row["winner"] is not None:
        results = {"winner": row["winner"], **results}
    return {
        "id": row["id"],
        "name": row["name"],
        "parameter": row["parameter"],
        "status": row["status"],
        "variants": row["variants"],
        "results": results,
        "startedAt": wire_text(row["started_at"]),
        "endedAt": maybe_wire_text(row["ended_at"]),
        "createdAt": wire_text(row["created_at"]),
    }
