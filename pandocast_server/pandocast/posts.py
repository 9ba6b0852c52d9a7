"""Posts: scheduling an output, and publishing it when its time has come (contract, "Life of an output")."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, RowMapping, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.delivery.events import record_event
from pandocast_server.errors import bad_request, not_found
from pandocast_server.generation.platforms import PLATFORMS
from pandocast_server.json_body import read_body
from pandocast_server.pandocast import outputs
from pandocast_server.pandocast.content import find_upload
from pandocast_server.pandocast.platforms import platform_state, use_up_failure
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import posts
from pandocast_server.timestamps import wire_text
from pandocast_server.validation import RequestModel, Text, Time
from pandocast_server.work.queue import Job, enqueue
from pandocast_server.work.worker import Outcome

PUBLISH = "publish"

# Measured from the scheduled time, on the server's clock.
TRIES = (timedelta(), timedelta(seconds=60), timedelta(seconds=300))

_LATEST = datetime.max.replace(tzinfo=UTC) - TRIES[-1]


class ScheduleBody(RequestModel):
    """Which output is to be published, and when."""

    output_id: Annotated[Text, Field(max_length=1000)]
    scheduled_at: Time


async def schedule_output(request: Request) -> Response:
    """Have an output published at a time (reference, "/api/v1/content/:id/schedule")."""
    body = await read_body(request, ScheduleBody)
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    if body.scheduled_at <= runtime.clock.now():
        raise bad_request("scheduled_at must be in the future")
    if body.scheduled_at > _LATEST:
        raise bad_request("scheduled_at must not be so far in the future")
    with runtime.database.write() as connection:
        upload = find_upload(connection, workspace_id=workspace_id, content_id=request.path_params["id"])
        output = outputs.find_output(connection, workspace_id=workspace_id, output_id=body.output_id)
        if output["content_id"] != upload["id"]:
            raise not_found("Output")
        _check_schedulable(connection, output)
        event_id = _add_post(connection, runtime, output, body.scheduled_at)
    runtime.announce_work()
    answer = {
        "success": True,
        "event_id": event_id,
        "output_id": output["id"],
        "scheduled_at": wire_text(body.scheduled_at),
        "status": outputs.SCHEDULED,
    }
    return JSONResponse(answer, status_code=201)


def publish(runtime: Runtime, job: Job) -> Outcome | None:
    """Try to publish a post: the job's first run is due at its time, the others 60 s and 300 s after that."""
    with runtime.database.read() as connection:
        post = _waiting_post(connection, job)
        if post is None:
            return None
        platform_id = post["platform_id"]
        state = platform_state(connection, workspace_id=job.workspace_id, platform_id=platform_id)
    if state.connected and state.failures_left == 0:
        return Outcome(partial(_record_publication, runtime, post))
    name = PLATFORMS[platform_id].format_name
    error = state.failure_error if state.connected else f"{name} is not connected"
    scheduled_at: datetime = post["scheduled_at"]
    tries: int = post["attempts"] + 1
    again_at = scheduled_at + TRIES[tries] if tries < len(TRIES) else None

    def record(connection: Connection) -> None:
        if state.connected:
            use_up_failure(connection, workspace_id=job.workspace_id, platform_id=platform_id)
        _record_failure(connection, runtime, post, error, is_last=again_at is None)

    return Outcome(record, again_at)


def give_up_publishing(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Write that publishing a post could not be brought to any end."""
    post = _waiting_post(connection, job)
    if post is not None:
        _record_failure(connection, runtime, post, "The post could not be published", is_last=True)


def _waiting_post(connection: Connection, job: Job) -> RowMapping | None:
    query = select(posts).where(posts.c.id == job.subject_id, posts.c.status == outputs.SCHEDULED)
    return connection.execute(query).mappings().one_or_none()


def _check_schedulable(connection: Connection, output: RowMapping) -> None:
    status, platform_id = output["status"], output["platform_id"]
    if status not in {outputs.DRAFT, outputs.APPROVED}:
        raise bad_request(f"Only a draft or approved output can be scheduled; this one is {status}")
    state = platform_state(connection, workspace_id=output["workspace_id"], platform_id=platform_id)
    if not state.connected:
        name = PLATFORMS[platform_id].format_name
        raise bad_request(f"{name} is not connected; connect it in Settings -> Platforms")


def _add_post(connection: Connection, runtime: Runtime, output: RowMapping, scheduled_at: datetime) -> str:
    event_id = runtime.identifiers.new("evt")
    row = {
        "id": event_id,
        "workspace_id": output["workspace_id"],
        "content_id": output["content_id"],
        "output_id": output["id"],
        "platform_id": output["platform_id"],
        "status": outputs.SCHEDULED,
        "scheduled_at": scheduled_at,
        "created_at": runtime.clock.now(),
    }
    connection.execute(insert(posts).values(row))
    outputs.set_status(connection, output["id"], outputs.SCHEDULED)
    workspace_id = output["workspace_id"]
    enqueue(
        connection, runtime, workspace_id=workspace_id, kind=PUBLISH, subject_id=event_id, due_at=scheduled_at
    )
    return event_id


def _record_publication(runtime: Runtime, post: RowMapping, connection: Connection) -> None:
    now = runtime.clock.now()
    _count_attempt(connection, post, status=outputs.PUBLISHED, error=None, published_at=now)
    _end(connection, runtime, post, outputs.PUBLISHED, {"published_at": wire_text(now)})


def _record_failure(
    connection: Connection, runtime: Runtime, post: RowMapping, error: str, *, is_last: bool
) -> None:
    status = outputs.FAILED if is_last else outputs.SCHEDULED
    _count_attempt(connection, post, status=status, error=error)
    if is_last:
        _end(connection, runtime, post, outputs.FAILED, {"error": error, "attempts": post["attempts"] + 1})


def _count_attempt(connection: Connection, post: RowMapping, **values: object) -> None:
    counted = update(posts).where(posts.c.id == post["id"]).values(attempts=post["attempts"] + 1, **values)
    connection.execute(counted)


def _end(
    connection: Connection, runtime: Runtime, post: RowMapping, status: str, more: dict[str, object]
) -> None:
    """Write how a post has ended into its output, and into an event."""
    outputs.set_status(connection, post["output_id"], status)
    data = {
        "content_id": post["content_id"],
        "output_id": post["output_id"],
        "event_id": post["id"],
        "platform_id": post["platform_id"],
        **more,
    }
    record_event(connection, runtime, workspace_id=post["workspace_id"], type=f"post.{status}", data=data)
