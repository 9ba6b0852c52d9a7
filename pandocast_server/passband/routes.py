"""The operations of the Passband API, in the order of its reference (contract, section 2)."""

from pandocast_server.passband.calendar import get_calendar_feed, read_calendar
from pandocast_server.passband.conflicts import check_conflicts
from pandocast_server.passband.draft_actions import bulk_draft_action, update_draft
from pandocast_server.passband.draft_creating import create_drafts
from pandocast_server.passband.draft_list import get_draft, list_drafts
from pandocast_server.passband.engagement import get_engagement, record_engagement
from pandocast_server.passband.experiments import create_experiment, list_experiments
from pandocast_server.passband.pause import get_pause, set_pause
from pandocast_server.passband.pipeline import list_pipeline_runs, trigger_pipeline
from pandocast_server.passband.pipeline_stats import get_pipeline_stats
from pandocast_server.passband.posting_times import get_best_times, get_recommended_times
from pandocast_server.passband.queue import bulk_schedule, enqueue_draft, list_unscheduled
from pandocast_server.passband.slots import get_slots, replace_slots
from pandocast_server.passband.sources import (
    create_source,
    delete_source,
    list_sources,
    test_source,
    update_source,
)
from pandocast_server.passband.voice_profile import get_voice_profile, update_voice_profile
from pandocast_server.routing import Body, Handler, Route


def _route(method: str, path: str, success: int, handler: Handler, body: Body = "object") -> Route:
    return Route(
        operation_id=handler.__name__, method=method, path=path, success=success, handler=handler, body=body
    )


ROUTES = (
    _route("GET", "/drafts", 200, list_drafts),
    _route("POST", "/drafts", 201, create_drafts),
    _route("POST", "/drafts/bulk", 200, bulk_draft_action),
    _route("GET", "/drafts/{id}", 200, get_draft),
    _route("PATCH", "/drafts/{id}", 200, update_draft, body="optional"),
    _route("POST", "/pipeline/trigger", 202, trigger_pipeline, body="none"),
    _route("GET", "/pipeline/runs", 200, list_pipeline_runs),
    _route("GET", "/pipeline/stats", 200, get_pipeline_stats),
    _route("GET", "/voice-profile", 200, get_voice_profile),
    _route("PUT", "/voice-profile", 200, update_voice_profile),
    _route("GET", "/engagement", 200, get_engagement),
    _route("PUT", "/engagement", 200, record_engagement),
    _route("GET", "/experiments", 200, list_experiments),
    _route("POST", "/experiments", 201, create_experiment),
    _route("GET", "/sources", 200, list_sources),
    _route("POST", "/sources", 201, create_source),
    _route("PATCH", "/sources/{id}", 200, update_source, body="optional"),
    _route("DELETE", "/sources/{id}", 200, delete_source),
    _route("POST", "/sources/{id}/test", 200, test_source, body="none"),
    _route("GET", "/schedule/slots", 200, get_slots),
    _route("PUT", "/schedule/slots", 200, replace_slots, body="array"),
    _route("POST", "/schedule/queue", 200, enqueue_draft),
    _route("GET", "/schedule/unscheduled", 200, list_unscheduled),
    _route("GET", "/schedule/conflicts", 200, check_conflicts),
    _route("GET", "/schedule/recommended-times", 200, get_recommended_times),
    _route("GET", "/schedule/best-times", 200, get_best_times),
    _route("POST", "/schedule/bulk", 200, bulk_schedule, body="optional"),
    _route("GET", "/schedule/pause", 200, get_pause),
    _route("PUT", "/schedule/pause", 200, set_pause),
    _route("GET", "/calendar/feed", 200, get_calendar_feed),
)

# The published operation gives its address; this is what answers there.
CALENDAR = Route(
    operation_id="read_calendar",
    method="GET",
    path="/calendar/{workspace}/{file}",
    success=200,
    handler=read_calendar,
    is_public=True,
)
