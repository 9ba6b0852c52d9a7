"""How a database of an older version is brought up to date; tables that are missing are made beforehand."""

from collections.abc import Mapping, Sequence

STEPS: Mapping[int, Sequence[str]] = {
    2: ("ALTER TABLE jobs ADD COLUMN lane VARCHAR(20) NOT NULL DEFAULT 'main'",),
}
"""The statements that lead to each version from the one before it."""
