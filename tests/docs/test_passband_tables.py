"""The tables on Passband's pages are those that decide."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

import pytest
from support import doc_tables
from support.doc_pages import ROOT
from support.doc_tables import operation_faults, quoted

from pandocast_sdk import Passband
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_server.passband.drafts.models import PLATFORMS
from pandocast_server.passband.drafts.transitions import OUTCOMES, TRANSITIONS, Transition
from pandocast_server.passband.schedule.times import CUSTOMARY
from pandocast_server.passband.sources.models import SOURCE_TYPES, TWITTER, feed_url

UNCHANGED = "as it was"
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def table(page: str, *header: str) -> list[list[str]]:
    return doc_tables.table(ROOT / "docs" / page, *header)


def transitions(rows: Sequence[Sequence[str]]) -> dict[str, Transition]:
    shown: dict[str, Transition] = {}
    for (action,), sources, target in ((quoted(row[0]), row[-2], row[-1]) for row in rows):
        assert ", ".join(f"`{source}`" for source in quoted(sources)) == sources
        to = None if target == UNCHANGED else quoted(target)[0]
        shown[action] = Transition(frozenset(quoted(sources)), to)
    return shown


def test_drafts_show_the_transitions() -> None:
    rows = table("drafts.md", "action", "call", "from", "to")
    assert transitions(rows) == dict(TRANSITIONS)
    assert all(row[1].startswith(f"`drafts.{quoted(row[0])[0]}(") for row in rows)


def test_drafts_show_what_the_server_does_by_itself() -> None:
    assert transitions(table("drafts.md", "what happens", "from", "to")) == dict(OUTCOMES)


OPERATIONS = table("passband.md", *doc_tables.OPERATIONS)


def test_the_start_page_has_every_operation_with_its_route() -> None:
    assert list(operation_faults(ROOT / "docs/passband.md", [*ROUTES.values()])) == []


def calls() -> Iterator[str]:
    return chain.from_iterable(re.findall(r"`client\.(\w+\.\w+)\(", row[2]) for row in OPERATIONS)


@pytest.mark.parametrize("call", list(calls()))
def test_what_the_start_page_calls_exists(call: str) -> None:
    resource, method = call.split(".")
    with Passband(api_key="pk_test_none", base_url="https://passband.example") as client:
        assert callable(getattr(getattr(client, resource), method))


def test_the_platforms_are_connected_as_the_page_says() -> None:
    rows = table("passband-decisions.md", "platform", "connected in Settings as")
    assert {quoted(name)[0]: quoted(connection)[0] for name, connection in rows} == dict(PLATFORMS)


def test_the_customary_times_are_those_of_the_page() -> None:
    def times(cell: str) -> Iterator[tuple[int, int]]:
        for day, hour in (time.split() for time in cell.split(", ")):
            yield DAYS.index(day), int(hour)

    shown = {
        quoted(name)[0]: tuple(times(cell))
        for name, cell in table("passband-decisions.md", "platform", "best first")
    }
    assert shown == {platform: tuple(given) for platform, given in CUSTOMARY.items()}


def test_a_source_has_its_feed_where_the_page_says() -> None:
    rows = [
        [quoted(cell)[0] for cell in row]
        for row in table("sources-and-pipeline.md", "type", "address", "feed")
    ]
    assert {row[0] for row in rows} == {*SOURCE_TYPES} - {TWITTER}
    for source_type, address, feed in rows:
        assert feed_url(source_type, address) == feed
        assert feed_url(source_type, feed) == feed  # what looks like a feed's is left as it is
