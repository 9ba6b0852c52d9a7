"""Failures on demand, so that a test can see what a failed upload looks like."""

from collections import Counter
from threading import Lock

KINDS = ("analysis", "generation")


class InjectedFailures:
    """How many of the coming jobs of each workspace and kind are to fail."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: Counter[tuple[str, str]] = Counter()

    def add(self, workspace_id: str, kind: str) -> None:
        """Let the next job of this kind, `analysis` or `generation`, fail; another kind is a ValueError."""
        if kind not in KINDS:
            raise ValueError(f"only {' and '.join(KINDS)} can be made to fail, not {kind!r}")
        with self._lock:
            self._left[workspace_id, kind] += 1

    def take(self, workspace_id: str, kind: str) -> bool:
        """Return whether the job that now runs is to fail, and count it."""
        with self._lock:
            if self._left[workspace_id, kind] == 0:
                return False
            self._left[workspace_id, kind] -= 1
            return True
