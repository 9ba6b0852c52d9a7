"""Generating drafts: their texts are written in the background (contract, "Generate mode")."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Final, cast

from attrs import evolve, field, frozen
from sqlalchemy import Connection, RowMapping, func, select, update

from pandocast_server.clock import event_loop
from pandocast_server.generation.cleaning import one_line
from pandocast_server.generation.platforms import PLATFORMS, Platform
from pandocast_server.generation.scoring import voice_match_score
from pandocast_server.generation.voice import VoiceProfile
from pandocast_server.outgoing import OutgoingError, fetch
from pandocast_server.pandocast.voice import read_voice
from pandocast_server.passband.drafts.models import MAX_TEXT
from pandocast_server.passband.drafts.pages import ACCEPTED, MAX_TITLE, Page, PageError, read_page
from pandocast_server.passband.drafts.rows import SELECT, NewDraft, add_drafts, check_allowed, move, settle
from pandocast_server.passband.drafts.transitions import PENDING_GENERATION
from pandocast_server.runtime import Runtime
from pandocast_server.storage.passband_tables import drafts, items
from pandocast_server.work.queue import Job, enqueue
from pandocast_server.work.worker import Outcome

GENERATION = "passband_generation"

FROM_URL = "url"
FROM_PROMPT = "prompt"
"""The types of items that no source has brought."""

# Voice profiles name formats where they speak of how many hashtags to set, so the ids are theirs.
_ROWS: Final = (
    evolve(PLATFORMS["twitter_single"], id="SHORT", format_name="Short post"),
    evolve(PLATFORMS["twitter_thread"], id="THREAD", format_name="Thread"),
    Platform("BLOG", "Blog article", MAX_TEXT, counting="code_points", shape="article"),
)
FORMATS: Final[Mapping[str, Platform]] = MappingProxyType({row.id: row for row in _ROWS})
"""Every format by its name on the wire; the row is what a text generator writes for."""

_LOG = logging.getLogger(__name__)

_LANE = "drafts"  # a page that keeps its readers waiting must not hold up what is posted
_UNFORESEEN = "The draft could not be written"


@frozen
class Written:
    """The text of a draft, and how well it matches the voice, from 0 to 1."""

    text: str = field(repr=False)
    confidence: float


@frozen(kw_only=True)
class _Material:
    """What drafts are written from; with an `unread_url`, what that leads to takes its place."""

    title: str
    content: str = field(repr=False)
    item_id: str | None = None
    unread_url: str | None = None
    notes: str | None = None
    turn: int = 0


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

    The notes say what to stress. The `turn` is 0 for the first draft from this content, 1 for the one that
    replaces it, and so on: each opens with another passage as long as there are any.
    """
    row = FORMATS[format]
    analysis = runtime.generator.analyze(content, title)
    text = runtime.generator.write(analysis, title, evolve(row, turn=row.turn + turn), voice, notes)
    return Written(text, voice_match_score(text, voice) / 100)


def have_generated(
    connection: Connection, runtime: Runtime, *, workspace_id: str, draft_ids: Sequence[str]
) -> None:
    """Have drafts in `pending_generation` written from their item; announce the work after the commit.

    Either all of them are written, or all are `failed`, with the reason in their feedback. One that was
    archived meanwhile stays archived.
    """
    enqueue(
        connection,
        runtime,
        workspace_id=workspace_id,
        kind=GENERATION,
        subject_id=draft_ids[0],
        payload={"draft_ids": list(draft_ids)},
        lane=_LANE,
    )


def regenerate(connection: Connection, runtime: Runtime, draft: RowMapping) -> str:
    """Archive a draft, have another written in its place, and return the id of that one.

    Raises:
        ApiError: 409, its status does not allow it.
    """
    check_allowed(draft, "regenerate")
    new = NewDraft(
        format=draft["format"],
        status=PENDING_GENERATION,
        item_id=draft["item_id"],
        tags=draft["tags"],
        images=draft["images"],
        target_platforms=draft["target_platforms"],
        regenerated_from_id=draft["id"],
    )
    [new_id] = add_drafts(connection, runtime, workspace_id=draft["workspace_id"], new=[new])
    move(connection, runtime, draft, "regenerate")
    have_generated(connection, runtime, workspace_id=draft["workspace_id"], draft_ids=[new_id])
    return new_id


