"""The default of a parameter for which None means something."""

from enum import Enum
from typing import Final

__all__ = ["NOT_GIVEN", "NotGiven"]


class NotGiven(Enum):
    """Says that an argument was left out."""

    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NOT_GIVEN: Final = NotGiven.NOT_GIVEN
