"""One run of the pipeline: fetch the sources, write drafts from what is new, and keep both at once.

Nothing is kept before the end, so a run whose process died is simply run again.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, cast

from attrs import field, frozen
from sqlalchemy import Connection, RowMapping, insert, select, update

from pandocast_server.clock import event_loop
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.pandocast.voice import read_voice
from pandocast_server.passband.drafts.generating import Written, write_draft
from pandocast_server.passband.drafts.models import DEFAULT_FORMAT
from pandocast_server.passband.drafts.rows import NewDraft, add_drafts
from pandocast_server.passband.drafts.transitions import PENDING_REVIEW
from pandocast_server.passband.sources.feeds import Entry, SourceError, fetch_entries
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import items, pipeline_runs, sources
from pandocast_server.threads import in_thread
from pandocast_server.timestamps import EPOCH
from pandocast_server.work.queue import Job
from pandocast_server.work.worker import Outcome

PIPELINE: Final = "pipeline"
"""The kind of a run's job, and the lane in which runs wait for each other."""

QUEUED: Final = "queued"
RUNNING: Final = "running"
COMPLETED: Final = "completed"
FAILED: Final = "failed"

AT_ONCE: Final = 8
DEFAULT_MAX_ITEMS: Final = 20

_LOG = logging.getLogger(__name__)


@frozen
class _Harvest:
    """What a source, as it was when the run began, has given, or why it failed.

    The new entries are newest first, each with the drafts that were written from it, by their formats.
    """

    source: RowMapping
    new: Sequence[tuple[Entry, Mapping[str, Written]]] = field(default=(), repr=False)
    error: str | None = None


def run_pipeline(runtime: Runtime, job: Job) -> Outcome:
    """Fetch what is enabled, and write drafts; no source that fails takes another along."""
    with runtime.database.write() as connection:
        beginning = update(pipeline_runs).where(
            pipeline_runs.c.id == job.subject_id, pipeline_runs.c.status == QUEUED
        )
        connection.execute(beginning.values(status=RUNNING, started_at=runtime.clock.now()))
    enabled = select(sources).where(sources.c.workspace_id == job.workspace_id, sources.c.enabled)
    with runtime.database.read() as connection:
        rows = connection.execute(enabled.order_by(sources.c.seq)).mappings().all()
        voice = read_voice(connection, workspace_id=job.workspace_id)
    with asyncio.Runner(loop_factory=event_loop) as runner:
        harvests = runner.run(_harvest_all(runtime, rows, voice))
    return Outcome(partial(_record, runtime, job, harvests))


