"""The slots of the schedule: the times of the week at which drafts are posted (contract, section 2)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import cast

from attrs import frozen
from sqlalchemy import Connection, delete, insert, select

from pandocast_server.errors import bad_request, conflict
from pandocast_server.fields import is_whole
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.passband.transitions import SCHEDULED
from pandocast_server.routing import Call, Reply, json_reply
from pandocast_server.storage.passband_tables import drafts, slots

MOST_SLOTS = 500
_NO_SLOT_LEFT = "There is no free slot before the year 10000"

_WEEK = timedelta(weeks=1)
_LARGEST: Mapping[str, int] = {"dayOfWeek": 6, "hour": 23, "minute": 59}


@frozen(order=True)
class Slot:
    """A time of every week, in UTC.

    Attributes:
        day_of_week: 0 is Sunday, 6 Saturday.
        hour: 0 to 23.
        minute: 0 to 59.
    """

    day_of_week: int
    hour: int
    minute: int

    @property
    def into_week(self) -> timedelta:
        """How long after the beginning of Sunday it is."""
        return timedelta(days=self.day_of_week, hours=self.hour, minutes=self.minute)

    def on_the_wire(self) -> dict[str, object]:
        """Give it as bodies and answers have it."""
        return {"dayOfWeek": self.day_of_week, "hour": self.hour, "minute": self.minute}


def get_slots(call: Call) -> Reply:
    """Give the slots (reference, "Get schedule slots"), sorted by day, hour and minute."""
    with call.runtime.database.read() as connection:
        return _reply(_slots(connection, call.workspace_id))


def replace_slots(call: Call) -> Reply:
    """Replace all slots (reference, "Update schedule slots"); what is scheduled keeps its time."""
    given = _given_slots(call.rows)
    rows = [
        {
            "workspace_id": call.workspace_id,
            "day_of_week": slot.day_of_week,
            "hour": slot.hour,
            "minute": slot.minute,
        }
        for slot in given
    ]
    with call.runtime.database.write() as connection:
        lock_workspace(connection, call.workspace_id)
        connection.execute(delete(slots).where(slots.c.workspace_id == call.workspace_id))
        if rows:
            connection.execute(insert(slots), rows)
    return _reply(given)


class FreeSlots:
    """The slots strictly after a time at which no scheduled draft stands.

    They are those of one transaction, which must be one that writes and puts drafts there: from the first
    that is taken until it ends, nobody else is given a slot of the workspace. The schedule is read once, when
    a slot is asked for.
    """

    def __init__(self, connection: Connection, *, workspace_id: str, after: datetime) -> None:
        """Look at a schedule.

        Args:
            connection: That transaction.
            workspace_id: Whose schedule.
            after: A time in UTC, on the server's clock.
        """
        self._connection = connection
        self._workspace_id = workspace_id
        self._after = after
        self._free: Iterator[datetime] | None = None

    def take(self) -> datetime:
        """Give the earliest that has not been taken.

        Raises:
            ApiError: 409, no slots are configured, or time itself ends, with the year 9999, before there is
                a free one.
        """
        first = next(self._free or self.read(), None)
        if first is None:
            raise conflict(_NO_SLOT_LEFT)
        return first

    def read(self) -> Iterator[datetime]:
        """Read the schedule now, not only when the first slot is taken.

        Raises:
            ApiError: 409, no slots are configured.
        """
        lock_workspace(self._connection, self._workspace_id)
        configured = _slots(self._connection, self._workspace_id)
        if not configured:
            raise conflict("No schedule slots are configured")
        standing = select(drafts.c.scheduled_at).where(
            drafts.c.workspace_id == self._workspace_id,
            drafts.c.status == SCHEDULED,
            drafts.c.scheduled_at > self._after,
        )
        taken = frozenset(self._connection.scalars(standing))
        self._free = (moment for moment in _occurrences(configured, self._after) if moment not in taken)
        return self._free


def _slots(connection: Connection, workspace_id: str) -> list[Slot]:
    query = select(slots.c.day_of_week, slots.c.hour, slots.c.minute)
    return sorted(Slot(*row) for row in connection.execute(query.where(slots.c.workspace_id == workspace_id)))


def _occurrences(week: Sequence[Slot], after: datetime) -> Iterator[datetime]:
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    sunday = midnight - timedelta(days=midnight.isoweekday() % 7)
    with suppress(OverflowError):
        for number in count():
            for slot in week:
                moment = sunday + number * _WEEK + slot.into_week
                if moment > after:
                    yield moment


def _given_slots(rows: Sequence[object]) -> list[Slot]:
    if len(rows) > MOST_SLOTS:
        raise bad_request(f"A schedule has at most {MOST_SLOTS} slots, not {len(rows)}")
    places: dict[Slot, int] = {}
    for place, row in enumerate(rows):
        slot = _given_slot(row, f"slots[{place}]")
        first = places.setdefault(slot, place)
        if first != place:
            time = f"dayOfWeek {slot.day_of_week}, hour {slot.hour}, minute {slot.minute}"
            raise bad_request(f"slots[{place}] is the same as slots[{first}]: {time}")
    return sorted(places)


def _given_slot(row: object, name: str) -> Slot:
    if not isinstance(row, dict):
        raise bad_request(f"{name} must be an object with {', '.join(_LARGEST)}")
    body = cast("Mapping[str, object]", row)
    return Slot(*(_whole(body, part, f"{name}.{part}", most=most) for part, most in _LARGEST.items()))


def _whole(body: Mapping[str, object], part: str, name: str, *, most: int) -> int:
    if part not in body:
        raise bad_request(f"{name} is missing")
    value = body[part]
    if not is_whole(value, least=0, most=most):
        raise bad_request(f"{name} must be a whole number from 0 to {most}")
    return int(cast("int | float", value))


def _reply(found: Sequence[Slot]) -> Reply:
    return json_reply({"slots": [slot.on_the_wire() for slot in found]})
