"""Which step an upload has failed in, as far as one client can know: the service says only that it failed."""

from contextlib import suppress
from typing import Literal, TypeAlias

Step: TypeAlias = Literal["analysis", "generation"]

_MOST_UPLOADS = 10_000  # that are remembered; more are hardly waited for at once

_STEPS: dict[str, Step] = {
    "analyzing": "analysis",
    "analyzed": "generation",
    "generating": "generation",
    "generated": "generation",
}
"""The step in which an upload that was seen in a status may fail from then on."""


class KnownSteps:
    """What one client has seen of uploads: those it has made, begun to generate for, or waited for."""

    def __init__(self) -> None:
        self._steps: dict[str, Step] = {}

    def saw(self, content_id: str, status: str) -> None:
        """Remember that an upload was in a status; `failed` and those that are unknown say nothing."""
        if status not in _STEPS:
            return
        self._steps[content_id] = _STEPS[status]
        if len(self._steps) > _MOST_UPLOADS:
            with suppress(KeyError, RuntimeError, StopIteration):  # other threads remember, too
                del self._steps[next(iter(self._steps))]

    def failed_step(self, content_id: str, *, awaited: Step, last_status: str | None) -> Step | None:
        """Return the step in which an upload has failed, or None where nobody here can say.

        What was once analysed can only fail in generation. What was not may have been generated for by
        another client since: a wait for generation believes in a failed analysis only if it has seen it.

        Args:
            content_id: The upload.
            awaited: The step whose end is waited for.
            last_status: The status that the wait saw before `failed`, if it saw one.
        """
        step = self._steps.get(content_id)
        if step == "analysis" and awaited == "generation" and last_status != "analyzing":
            return None
        return step
