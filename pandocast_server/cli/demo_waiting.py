"""Waiting for what the server does to a draft in the background."""

import time

from pandocast_sdk import Passband
from pandocast_sdk.models.drafts import Draft, DraftStatus
from pandocast_server.cli.demo_run import DemoError

_SECONDS_BETWEEN_LOOKS = 0.02


def wait_for_draft(
    client: Passband, draft_id: str, *, before: DraftStatus, after: DraftStatus, done: str, timeout: float
) -> Draft:
    """Wait until a draft has gone from one status to another, and give it as it is then.

    Args:
        client: Asks for it, again and again.
        draft_id: Which draft.
        before: Its status for as long as nothing has been done.
        after: Its status when all went well.
        done: What is done to it, as in "a draft was not posted".
        timeout: Seconds to wait at most.

    Raises:
        DemoError: It is in another status, or has not left the first in time.
        PandocastError: It could not be read.
    """
    expires = time.monotonic() + timeout
    while (draft := client.drafts.get(draft_id)).status == before:
        if time.monotonic() > expires:
            raise DemoError(f"a draft was not {done} within {timeout:g} seconds")
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    if draft.status != after:
        raise DemoError(f"a draft could not be {done}: {draft.feedback or draft.status}")
    return draft
