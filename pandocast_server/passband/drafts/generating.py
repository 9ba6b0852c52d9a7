"""Generating drafts: their texts are written in the background (contract, "Generate mode")."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

from attrs import evolve, field, frozen
from sqlalchemy import Connection, RowMapping, select, update

from pandocast_server.clock import event_loop
from pandocast_server.generation.cleaning import one_line
from pandocast_server.generation.scoring import voice_match_score
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.outgoing import OutgoingError, fetch
from pandocast_server.pandocast.voice import read_voice
from pandocast_server.passband.drafts.formats import FORMATS
from pandocast_server.passband.drafts.pages import ACCEPTED, MAX_TITLE, PageError, read_page
from pandocast_server.passband.drafts.rows import SELECT, settle
from pandocast_server.passband.drafts.transitions import PENDING_GENERATION
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts, items
from pandocast_server.work.queue import Job, enqueue
from pandocast_server.work.worker import Outcome

GENERATION = "passband_generation"

_LOG = logging.getLogger(__name__)

_LANE = "drafts"  # a page that keeps its readers waiting must not hold up what is posted
_UNFORESEEN = "The draft could not be written"


@frozen
class Written:
    """The text of a draft.

    Attributes:
        text: At most `formats.MAX_TEXT` characters, not empty.
        confidence: How well it matches the voice, 0 to 1.
    """

    text: str = field(repr=False)
    confidence: float


@frozen(kw_only=True)
class _Material:
    """What drafts are written from; `is_new` when it was found just now and the item does not have it yet."""

    title: str
    content: str = field(repr=False)
    item_id: str | None = None
    link: str = ""
    notes: str | None = None
    is_new: bool = False


def write_draft(
    runtime: Runtime,
    *,
    title: str,
    content: str,
    format: str,  # noqa: A002 - the field's name, here as everywhere
    voice: VoiceProfile,
    notes: str | None = None,
    turn: int = 0,
) -> Written:
    """Write one draft; may take a second, and raises whatever the text generator raises.

    Args:
        runtime: The parts of this server.
        title: Of the material; used where the content has hardly anything to tell.
        content: The material: plain text, Markdown or a fragment of HTML.
        format: A row of `formats.FORMATS`.
        voice: Of the workspace.
        notes: What to stress.
        turn: 0 for the first draft from this material, 1 for the one that replaces it, and so on: each opens
            with another passage as long as there are any.
    """
    row = FORMATS[format]
    analysis = runtime.generator.analyze(content, title)
    text = runtime.generator.write(analysis, title, evolve(row, turn=row.turn + turn), voice, notes)
    return Written(text, voice_match_score(text, voice) / 100)


def have_generated(
    connection: Connection,
    runtime: Runtime,
    *,
    workspace_id: str,
    draft_ids: Sequence[str],
    fetches: bool = False,
    notes: str | None = None,
    turn: int = 0,
) -> None:
    """Have drafts in `pending_generation` written from their material; announce the work after the commit.

    The material is their item, which they share, or, for one without an item, the text of the draft that it
    replaces. Either all of them are written, or all are `failed`, with the reason in their feedback. A draft
    that was archived meanwhile stays archived.

    Args:
        connection: The transaction that added them.
        runtime: The parts of this server.
        workspace_id: Whose drafts they are.
        draft_ids: At least one.
        fetches: Whether the item's link is to be fetched first.
        notes: What to stress, beside what the item itself says.
        turn: As `write_draft`.
    """
    enqueue(
        connection,
        runtime,
        workspace_id=workspace_id,
        kind=GENERATION,
        subject_id=draft_ids[0],
        payload={"draft_ids": list(draft_ids), "fetches": fetches, "notes": notes, "turn": turn},
        lane=_LANE,
    )


def generate(runtime: Runtime, job: Job) -> Outcome | None:
    """Write the drafts of one request."""
    with runtime.database.read() as connection:
        waiting = _waiting(connection, job)
        if not waiting:
            return None
        voice = read_voice(connection, workspace_id=job.workspace_id)
        material = _read_material(connection, waiting[0])
    try:
        if job.payload["fetches"]:
            material = _fetched(runtime, material)
        written = {draft["id"]: _write(runtime, job, draft, material, voice) for draft in waiting}
    except (OutgoingError, PageError) as error:
        return Outcome(partial(_record_failure, runtime, job, f"The URL could not be read: {error}"))
    except Exception:  # noqa: BLE001 - whatever a generator raises is its drafts' failure, not the server's
        _LOG.exception("generating %s failed", ", ".join(draft["id"] for draft in waiting))
        return Outcome(partial(_record_failure, runtime, job, _UNFORESEEN))
    return Outcome(partial(_record_texts, runtime, material, written))


def give_up_generation(connection: Connection, runtime: Runtime, job: Job) -> None:
    """Write that drafts could not be brought to any end."""
    _record_failure(runtime, job, _UNFORESEEN, connection)


def _waiting(connection: Connection, job: Job) -> Sequence[RowMapping]:
    wanted = cast("list[str]", job.payload["draft_ids"])
    query = SELECT.where(drafts.c.id.in_(wanted), drafts.c.status == PENDING_GENERATION).order_by(
        drafts.c.seq
    )
    return connection.execute(query).mappings().all()


def _read_material(connection: Connection, draft: RowMapping) -> _Material:
    if draft["item_id"] is None:
        replaced = select(drafts.c.text).where(drafts.c.id == draft["regenerated_from_id"])
        text = str(connection.execute(replaced).scalar_one())
        return _Material(title=one_line(text)[:MAX_TITLE], content=text)
    item = connection.execute(select(items).where(items.c.id == draft["item_id"])).mappings().one()
    return _Material(
        item_id=item["id"],
        title=item["title"],
        content=item["content"] or item["title"],
        notes=item["prompt"],
        link=item["link"] or "",
    )


def _fetched(runtime: Runtime, material: _Material) -> _Material:
    """Replace what is known of a link by what it leads to; this is a job's own thread, which may wait."""
    private = runtime.settings.allows_private_targets
    with asyncio.Runner(loop_factory=event_loop) as runner:
        answer = runner.run(fetch(material.link, private_targets=private, accept=ACCEPTED))
    if answer.status // 100 != 2:
        raise PageError(f"it answered {answer.status}")
    page = read_page(answer.headers, answer.body)
    return evolve(material, title=page.title or material.title, content=page.text, is_new=True)


def _write(
    runtime: Runtime, job: Job, draft: RowMapping, material: _Material, voice: VoiceProfile
) -> Written:
    asked = (material.notes, cast("str | None", job.payload["notes"]))
    return write_draft(
        runtime,
        title=material.title,
        content=material.content,
        format=draft["format"],
        voice=voice,
        notes="\n".join(note for note in asked if note) or None,
        turn=cast("int", job.payload["turn"]),
    )


def _record_texts(
    runtime: Runtime, material: _Material, written: Mapping[str, Written], connection: Connection
) -> None:
    if material.is_new:
        found = {"title": material.title, "content": material.content}
        connection.execute(update(items).where(items.c.id == material.item_id).values(found))
    for draft_id, one in written.items():
        values = {"text": one.text, "confidence": one.confidence}
        settle(connection, runtime, draft_id, "generated", values)


def _record_failure(runtime: Runtime, job: Job, reason: str, connection: Connection) -> None:
    for draft_id in cast("list[str]", job.payload["draft_ids"]):
        settle(connection, runtime, draft_id, "generation_failed", {"feedback": reason})
