"""The slots of the schedule: the times of the week at which drafts are posted (contract, section 2)."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count

from attrs import asdict, frozen
from sqlalchemy import Connection, delete, insert, select

from pandocast_server.errors import conflict
from pandocast_server.passband.drafts.transitions import SCHEDULED
from pandocast_server.passband.locking import lock_workspace
from pandocast_server.storage.passband_tables import drafts, slots

_NO_SLOT_LEFT = "There is no free slot before the year 10000"

_WEEK = timedelta(weeks=1)


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
        """Return it as answers have it."""
        return {"dayOfWeek": self.day_of_week, "hour": self.hour, "minute": self.minute}


def replace_all(connection: Connection, workspace_id: str, new: Sequence[Slot]) -> None:
    """Put `new` in the place of all slots of a workspace; what is scheduled keeps its time."""
    lock_workspace(connection, workspace_id)
    connection.execute(delete(slots).where(slots.c.workspace_id == workspace_id))
    if new:
        connection.execute(insert(slots), [{"workspace_id": workspace_id, **asdict(slot)} for slot in new])


def slots_of(connection: Connection, workspace_id: str) -> list[Slot]:
    """Return the slots of a workspace, sorted by day, hour and minute."""
    query = select(slots.c.day_of_week, slots.c.hour, slots.c.minute)
    return sorted(Slot(*row) for row in connection.execute(query.where(slots.c.workspace_id == workspace_id)))


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
        """Return the earliest that has not been taken.

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
        configured = slots_of(self._connection, self._workspace_id)
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


def _occurrences(week: Sequence[Slot], after: datetime) -> Iterator[datetime]:
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0)
    sunday = midnight - timedelta(days=midnight.isoweekday() % 7)
    with suppress(OverflowError):
        for number in count():
            for slot in week:
                moment = sunday + number * _WEEK + slot.into_week
                if moment > after:
                    yield moment
