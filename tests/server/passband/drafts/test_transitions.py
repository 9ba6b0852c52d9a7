"""The life of a draft: every status by every action, as the table has it and as written by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from support.draft_desk import TOMORROW, in_status, patch, read, set_slots
from support.in_process import Api, StillClock, open_api

from pandocast_server.passband.drafts.transitions import (
    EDIT,
    OUTCOMES,
    STATUSES,
    TRANSITIONS,
    Action,
    BulkAction,
)

EXTRAS = {"reschedule": {"scheduledAt": TOMORROW}}

# By hand, from the contract: what each action leads to from each status; "-" is a conflict. A draft that is
# regenerated is archived, and the answer is another.
GRID = """
                    approve   reject    unapprove       regenerate schedule  reschedule cancel_schedule post   archive  edit
pending_generation  -         -         -               -          -         -          -               -      archived -
pending_review      approved  rejected  -               archived   -         -          -               -      archived pending_review
approved            -         rejected  pending_review  -          scheduled -          -               posted archived approved
rejected            approved  -         -               archived   -         -          -               -      archived rejected
scheduled           -         -         -               -          -         scheduled  approved        posted archived scheduled
posted              -         -         -               -          -         -          -               -      -        -
failed              -         -         -               -          -         -          -               -      archived -
archived            -         -         -               -          -         -          -               -      -        -
"""  # noqa: E501 - a table is read as a whole


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        set_slots(api)
        yield api


def by_hand() -> dict[tuple[str, str], str]:
    actions, *rows = [line.split() for line in GRID.strip().splitlines()]
    return {(row[0], action): after for row in rows for action, after in zip(actions, row[1:], strict=True)}


def by_the_table() -> dict[tuple[str, str], str]:
    return {
        (status, action): (row.target or status) if status in row.sources else "-"
        for action, row in TRANSITIONS.items()
        for status in STATUSES
    }


def through_the_handlers(api: Api) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for status in STATUSES:
        for action in TRANSITIONS:
            draft_id = in_status(api, status)
            body = {"text": "New"} if action == EDIT else {"action": action, **EXTRAS.get(action, {})}
            answer = patch(api, draft_id, **body)
            after = read(api, draft_id)["status"]
            if answer.status_code == 409:
                assert answer.json()["code"] == "conflict"
                assert status in answer.json()["error"]
                assert after == status
            else:
                assert answer.status_code == 200, answer.text
            found[status, action] = "-" if answer.status_code == 409 else after
    return found


def test_the_handlers_do_what_the_table_says(api: Api) -> None:
    assert through_the_handlers(api) == by_the_table()


def test_the_handlers_do_what_was_written_by_hand(api: Api) -> None:
    expected = by_hand()
    assert len(expected) == 8 * 10
    assert through_the_handlers(api) == expected


def test_what_the_server_does_by_itself_is_another_table() -> None:
    assert not set(OUTCOMES) & set(TRANSITIONS)
    assert {name: (sorted(row.sources), row.target) for name, row in OUTCOMES.items()} == {
        "generated": (["pending_generation"], "pending_review"),
        "generation_failed": (["pending_generation"], "failed"),
        "post_failed": (["approved", "scheduled"], "failed"),
    }


def test_every_status_can_be_reached_and_only_two_have_no_way_out() -> None:
    reached = {row.target for row in (*TRANSITIONS.values(), *OUTCOMES.values())} - {None}
    assert reached | {"pending_generation"} == set(STATUSES)
    left = set().union(*(row.sources for row in (*TRANSITIONS.values(), *OUTCOMES.values())))
    assert set(STATUSES) - left == {"posted", "archived"}


def test_editing_is_no_action_and_bulk_has_some_of_them() -> None:
    assert {*get_args(Action)} == {*TRANSITIONS} - {EDIT}
    assert {*get_args(BulkAction)} < {*get_args(Action)}
