"""What the documents and the server say differently of requests, and why: the one table of it.

The differential test compares each row with what it sends; the filter of schemathesis lets pass what is
explained here. It is made of the standard library alone, as that tool's environment has nothing of ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

EVERY_BODY = "*"


@dataclass(frozen=True)
class Difference:
    """Requests of which the document and the server say different things, and why that is so.

    Attributes:
        operations: The names of the operations, or `EVERY_BODY` for those that take a body.
        place: A pattern of the fields or parameters.
        value: A pattern of what is there.
        why: The reason.
        refusal: A pattern of the server's sentence; None where it accepts what the document does not.
    """

    operations: str
    place: str
    value: str
    why: str
    refusal: str | None

    def concerns(self, operation: str, *, has_body: bool) -> bool:
        """Tell whether this is about requests of an operation."""
        return has_body if self.operations == EVERY_BODY else operation in self.operations.split()

    def explains(self, place: str, value: str, refusal: str | None) -> bool:
        """Tell whether this is about a request to one of the operations, and what the server says of it."""
        return (
            re.fullmatch(self.place, place) is not None
            and re.fullmatch(self.value, value, re.DOTALL) is not None
            and self.explains_refusal(refusal)
        )

    def explains_refusal(self, refusal: str | None) -> bool:
        """Tell whether this is what the server says of a request, or says when it accepts it."""
        if self.refusal is None or refusal is None:
            return self.refusal is refusal
        return re.fullmatch(self.refusal, refusal, re.DOTALL) is not None


TIMES = "scheduled_?[aA]t"
DIFFERENCES: Sequence[Difference] = (
    Difference(
        EVERY_BODY,
        place=r".*",
        value=r'.*"a\\u0000".*',
        why="NUL is refused in any JSON; a pattern for each text of unknown fields would be a schema of JSON",
        refusal=".* contains the character NUL",
    ),
    Difference(
        EVERY_BODY,
        place="unknown",
        value=r"\[{60,}.*",
        why="no schema counts levels",
        refusal="The request body is nested deeper than 64 levels",
    ),
    Difference(
        "replace_slots",
        place="unknown",
        value="in one of two that are the same",
        why="no schema says that items differ in more than what is ignored of them",
        refusal="No two slots can be the same",
    ),
    Difference(
        "generate_content",
        place="voice_profile_id.*",
        value='".*',
        why="the one profile that there is has the workspace's own id",
        refusal="voice_profile_id names no voice profile of this workspace: .*",
    ),
    Difference(
        "generate_content",
        place=".*selected_platforms.*",
        value='.*".*',
        why="a generator may bring other platforms, so the document does not list them",
        refusal="selected_platforms names an unknown platform: .*",
    ),
    Difference(
        "schedule_output update_draft bulk_draft_action",
        place=TIMES,
        value='"2026-03-28T10:00:00Z"',
        why="no schema knows what time it is",
        refusal=f"{TIMES} must be in the future",
    ),
    Difference(
        "schedule_output",
        place="scheduled_at",
        value='"9999-12-31T23:55:00Z"',
        why="no schema compares times; the latest is in the description",
        refusal="scheduled_at must not be so far in the future",
    ),
    Difference(
        "schedule_output update_draft bulk_draft_action list_drafts check_conflicts",
        place="scheduled_?(at|At|After|Before)",
        value='"2026-03-30 14:00:00Z"',
        why="a blank for T, which RFC 3339 allows for readability, and the format `date-time` does not",
        refusal=None,
    ),
    Difference(
        "list_drafts list_pipeline_runs",
        place="cursor",
        value=".*",
        why="a cursor is good if it was issued",
        refusal="cursor is not one that this list has given",
    ),
    Difference(
        "create_drafts create_source update_source",
        place=r"(images\.\*\.)?url",
        value=r'"(https://example\.com:65536|http://\[:::\])/"',
        why="the largest port, and what IPv6 may look like, would make the pattern unreadable",
        refusal=r"(images\[0\]\.)?url has a malformed host or port",
    ),
    Difference(
        "create_experiment",
        place="variants",
        value=r'\[(\{"name": "a", "value": "a"\}(, )?){2}\]',
        why="no schema says that the names of the items differ",
        refusal="variants must have distinct names",
    ),
    Difference(
        "create_source update_source",
        place="type|.*, type|type, .*",
        value='.*"twitter".*',
        why="published, but not available without credentials",
        refusal="type twitter is not available without credentials",
    ),
    Difference(
        "create_source",
        place="url",
        value='"HTTPS://EXAMPLE.com"',
        why="a source is kept if its feed can be read",
        refusal="The feed .*",
    ),
    Difference(
        "update_draft update_source",
        place="body",
        value="absent",
        why="published as not required; without one there is nothing to do, as with {}",
        refusal="Either action or text must be given, and not both|one of name, .* must be given",
    ),
)