def give_up_run(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Write that a run came to no end, however often it was begun."""
    _finish(connection, runtime, job, status=FAILED, error="The run could not be brought to an end")


async def _harvest_all(
    runtime: Runtime, enabled: Sequence[RowMapping], voice: VoiceProfile
) -> list[_Harvest]:
    """Harvest the sources, `AT_ONCE` at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def harvest(source: RowMapping) -> _Harvest:
        async with turn:
            return await _harvest(runtime, source, voice)

    return await asyncio.gather(*map(harvest, enabled))


async def _harvest(runtime: Runtime, source: RowMapping, voice: VoiceProfile) -> _Harvest:
    private = runtime.settings.allows_private_targets
    try:
        entries = await fetch_entries(source["type"], source["url"], private_targets=private)
        # At once, so that only what is kept of a feed waits for the others.
        new = await in_thread(partial(_write, runtime, source, entries, voice), name="writing")
    except SourceError as error:
        return _Harvest(source, error=str(error))
    except Exception:  # noqa: BLE001 - a fault of ours or of a text generator is one source's failure
        _LOG.exception("source %s could not be harvested", source["id"])
        return _Harvest(source, error="Something unforeseen happened")
    return _Harvest(source, new)


def _write(
    runtime: Runtime, source: RowMapping, entries: Sequence[Entry], voice: VoiceProfile
) -> list[tuple[Entry, Mapping[str, Written]]]:
    """Write about the newest of the entries that were not taken before."""
    with runtime.database.read() as connection:
        taken = select(items.c.fingerprint).where(items.c.source_id == source["id"])
        seen = set(connection.scalars(taken))
    unseen = [entry for entry in entries if entry.fingerprint not in seen]
    config = source["config"]
    formats = cast("list[str]", config.get("formats", [DEFAULT_FORMAT]))

    def write(entry: Entry, name: str) -> Written:
        return write_draft(runtime, title=entry.title, content=entry.content, format=name, voice=voice)

    newest = sorted(unseen, key=_age)[: config.get("maxItems", DEFAULT_MAX_ITEMS)]
    return [(entry, {name: write(entry, name) for name in formats}) for entry in newest]


def _age(entry: Entry) -> float:
    # Feeds have the newest first, so those without a date keep their order, behind the dated.
    return float("inf") if entry.published is None else (EPOCH - entry.published).total_seconds()


def _record(runtime: Runtime, job: Job, harvests: Sequence[_Harvest], connection: Connection) -> None:
    kept = [harvest for harvest in harvests if _note_health(connection, runtime, harvest)]
    _keep(connection, runtime, job.workspace_id, kept)
    written = [drafts for harvest in kept for _, drafts in harvest.new]
    has_failed = bool(kept) and all(harvest.error for harvest in kept)
    _finish(
        connection,
        runtime,
        job,
        status=FAILED if has_failed else COMPLETED,
        error=_error(kept),
        items_fetched=len(written),
        drafts_generated=sum(map(len, written)),
    )


def _note_health(connection: Connection, runtime: Runtime, harvest: _Harvest) -> bool:
    """Note how a source fared, and return whether it is still the source that was fetched."""
    source = harvest.source
    same = update(sources).where(
        sources.c.id == source["id"],
        sources.c.enabled,
        sources.c.url == source["url"],
        sources.c.type == source["type"],
    )
    failures = 0 if harvest.error is None else sources.c.fail_count + 1
    changes = {"last_fetch": runtime.clock.now(), "fail_count": failures, "last_error": harvest.error}
    return connection.execute(same.values(changes)).rowcount == 1


def _keep(connection: Connection, runtime: Runtime, workspace_id: str, harvests: Sequence[_Harvest]) -> None:
    """Keep all in a few statements: there may be thousands of drafts, and everybody else waits meanwhile."""
    now = runtime.clock.now()
    rows: list[dict[str, object]] = []
    drafts: list[NewDraft] = []
    # The oldest first, so that the newest stands at the head of the list of drafts.
    found = [(one.source, *new) for one in harvests for new in reversed(one.new)]
    for source, entry, written in found:
        item_id = runtime.identifiers.new("itm")
        rows.append(
            {
                "id": item_id,
                "workspace_id": workspace_id,
                "source_id": source["id"],
                "source_type": source["type"],
                "fingerprint": entry.fingerprint,
                "title": entry.title,
                "link": entry.link,
                "content": entry.content,
                "published_at": entry.published,
                "created_at": now,
            }
        )
        drafts += [
            NewDraft(
                format=name,
                status=PENDING_REVIEW,
                text=one.text,
                item_id=item_id,
                confidence=one.confidence,
                tags=source["config"].get("tags", ()),
            )
            for name, one in written.items()
        ]
    if rows:
        connection.execute(insert(items), rows)
    add_drafts(connection, runtime, workspace_id=workspace_id, new=drafts)


def _error(harvests: Sequence[_Harvest]) -> str | None:
    """Say what went wrong: the first cause, and how many sources failed."""
    failed = [harvest for harvest in harvests if harvest.error]
    if not failed:
        return None
    first = failed[0]
    return f"{first.error} ({len(failed)} of {len(harvests)} sources failed, first {first.source['name']})"


def _finish(
    connection: Connection, runtime: Runtime, job: Job, *, status: str, error: str | None, **counts: int
) -> None:
    ending = update(pipeline_runs).where(
        pipeline_runs.c.id == job.subject_id, pipeline_runs.c.status.in_((QUEUED, RUNNING))
    )
    connection.execute(ending.values(status=status, error=error, finished_at=runtime.clock.now(), **counts))
