"""How a database of an older version is brought up to date; tables that are missing are made beforehand."""

from collections.abc import Mapping, Sequence

_OPEN_JOBS = """
    INSERT INTO open_jobs (workspace_id, kind, lane, subject_id, payload, failures, claims, due_at)
    SELECT workspace_id, kind, CASE lane WHEN 'main' THEN workspace_id ELSE workspace_id || '/' || lane END,
        subject_id, payload, 0, 0, due_at
    FROM jobs WHERE status IN ('pending', 'running') ORDER BY seq
"""
_OPEN_DELIVERIES = """
    INSERT INTO open_jobs (workspace_id, kind, lane, subject_id, failures, claims, due_at)
    SELECT workspace_id, 'delivery', workspace_id || '/' || endpoint_id, id, 0, 0, 0
    FROM deliveries WHERE status IN ('pending', 'sending') ORDER BY position
"""

STEPS: Mapping[int, Sequence[str]] = {
    2: ("ALTER TABLE jobs ADD COLUMN lane VARCHAR(20) NOT NULL DEFAULT 'main'",),
    3: (
        _OPEN_JOBS,
        _OPEN_DELIVERIES,
        "UPDATE deliveries SET status = 'pending' WHERE status = 'sending'",
        "DROP TABLE jobs",
        "DROP INDEX deliveries_line",
        "DROP INDEX deliveries_position",
        "ALTER TABLE deliveries DROP COLUMN position",
        "ALTER TABLE deliveries DROP COLUMN lease_token",
        "ALTER TABLE deliveries DROP COLUMN lease_until",
        "CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id, seq)",
    ),
}
"""The statements that lead to each version from the one before it."""
