"""Generating: asking for outputs, and writing them in the background (contract, "Life of an upload")."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import cast

from attrs import frozen
from sqlalchemy import Connection, insert
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pandocast_server.delivery.events import record_event
from pandocast_server.errors import ApiError, bad_request
from pandocast_server.generation.analysis import Analysis
from pandocast_server.generation.platforms import PLATFORMS
from pandocast_server.generation.scoring import voice_match_score
from pandocast_server.generation.writing import eligible_platforms
from pandocast_server.json_body import read_body
from pandocast_server.pandocast.content import (
    ANALYZED,
    FAILED,
    GENERATED,
    GENERATING,
    Upload,
    find_upload,
    move,
)
from pandocast_server.pandocast.injected_failures import InjectedFailures
from pandocast_server.pandocast.models import GenerateBody
from pandocast_server.pandocast.outputs import DRAFT
from pandocast_server.pandocast.voice import read_voice, voice_profile_id
from pandocast_server.routing import runtime_of, workspace_of
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import outputs
from pandocast_server.validation import quoted
from pandocast_server.work.queue import Job, enqueue
from pandocast_server.work.worker import Outcome

GENERATION = "generation"

_LOG = logging.getLogger(__name__)

_UNFORESEEN = "The outputs could not be written"


@frozen
class _Written:
    platform_id: str
    text: str
    score: int


async def generate_content(request: Request) -> Response:
    """Have outputs written (reference, "/api/v1/content/:id/generate"); legal in status `analyzed` only."""
    body = await read_body(request, GenerateBody)
    selected = list(dict.fromkeys(body.selected_platforms or ()))
    _check_platforms(selected)
    runtime, workspace_id = runtime_of(request), workspace_of(request)
    with runtime.database.read() as connection:
        _check_voice_profile(connection, workspace_id, body.voice_profile_id)
        upload = find_upload(connection, workspace_id=workspace_id, content_id=request.path_params["id"])
    platforms = selected or _eligible(upload)
    payload = {"platforms": platforms, "emphasis_notes": body.emphasis_notes}
    with runtime.database.write() as connection:
        if not move(connection, upload.id, before=ANALYZED, after={"status": GENERATING}):
            raise _not_analyzed(find_upload(connection, workspace_id=workspace_id, content_id=upload.id))
        enqueue(
            connection,
            runtime,
            workspace_id=workspace_id,
            kind=GENERATION,
            subject_id=upload.id,
            payload=payload,
        )
    runtime.announce_work()
    count = f"{len(platforms)} platform{'' if len(platforms) == 1 else 's'}"
    message = f"Generation started for {count}"
    return JSONResponse(
        {"success": True, "content_id": upload.id, "status": GENERATING, "message": message}, status_code=202
    )


def generate(failures: InjectedFailures, runtime: Runtime, job: Job) -> Outcome | None:
    """Write the outputs of an upload: all of them, or the upload is `failed` and has none."""
    with runtime.database.read() as connection:
        voice = read_voice(connection, workspace_id=job.workspace_id)
        try:
            upload = find_upload(connection, workspace_id=job.workspace_id, content_id=job.subject_id)
        except ApiError:
            return None
    if failures.take(job.workspace_id, GENERATION):
        return Outcome(partial(_record_failure, upload, "Generation failed (injected)"))
    notes = cast("str | None", job.payload["emphasis_notes"])
    try:
        analysis = Analysis.from_json(upload.analysis or "")
        written: list[_Written] = []
        for platform_id in cast("list[str]", job.payload["platforms"]):
            text = runtime.generator.write(analysis, upload.title, PLATFORMS[platform_id], voice, notes)
            written.append(_Written(platform_id, text, voice_match_score(text, voice)))
    except Exception:  # noqa: BLE001 - whatever a generator raises is its upload's failure, not the server's
        _LOG.exception("generating for %s failed", upload.id)
        return Outcome(partial(_record_failure, upload, _UNFORESEEN))
    return Outcome(partial(_record_outputs, runtime, job, upload, written))


def give_up_generation(connection: Connection, _runtime: Runtime, job: Job) -> None:
    """Write that an upload's outputs could not be brought to any end."""
    move(connection, job.subject_id, before=GENERATING, after={"status": FAILED, "error": _UNFORESEEN})


def _check_platforms(selected: Sequence[str]) -> None:
    unknown = [platform_id for platform_id in selected if platform_id not in PLATFORMS]
    if unknown:
        raise bad_request(f"selected_platforms names an unknown platform: {quoted(unknown[0])}")


def _check_voice_profile(connection: Connection, workspace_id: str, given: str | None) -> None:
    if given is not None and given != voice_profile_id(connection, workspace_id=workspace_id):
        raise bad_request(f"voice_profile_id names no voice profile of this workspace: {quoted(given)}")


def _eligible(upload: Upload) -> list[str]:
    if upload.status != ANALYZED or upload.analysis is None:
        raise _not_analyzed(upload)
    return eligible_platforms(Analysis.from_json(upload.analysis), upload.title)


def _not_analyzed(upload: Upload) -> ApiError:
    return bad_request(f"Content must be in status {ANALYZED} to generate; this content is {upload.status}")


def _record_outputs(
    runtime: Runtime, job: Job, upload: Upload, written: Sequence[_Written], connection: Connection
) -> None:
    if not move(connection, upload.id, before=GENERATING, after={"status": GENERATED}):
        return
    now = runtime.clock.now()
    rows = [
        {
            "id": runtime.identifiers.new("out"),
            "workspace_id": job.workspace_id,
            "content_id": upload.id,
            "platform_id": one.platform_id,
            "format_name": PLATFORMS[one.platform_id].format_name,
            "content": one.text,
            "voice_match_score": one.score,
            "status": DRAFT,
            "created_at": now,
        }
        for one in written
    ]
    connection.execute(insert(outputs), rows)
    data = {"content_id": upload.id, "title": upload.title, "output_ids": [row["id"] for row in rows]}
    record_event(connection, runtime, workspace_id=job.workspace_id, type="outputs.generated", data=data)


def _record_failure(upload: Upload, error: str, connection: Connection) -> None:
    move(connection, upload.id, before=GENERATING, after={"status": FAILED, "error": error})
