"""Generating: asking for outputs, and writing them in the background (contract, "Life of an upload")."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Annotated, cast

from pydantic import Field
from sqlalchemy import Connection, RowMapping, insert
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.delivery.events import record_event
from pandocast_server.errors import ApiError, bad_request
from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.platforms import PLATFORMS
from pandocast_server.generation.scoring import voice_match_score
from pandocast_server.generation.writing import eligible_platforms
from pandocast_server.json_body import read_body
from pandocast_server.pandocast.content import ANALYZED, FAILED, GENERATED, GENERATING, find_upload, move
from pandocast_server.pandocast.outputs import DRAFT
from pandocast_server.pandocast.voice import read_voice, voice_profile_id
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import outputs
from pandocast_server.validation import RequestModel, quoted
from pandocast_server.work.queue import Job, enqueue
from pandocast_server.work.worker import Outcome

GENERATION = "generation"

_LOG = logging.getLogger(__name__)

_UNFORESEEN = "The outputs could not be written"


class GenerateBody(RequestModel):
    """What to write, and how; None leaves each to the server."""

    voice_profile_id: str | None = None
    selected_platforms: Annotated[list[str], Field(min_length=1)] | None = None
    emphasis_notes: str | None = None


async def generate_content(request: Request) -> Response:
    """Have outputs written (reference, "/api/v1/content/:id/generate"); legal in status `analyzed` only."""
    body = await read_body(request, GenerateBody)
    selected = list(dict.fromkeys(body.selected_platforms or ()))
    unknown = [platform_id for platform_id in selected if platform_id not in PLATFORMS]
    if unknown:
        raise bad_request(f"selected_platforms names an unknown platform: {quoted(unknown[0])}")
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    with runtime.database.read() as connection:
        voice = body.voice_profile_id
        if voice is not None and voice != voice_profile_id(connection, workspace_id=workspace_id):
            raise bad_request(f"voice_profile_id names no voice profile of this workspace: {quoted(voice)}")
        upload = find_upload(connection, workspace_id=workspace_id, content_id=request.path_params["id"])
    platforms = selected or _eligible(upload)
    payload = {"platforms": platforms, "emphasis_notes": body.emphasis_notes}
    with runtime.database.write() as connection:
        if not move(connection, upload["id"], ANALYZED, GENERATING):
            raise _not_analyzed(find_upload(connection, workspace_id=workspace_id, content_id=upload["id"]))
        enqueue(
            connection,
            runtime,
            workspace_id=workspace_id,
            kind=GENERATION,
            subject_id=upload["id"],
            payload=payload,
        )
    runtime.announce_work()
    message = f"Generation started for {len(platforms)} platform{'' if len(platforms) == 1 else 's'}"
    answer = {"success": True, "content_id": upload["id"], "status": GENERATING, "message": message}
    return JSONResponse(answer, status_code=202)


def generate(runtime: Runtime, job: Job) -> Outcome | None:
    """Write the outputs of an upload: all of them, or the upload is `failed` and has none."""
    with runtime.database.read() as connection:
        voice = read_voice(connection, workspace_id=job.workspace_id)
        try:
            upload = find_upload(connection, workspace_id=job.workspace_id, content_id=job.subject_id)
        except ApiError:
            return None
    if runtime.failures.take(job.workspace_id, GENERATION):
        return Outcome(partial(_fail, job, "Generation failed (injected)"))
    notes = cast("str | None", job.payload["emphasis_notes"])
    rows: list[dict[str, object]] = []
    try:
        analysis = Analysis.from_json(upload["analysis"])
        for platform_id in cast("list[str]", job.payload["platforms"]):
            platform = PLATFORMS[platform_id]
            text = runtime.generator.write(analysis, upload["title"], platform, voice, notes)
            score = voice_match_score(text, voice)
            row = {"platform_id": platform_id, "format_name": platform.format_name, "content": text}
            rows.append({**row, "voice_match_score": score})
    except Exception:  # noqa: BLE001 - whatever a generator raises is its upload's failure, not the server's
        _LOG.exception("generating for %s failed", job.subject_id)
        return Outcome(partial(_fail, job, _UNFORESEEN))
    return Outcome(partial(_record_outputs, runtime, job, upload["title"], rows))


def give_up_generation(connection: Connection, _runtime: Runtime, job: Job) -> None:
    """Write that an upload's outputs could not be brought to any end."""
    _fail(job, _UNFORESEEN, connection)


def _eligible(upload: RowMapping) -> list[str]:
    if upload["status"] != ANALYZED:
        raise _not_analyzed(upload)
    return eligible_platforms(Analysis.from_json(upload["analysis"]), upload["title"])


def _not_analyzed(upload: RowMapping) -> ApiError:
    status = upload["status"]
    return bad_request(f"Content must be in status {ANALYZED} to generate; this content is {status}")


def _fail(job: Job, error: str, connection: Connection) -> None:
    move(connection, job.subject_id, GENERATING, FAILED, error=error)


def _record_outputs(
    runtime: Runtime, job: Job, title: str, written: Sequence[dict[str, object]], connection: Connection
) -> None:
    if not move(connection, job.subject_id, GENERATING, GENERATED):
        return
    shared = {"workspace_id": job.workspace_id, "content_id": job.subject_id, "status": DRAFT}
    now = runtime.clock.now()
    rows = [{"id": runtime.identifiers.new("out"), **shared, **row, "created_at": now} for row in written]
    connection.execute(insert(outputs), rows)
    data = {"content_id": job.subject_id, "title": title, "output_ids": [row["id"] for row in rows]}
    record_event(connection, runtime, workspace_id=job.workspace_id, type="outputs.generated", data=data)
