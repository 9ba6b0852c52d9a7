"""What is kept of a row that cannot be read."""

import json
from dataclasses import dataclass, field

__all__ = ["Unreadable"]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row of a list that is not what the API reference publishes, as the service has sent it.

    Attributes:
        faults: What is wrong, one sentence for each fault; it names the field and never repeats its value.
        raw: The row's own bytes.
    """

    faults: tuple[str, ...]
    raw: bytes = field(repr=False)

    def json(self) -> object:
        """Return the decoded row; bytes that are not UTF-8 are replaced.

        Raises:
            ValueError: The row is nested too deeply, or has a number that is too long.
        """
        try:
            return json.loads(self.raw.decode("utf-8", "replace"), strict=False)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
