"""The route table of Passband, the only one in the SDK.

The reference publishes the operations and one path, `/pipeline/runs`; the other paths are this project's
decision. If the service has another path, change its line here.
"""

from collections.abc import Mapping

from pandocast_sdk._core.requests.operation import RouteSpec

ROUTES: Mapping[str, RouteSpec] = {
    route.operation_id: route
    for route in (
        RouteSpec("list_drafts", "GET", "/drafts", 200),
        RouteSpec("create_drafts", "POST", "/drafts", 201),
        RouteSpec("get_draft", "GET", "/drafts/{id}", 200),
        RouteSpec("update_draft", "PATCH", "/drafts/{id}", 200),
        RouteSpec("bulk_draft_action", "POST", "/drafts/bulk", 200),
        RouteSpec("trigger_pipeline", "POST", "/pipeline/trigger", 202),
        RouteSpec("list_pipeline_runs", "GET", "/pipeline/runs", 200),
        RouteSpec("get_pipeline_stats", "GET", "/pipeline/stats", 200),
        RouteSpec("get_voice_profile", "GET", "/voice-profile", 200),
        RouteSpec("update_voice_profile", "PUT", "/voice-profile", 200),
        RouteSpec("get_engagement", "GET", "/engagement", 200),
        RouteSpec("record_engagement", "PUT", "/engagement", 200),
        RouteSpec("list_experiments", "GET", "/experiments", 200),
        RouteSpec("create_experiment", "POST", "/experiments", 201),
        RouteSpec("list_sources", "GET", "/sources", 200),
        RouteSpec("create_source", "POST", "/sources", 201),
        RouteSpec("update_source", "PATCH", "/sources/{id}", 200),
        RouteSpec("delete_source", "DELETE", "/sources/{id}", 200),
        RouteSpec("test_source", "POST", "/sources/{id}/test", 200),
        RouteSpec("get_slots", "GET", "/schedule/slots", 200),
        RouteSpec("replace_slots", "PUT", "/schedule/slots", 200),
        RouteSpec("enqueue_draft", "POST", "/schedule/queue", 200),
        RouteSpec("list_unscheduled", "GET", "/schedule/unscheduled", 200),
        RouteSpec("check_conflicts", "GET", "/schedule/conflicts", 200),
        RouteSpec("get_recommended_times", "GET", "/schedule/recommended-times", 200),
        RouteSpec("get_best_times", "GET", "/schedule/best-times", 200),
        RouteSpec("bulk_schedule", "POST", "/schedule/bulk", 200),
        RouteSpec("get_pause", "GET", "/schedule/pause", 200),
        RouteSpec("set_pause", "PUT", "/schedule/pause", 200),
        RouteSpec("get_calendar_feed", "GET", "/calendar/feed", 200),
    )
}
