"""What each action does to a draft, beside moving it (contract, "Draft actions")."""

from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import field, frozen
from sqlalchemy import Connection, RowMapping

from pandocast_server.errors import bad_request
from pandocast_server.fields import Fields, optional_flag, optional_time
from pandocast_server.passband.draft_fields import read_feedback, read_platforms
from pandocast_server.passband.drafts import check_allowed, move
from pandocast_server.passband.posting import post_now
from pandocast_server.passband.regenerating import regenerate
from pandocast_server.passband.scheduling import put_on_schedule
from pandocast_server.passband.slots import FreeSlots
from pandocast_server.runtime import Runtime

_TIMED = frozenset({"schedule", "reschedule"})


@frozen(kw_only=True)
class Asked:
    """What came along with an action; each action takes what is its own.

    Attributes:
        feedback: Why a draft is rejected or unapproved.
        scheduled_at: In the future; None for the next free slot.
        platforms: Where to post; None for all that are connected.
    """

    feedback: str | None = field(repr=False)
    scheduled_at: datetime | None
    platforms: list[str] | None


def read_asked(body: Fields, action: str, *, now: datetime) -> Asked:
    """Read what comes along with an action.

    What belongs to another action is checked by itself and ignored.

    Raises:
        ApiError: 400, a field is out of its bounds, or the time is missing, past, or given beside
            `smartSchedule`.
    """
    scheduled_at, smart = optional_time(body, "scheduledAt"), optional_flag(body, "smartSchedule")
    asked = Asked(feedback=read_feedback(body), scheduled_at=scheduled_at, platforms=read_platforms(body))
    if action not in _TIMED:
        return asked
    if scheduled_at is not None and smart:
        raise bad_request("scheduledAt cannot be given together with smartSchedule")
    if scheduled_at is None and action == "reschedule":
        raise bad_request("scheduledAt is missing")
    if scheduled_at is not None and scheduled_at <= now:
        raise bad_request("scheduledAt must be in the future")
    return asked


def take(
    connection: Connection, runtime: Runtime, draft: RowMapping, action: str, asked: Asked, *, free: FreeSlots
) -> str:
    """Take an action on a draft, in a transaction that writes and has read it; then announce the work.

    Args:
        connection: That transaction.
        runtime: The parts of this server.
        draft: The draft as `find_draft` gave it.
        action: One of `ACTIONS`.
        asked: What came along with it.
        free: The free slots of this transaction, which actions on other drafts may take from too.

    Returns:
        The id of the draft to answer with: the same, or that of the one which replaces it.

    Raises:
        ApiError: 409, the table has no such transition, no slot is free, or a platform is not connected.
    """
    if action == "regenerate":
        return regenerate(connection, runtime, draft)
    if action == "schedule":
        check_allowed(draft, action)  # before a slot is taken for it
        put_on_schedule(connection, runtime, draft, at=asked.scheduled_at or free.take())
    else:
        _DOERS.get(action, _only_move(action))(connection, runtime, draft, asked)
    return str(draft["id"])


_Doer = Callable[[Connection, Runtime, RowMapping, Asked], None]


def _only_move(action: str) -> _Doer:
    return lambda connection, runtime, draft, _asked: move(connection, runtime, draft, action)


def _reject(connection: Connection, runtime: Runtime, draft: RowMapping, asked: Asked) -> None:
    move(connection, runtime, draft, "reject", values={"rejection_feedback": asked.feedback})


def _unapprove(connection: Connection, runtime: Runtime, draft: RowMapping, asked: Asked) -> None:
    move(connection, runtime, draft, "unapprove", values={"feedback": asked.feedback})


def _reschedule(connection: Connection, runtime: Runtime, draft: RowMapping, asked: Asked) -> None:
    if asked.scheduled_at is None:
        raise ValueError("a draft is rescheduled to a time")
    put_on_schedule(connection, runtime, draft, at=asked.scheduled_at, action="reschedule")


def _cancel(connection: Connection, runtime: Runtime, draft: RowMapping, _asked: Asked) -> None:
    move(connection, runtime, draft, "cancel_schedule", values={"scheduled_at": None})


def _post(connection: Connection, runtime: Runtime, draft: RowMapping, asked: Asked) -> None:
    post_now(connection, runtime, draft, asked.platforms)


_DOERS: Mapping[str, _Doer] = {
    "reject": _reject,
    "unapprove": _unapprove,
    "reschedule": _reschedule,
    "cancel_schedule": _cancel,
    "post": _post,
}
