"""What schemathesis has to know of the server that no schema says.

It goes by `SCHEMATHESIS_HOOKS`. The differences that let a failure pass are those of the differential test.
"""

import json
import os
import re
from typing import Any, cast

import schemathesis
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import RejectedPositiveData
from support.document_differences import DIFFERENCES

STAND_INS = {
    "https://example.com/feed.xml": os.environ["FEED_URL"],
    "vp_abc123": os.environ["VOICE_PROFILE_ID"],
    "2026-03-30T14:00:00Z": "2199-03-30T14:00:00Z",
}
"""What there is, for what the examples of the documents name."""
STATES = (
    r"Content must be in status analyzed to generate; this content is \w+",
    r"Only a draft or approved output can be scheduled; this one is \w+",
)
"""How Pandocast refuses for a state, which no schema knows: with 400, as published, and not with 409."""


@schemathesis.hook  # type: ignore[untyped-decorator]  # only its own session installs it
def before_call(_context: object, case: schemathesis.Case, _arguments: object) -> None:
    """Put what there is into an example, so that it comes further than to a refusal."""
    if case.meta is not None and case.meta.generation.mode.is_positive and isinstance(case.body, dict | list):
        text = json.dumps(case.body)
        for example, there in STAND_INS.items():
            text = text.replace(json.dumps(example), json.dumps(there))
        case.body = json.loads(text)


@schemathesis.hook  # type: ignore[untyped-decorator]  # only its own session installs it
def filter_failure(_context: object, failure: Exception, case: schemathesis.Case, response: Response) -> bool:
    """Keep a failure, but for one that the table explains."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    described = cast("dict[str, Any]", case.operation.definition.raw)
    refusal = response.json()["error"]
    return not any(re.fullmatch(state, refusal) for state in STATES) and not any(
        row.concerns(described["operationId"], has_body="requestBody" in described)
        and row.explains_refusal(refusal)
        and (row.value != "absent" or not isinstance(case.body, dict | list))
        for row in DIFFERENCES
    )
