"""The methods of the Passband clients: their names, arguments and documentation, in both flavours."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import pytest
from support.passband_wire import OPTIONS

from pandocast_sdk import AsyncPassband, Passband

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
"""What callers rely on; whatever is added to it breaks none of them."""

POSITIONAL = {"id", "ids", "draft_id", "action", "slots"}
"""The positional arguments, besides the time of `conflicts`."""

CLIENTS = {"sync": Passband(**OPTIONS), "async": AsyncPassband(**OPTIONS)}
RESOURCES = [name for name in vars(Passband) if not name.startswith("_")]
EVERY_CLIENT = pytest.mark.parametrize("client", list(CLIENTS.values()), ids=list(CLIENTS))


def methods(client: object, resource: str) -> dict[str, Any]:
    found = inspect.getmembers(getattr(client, resource), inspect.ismethod)
    return {name: method for name, method in found if not name.startswith("_")}


@EVERY_CLIENT
@pytest.mark.parametrize("resource", list(METHODS))
def test_the_methods_have_these_arguments(client: object, resource: str) -> None:
    found = methods(client, resource)
    known = {name: " ".join(inspect.signature(found[name]).parameters) for name in METHODS[resource]}
    assert known == METHODS[resource]


@EVERY_CLIENT
@pytest.mark.parametrize("resource", RESOURCES)
def test_other_arguments_are_keyword_only(client: object, resource: str) -> None:
    for name, method in methods(client, resource).items():
        parameters = inspect.signature(method).parameters.values()
        free = {parameter.name for parameter in parameters if parameter.kind is not parameter.KEYWORD_ONLY}
        first = {"scheduled_at"} if name == "conflicts" else set[str]()
        assert free <= (POSITIONAL | first), name


@EVERY_CLIENT
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_method_documents_its_errors_and_its_reference(client: object, resource: str) -> None:
    for name, method in methods(client, resource).items():
        docstring = inspect.getdoc(method) or ""
        assert "Raises:" in docstring, name
        assert name.startswith("wait") or re.search(r'^Reference: "[A-Z].+"', docstring, re.MULTILINE), name
