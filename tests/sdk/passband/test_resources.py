"""The methods of the Passband clients: those of the contract, alike in both flavours, each documented."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import pytest
from support.passband_wire import OPTIONS

from pandocast_sdk import AsyncPassband, Passband
from pandocast_sdk._core.operations.passband_routes import ROUTES

METHODS: Mapping[str, Mapping[str, str]] = {
    "drafts": {
        "list": "status format limit cursor source_id source_type tags scheduled_after scheduled_before"
        " position prefetch",
        "create": "text format images tags target_platforms",
        "generate": "url prompt formats images tags target_platforms",
        "get": "id",
        "wait_until_generated": "id timeout",
        "wait_many_until_generated": "ids timeout on_update",
        "edit": "id text",
        "approve": "id",
        "reject": "id feedback",
        "unapprove": "id feedback",
        "regenerate": "id",
        "schedule": "id scheduled_at smart",
        "reschedule": "id scheduled_at",
        "cancel_schedule": "id",
        "archive": "id",
        "post": "id platforms",
        "bulk": "action ids feedback scheduled_at smart_schedule",
    },
    "pipeline": {"trigger": "", "runs": "limit cursor position prefetch", "stats": "", "wait": "timeout"},
    "voice_profile": {"get": "", "update": "style avoid examples formats"},
    "engagement": {
        "summary": "top",
        "record": "draft_id platform post_id status error_message likes replies reposts impressions clicks",
    },
    "experiments": {"list": "status", "create": "name parameter variants"},
    "sources": {
        "list": "",
        "create": "name type url config",
        "update": "id name type url enabled config",
        "delete": "id",
        "test": "id",
    },
    "schedule": {
        "slots": "",
        "replace_slots": "slots",
        "enqueue": "draft_id",
        "unscheduled": "",
        "conflicts": "scheduled_at exclude_draft_id",
        "recommended_times": "platforms",
        "best_times": "platform",
        "bulk": "draft_ids",
        "is_paused": "",
        "pause": "",
        "resume": "",
    },
    "calendar": {"feed": ""},
}
BY_POSITION = {"id", "ids", "draft_id", "action", "slots"}
"""What may be given without its name, besides the time of `conflicts`."""

CLIENTS = {"sync": Passband(**OPTIONS), "async": AsyncPassband(**OPTIONS)}
EVERY_CLIENT = pytest.mark.parametrize("client", list(CLIENTS.values()), ids=list(CLIENTS))


def methods(client: object, area: str) -> dict[str, Any]:
    found = inspect.getmembers(getattr(client, area), inspect.ismethod)
    return {name: method for name, method in found if not name.startswith("_")}


@EVERY_CLIENT
@pytest.mark.parametrize("area", list(METHODS))
def test_the_methods_and_their_parameters_are_those_of_the_contract(client: object, area: str) -> None:
    found = methods(client, area)
    assert {name: " ".join(inspect.signature(found[name]).parameters) for name in found} == METHODS[area]


@EVERY_CLIENT
@pytest.mark.parametrize("area", list(METHODS))
def test_only_what_is_acted_on_is_given_by_position(client: object, area: str) -> None:
    for name, method in methods(client, area).items():
        parameters = inspect.signature(method).parameters.values()
        free = {parameter.name for parameter in parameters if parameter.kind is not parameter.KEYWORD_ONLY}
        first = {"scheduled_at"} if name == "conflicts" else set[str]()
        assert free <= (BY_POSITION | first), name


@EVERY_CLIENT
@pytest.mark.parametrize("area", list(METHODS))
def test_every_method_says_what_it_raises_and_where_it_is_published(client: object, area: str) -> None:
    for name, method in methods(client, area).items():
        told = inspect.getdoc(method) or ""
        assert "Raises:" in told, name
        assert name.startswith("wait") or re.search(r'^Reference: "[A-Z].+"', told, re.MULTILINE), name


def test_there_is_a_method_for_every_operation() -> None:
    # The actions on one draft share an operation, `create` and `generate` do, `pause` and `resume` do, and
    # the three waits read what others list.
    assert sum(map(len, METHODS.values())) - 9 - 1 - 1 - 3 == len(ROUTES)
