"""The pipeline: triggering runs, listing them, their statistics."""

from pandocast_server.routing import Call, Reply


def trigger_pipeline(call: Call) -> Reply:
    raise NotImplementedError


def list_pipeline_runs(call: Call) -> Reply:
    raise NotImplementedError


def get_pipeline_stats(call: Call) -> Reply:
    raise NotImplementedError
