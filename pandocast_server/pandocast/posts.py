"""Posts: scheduling an output, and publishing it when its time has come (contract, "Life of an output")."""

from datetime import UTC, datetime, timedelta
from functools import partial

from attrs import frozen
from sqlalchemy import Connection, RowMapping, insert, select, update
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.delivery.events import record_event
from pandocast_server.errors import bad_request, not_found
from pandocast_server.json_body import read_body
from pandocast_server.pandocast import outputs
from pandocast_server.pandocast.content import find_upload
from pandocast_server.pandocast.models import ScheduleBody
from pandocast_server.pandocast.outputs import Output, find_output
from pandocast_server.pandocast.platforms import format_name, platform_state, use_up_failure
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import posts
from pandocast_server.timestamps import wire_text
from pandocast_server.work.queue import Job, enqueue
from pandocast_server.work.worker import Outcome

PUBLISH = "publish"

# Measured from the scheduled time, on the server's clock.
TRIES = (timedelta(), timedelta(seconds=60), timedelta(seconds=300))

_LATEST = datetime.max.replace(tzinfo=UTC) - TRIES[-1]


@frozen
class _Attempt:
    """One attempt to publish a post; `number` counts from 1."""

    post: RowMapping
    number: int

    @property
    def about(self) -> dict[str, object]:
        return {
            "content_id": self.post["content_id"],
            "output_id": self.post["output_id"],
            "event_id": self.post["id"],
            "platform_id": self.post["platform_id"],
        }


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
        output = find_output(connection, workspace_id=workspace_id, output_id=body.output_id)
        if output.content_id != upload.id:
            raise not_found("Output")
        _check_schedulable(connection, workspace_id, output)
        event_id = _add_post(connection, runtime, workspace_id, output, body.scheduled_at)
    runtime.announce_work()
    return JSONResponse(
        {
            "success": True,
            "event_id": event_id,
            "output_id": output.id,
            "scheduled_at": wire_text(body.scheduled_at),
            "status": outputs.SCHEDULED,
        },
        status_code=201,
    )


def publish(runtime: Runtime, job: Job) -> Outcome | None:
    """Try to publish a post: the job's first run is due at its time, the others 60 s and 300 s after that."""
    with runtime.database.read() as connection:
        post = _waiting_post(connection, job.subject_id)
        if post is None:
            return None
        platform_id = post["platform_id"]
        state = platform_state(connection, workspace_id=job.workspace_id, platform_id=platform_id)
    attempt = _Attempt(post, post["attempts"] + 1)
    if not state.connected:
        return _failure(runtime, attempt, f"{format_name(platform_id)} is not connected", was_injected=False)
    if state.failures_left > 0:
        return _failure(runtime, attempt, state.failure_error, was_injected=True)
    return Outcome(partial(_record_publication, runtime, attempt))


def give_up_publishing(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Write that publishing a post could not be brought to any end."""
    post = _waiting_post(connection, job.subject_id)
    if post is not None:
        attempt = _Attempt(post, post["attempts"] + 1)
        error = "The post could not be published"
        _record_failure(runtime, attempt, connection, error=error, was_injected=False, is_last=True)


def _waiting_post(connection: Connection, event_id: str) -> RowMapping | None:
    query = select(posts).where(posts.c.id == event_id, posts.c.status == outputs.SCHEDULED)
    return connection.execute(query).mappings().one_or_none()


def _check_schedulable(connection: Connection, workspace_id: str, output: Output) -> None:
    if output.status not in {outputs.DRAFT, outputs.APPROVED}:
        raise bad_request(f"Only a draft or approved output can be scheduled; this one is {output.status}")
    state = platform_state(connection, workspace_id=workspace_id, platform_id=output.platform_id)
    if not state.connected:
        name = format_name(output.platform_id)
        raise bad_request(f"{name} is not connected; connect it in Settings -> Platforms")


def _add_post(
    connection: Connection, runtime: Runtime, workspace_id: str, output: Output, scheduled_at: datetime
) -> str:
    event_id = runtime.identifiers.new("evt")
    connection.execute(
        insert(posts).values(
            id=event_id,
            workspace_id=workspace_id,
            content_id=output.content_id,
            output_id=output.id,
            platform_id=output.platform_id,
            status=outputs.SCHEDULED,
            scheduled_at=scheduled_at,
            created_at=runtime.clock.now(),
        )
    )
    outputs.set_status(connection, output.id, outputs.SCHEDULED)
    enqueue(
        connection, runtime, workspace_id=workspace_id, kind=PUBLISH, subject_id=event_id, due_at=scheduled_at
    )
    return event_id


def _failure(runtime: Runtime, attempt: _Attempt, error: str, *, was_injected: bool) -> Outcome:
    is_last = attempt.number >= len(TRIES)
    return Outcome(
        partial(_record_failure, runtime, attempt, error=error, was_injected=was_injected, is_last=is_last),
        again_at=None if is_last else attempt.post["scheduled_at"] + TRIES[attempt.number],
    )


def _record_publication(runtime: Runtime, attempt: _Attempt, connection: Connection) -> None:
    post = attempt.post
    published_at = runtime.clock.now()
    connection.execute(
        update(posts)
        .where(posts.c.id == post["id"])
        .values(status=outputs.PUBLISHED, attempts=attempt.number, error=None, published_at=published_at)
    )
    outputs.set_status(connection, post["output_id"], outputs.PUBLISHED)
    data = {**attempt.about, "published_at": wire_text(published_at)}
    record_event(connection, runtime, workspace_id=post["workspace_id"], type="post.published", data=data)


def _record_failure(
    runtime: Runtime,
    attempt: _Attempt,
    connection: Connection,
    *,
    error: str,
    was_injected: bool,
    is_last: bool,
) -> None:
    post = attempt.post
    status = outputs.FAILED if is_last else outputs.SCHEDULED
    connection.execute(
        update(posts)
        .where(posts.c.id == post["id"])
        .values(status=status, attempts=attempt.number, error=error)
    )
    if was_injected:
        use_up_failure(connection, workspace_id=post["workspace_id"], platform_id=post["platform_id"])
    if is_last:
        outputs.set_status(connection, post["output_id"], outputs.FAILED)
        data = {**attempt.about, "error": error, "attempts": attempt.number}
        record_event(connection, runtime, workspace_id=post["workspace_id"], type="post.failed", data=data)
