"""Analysing: what happens by itself to an upload once it is there (contract, "Life of an upload")."""

import logging
from functools import partial

from attrs import field, frozen
from sqlalchemy import Connection, select

from pandocast_server.delivery.events import record_event
from pandocast_server.pandocast.content import ANALYSIS, ANALYZED, ANALYZING, FAILED, move
from pandocast_server.pandocast.injected_failures import InjectedFailures
from pandocast_server.runtime import Runtime
from pandocast_server.storage.tables import content
from pandocast_server.work.queue import Job
from pandocast_server.work.worker import Outcome

_LOG = logging.getLogger(__name__)

_UNFORESEEN = "The content could not be analysed"


@frozen
class _Source:
    id: str
    workspace_id: str
    title: str
    raw_content: str = field(repr=False)


def analyse(failures: InjectedFailures, runtime: Runtime, job: Job) -> Outcome | None:
    """Analyse an upload: it ends as `analyzed`, or as `failed` whatever the reason."""
    with runtime.database.read() as connection:
        query = select(content.c.id, content.c.workspace_id, content.c.title, content.c.raw_content)
        row = connection.execute(query.where(content.c.id == job.subject_id)).mappings().one_or_none()
    if row is None:
        return None
    source = _Source(**row)
    if failures.take(job.workspace_id, ANALYSIS):
        return Outcome(partial(_record_failure, source, "Analysis failed (injected)"))
    try:
        analysis = runtime.generator.analyze(source.raw_content, source.title).to_json()
    except Exception:  # noqa: BLE001 - whatever a generator raises is its upload's failure, not the server's
        _LOG.exception("analysing %s failed", source.id)
        return Outcome(partial(_record_failure, source, _UNFORESEEN))
    return Outcome(partial(_record_analysis, runtime, source, analysis))


def give_up_analysis(connection: Connection, _runtime: Runtime, job: Job) -> None:
    """Write that an upload's analysis could not be brought to any end."""
    move(connection, job.subject_id, before=ANALYZING, after={"status": FAILED, "error": _UNFORESEEN})


def _record_analysis(runtime: Runtime, source: _Source, analysis: str, connection: Connection) -> None:
    after = {"status": ANALYZED, "analysis": analysis}
    if move(connection, source.id, before=ANALYZING, after=after):
        data = {"content_id": source.id, "title": source.title}
        record_event(
            connection, runtime, workspace_id=source.workspace_id, type="content.analyzed", data=data
        )


def _record_failure(source: _Source, error: str, connection: Connection) -> None:
    move(connection, source.id, before=ANALYZING, after={"status": FAILED, "error": error})
