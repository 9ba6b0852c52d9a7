"""The engagement rate: (likes + replies + reposts + clicks) / impressions (contract, section 2).

It is a fraction: 0 without impressions, and more than 1 where an impression brought more than one reaction.
"""

from typing import Final

from sqlalchemy import ColumnElement, Float, RowMapping, case, cast

from pandocast_server.storage.passband_tables import engagement

_REACTIONS = engagement.c.likes + engagement.c.replies + engagement.c.reposts + engagement.c.clicks

RATE: Final[ColumnElement[float]] = case(
    (engagement.c.impressions > 0, cast(_REACTIONS, Float) / engagement.c.impressions), else_=0.0
)
"""The rate of a row, in statements."""


def engagement_rate(row: RowMapping) -> float:
    """Give the rate of a row that was read, to the last bit as a statement finds it."""
    reactions = float(row["likes"] + row["replies"] + row["reposts"] + row["clicks"])
    return reactions / row["impressions"] if row["impressions"] else 0.0
