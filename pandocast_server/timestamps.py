"""How times are written on the wire and kept in the database."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wire_text(moment: datetime) -> str:
    """Write a time as answers carry it: UTC, `Z`, no fraction when it is zero (contract, "Bodies")."""
    return f"{moment.astimezone(UTC).isoformat()[:-6]}Z"


def webhook_text(moment: datetime) -> str:
    """Write a time as webhook bodies carry it: exactly three digits of milliseconds and `Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def to_microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970, exactly: a float would round."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(microseconds: int) -> datetime:
    """Return the aware UTC time that `to_microseconds` was given."""
    return EPOCH + timedelta(microseconds=microseconds)