def generate(runtime: Runtime, job: Job) -> Outcome | None:
    """Write the drafts of one request."""
    with runtime.database.read() as connection:
        waiting = _waiting(connection, job)
        if not waiting:
            return None
        voice = read_voice(connection, workspace_id=job.workspace_id)
        material = _read_material(connection, waiting[0])
    try:
        if material.unread_url is not None:
            page = _fetch_page(runtime, material.unread_url)
            material = evolve(material, title=page.title or material.title, content=page.text)
        written = {
            draft["id"]: write_draft(
                runtime,
                title=material.title,
                content=material.content,
                format=draft["format"],
                voice=voice,
                notes=material.notes,
                turn=material.turn,
            )
            for draft in waiting
        }
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
    query = SELECT.where(drafts.c.id.in_(wanted), drafts.c.status == PENDING_GENERATION)
    return connection.execute(query.order_by(drafts.c.seq)).mappings().all()


def _read_material(connection: Connection, draft: RowMapping) -> _Material:
    """Return the item of a draft, or else the text of the one that it replaces."""
    of_replaced = select(drafts.c.text, drafts.c.rejection_feedback)
    replaced = of_replaced.where(drafts.c.id == draft["regenerated_from_id"])
    text, feedback = connection.execute(replaced).one_or_none() or ("", None)
    turn = _count_replaced(connection, draft["id"])
    if draft["item_id"] is None:
        return _Material(title=one_line(text)[:MAX_TITLE], content=text, notes=feedback, turn=turn)
    item = connection.execute(select(items).where(items.c.id == draft["item_id"])).mappings().one()
    is_unread = item["source_type"] == FROM_URL and not item["content"]
    return _Material(
        title=item["title"],
        content=item["content"] or item["title"],
        item_id=item["id"],
        unread_url=item["link"] if is_unread else None,
        notes="\n".join(note for note in (item["prompt"], feedback) if note) or None,
        turn=turn,
    )


def _count_replaced(connection: Connection, draft_id: str) -> int:
    """Count the drafts that a draft came to replace, one after the other."""
    columns = (drafts.c.id, drafts.c.regenerated_from_id)
    line = select(*columns).where(drafts.c.id == draft_id).cte("line", recursive=True)
    line = line.union_all(select(*columns).join(line, drafts.c.id == line.c.regenerated_from_id))
    return connection.execute(select(func.count()).select_from(line)).scalar_one() - 1


def _fetch_page(runtime: Runtime, url: str) -> Page:
    """Fetch a page, in a job's own thread, which may wait."""
    private = runtime.settings.allows_private_targets
    with asyncio.Runner(loop_factory=event_loop) as runner:
        answer = runner.run(fetch(url, private_targets=private, accept=ACCEPTED))
    if answer.status // 100 != 2:
        raise PageError(f"it answered {answer.status}")
    return read_page(answer.body, answer.content_type)


def _record_texts(
    runtime: Runtime, material: _Material, written: Mapping[str, Written], connection: Connection
) -> None:
    if material.unread_url is not None:
        read = {"title": material.title, "content": material.content}
        connection.execute(update(items).where(items.c.id == material.item_id).values(read))
    for draft_id, draft in written.items():
        settle(connection, runtime, draft_id, "generated", text=draft.text, confidence=draft.confidence)


def _record_failure(runtime: Runtime, job: Job, reason: str, connection: Connection) -> None:
    for draft_id in cast("list[str]", job.payload["draft_ids"]):
        settle(connection, runtime, draft_id, "generation_failed", feedback=reason)
