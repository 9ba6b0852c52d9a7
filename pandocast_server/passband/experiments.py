"""A/B experiments: listing, starting and, behind the API, concluding them (reference, "Experiments")."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, WithJsonSchema
from sqlalchemy import Connection, RowMapping, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pandocast_server.delivery.events import record_event
from pandocast_server.errors import bad_request, conflict, not_found
from pandocast_server.json_body import read_body
from pandocast_server.passband.wire import camel
from pandocast_server.routing import Endpoint, runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import experiments
from pandocast_server.validation import CamelModel, Text, quoted, read_query

ACTIVE = "active"
CONCLUDED = "concluded"


def _given(value: JsonValue) -> JsonValue:
    if value is None:
        raise ValueError("is missing")
    return value


_Name = Annotated[Text, Field(max_length=100)]
_Value = Annotated[
    JsonValue,
    AfterValidator(_given),
    WithJsonSchema({"type": ["string", "number", "boolean", "array", "object"]}),
]


class Variant(CamelModel):
    """One of the values that are tried."""

    name: _Name
    value: _Value
    weight: Annotated[float, Field(gt=0)] | None = None


def _distinct(variants: list[Variant]) -> list[Variant]:
    if len({variant.name for variant in variants}) < len(variants):
        raise ValueError("must have distinct names")
    return variants


class ExperimentBody(CamelModel):
    """A new experiment."""

    name: _Name
    parameter: Annotated[Text, Field(max_length=200)]
    variants: Annotated[list[Variant], Field(min_length=2, max_length=5), AfterValidator(_distinct)]


class ExperimentsQuery(CamelModel):
    """Which experiments."""

    status: Literal["active", "concluded", "archived"] | None = None


class Experiments(Endpoint):
    """The experiments of the workspace."""

    async def get(self, request: Request) -> Response:
        """Return all experiments, or those in one status, newest first (reference, "List experiments")."""
        status = read_query(request, ExperimentsQuery).status
        query = select(experiments).where(experiments.c.workspace_id == workspace_of(request))
        if status is not None:
            query = query.where(experiments.c.status == status)
        newest_first = query.order_by(experiments.c.created_at.desc(), experiments.c.seq.desc())
        with runtime_of(request).database.read() as connection:
            return JSONResponse([_on_the_wire(row) for row in connection.execute(newest_first).mappings()])

    async def post(self, request: Request) -> Response:
        """Start an experiment (reference, "Create experiment")."""
        body = await read_body(request, ExperimentBody)
        runtime, workspace_id = runtime_of(request), workspace_of(request)
        experiment_id = runtime.identifiers.new("exp")
        with runtime.database.write() as connection:
            now = runtime.clock.now()
            connection.execute(
                insert(experiments).values(
                    id=experiment_id,
                    workspace_id=workspace_id,
                    name=body.name,
                    parameter=body.parameter,
                    status=ACTIVE,
                    variants=[variant.model_dump(exclude_none=True) for variant in body.variants],
                    started_at=now,
                    created_at=now,
                )
            )
            return JSONResponse(_on_the_wire(_find(connection, workspace_id, experiment_id)), status_code=201)


ROUTES = [Route("/experiments", Experiments)]


def conclude(
    connection: Connection, runtime: Runtime, *, workspace_id: str, experiment_id: str, winner: str
) -> None:
    """End an experiment and record `ab_test.completed`; announce the work after the commit.

    No operation of the API does this. The event's `winner_output_id` is the winner's value where that is a
    string, which then may name an output, and its name otherwise.

    Raises:
        ApiError: 404, the workspace has no such experiment; 400, it has no such variant; 409, it is not
            active.
    """
    experiment = _find(connection, workspace_id, experiment_id)
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


def _find(connection: Connection, workspace_id: str, experiment_id: str) -> RowMapping:
    query = select(experiments).where(
        experiments.c.id == experiment_id, experiments.c.workspace_id == workspace_id
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise not_found("Experiment")
    return row


def _on_the_wire(row: RowMapping) -> dict[str, object]:
    # Nothing says which draft belongs to which variant, so there is nothing to count.
    by_variant = {variant["name"]: {"posts": 0, "avgEngagementRate": 0} for variant in row["variants"]}
    winner = {} if row["winner"] is None else {"winner": row["winner"]}
    experiment = camel(row, "id name parameter status variants started_at ended_at created_at")
    return {**experiment, "results": {**winner, "byVariant": by_variant}}
