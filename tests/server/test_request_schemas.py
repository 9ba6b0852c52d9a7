"""The models that requests are validated with say what the OpenAPI documents say, field by field."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel
from support.openapi_document import DESCRIPTIONS, MOUNT, PASSBAND_MOUNT
from support.openapi_operations import operations
from support.request_schemas import reduced, reduced_parameters, without_null

from pandocast_server.pandocast import content, generating, posts
from pandocast_server.passband import engagement, experiments, voice_profile
from pandocast_server.passband.drafts import models as drafts
from pandocast_server.passband.pipeline.routes import RunsQuery
from pandocast_server.passband.schedule import models as schedule
from pandocast_server.passband.sources import models as sources

BODIES: Mapping[str, type[BaseModel]] = {
    "upload_content": content.UploadBody,
    "generate_content": generating.GenerateBody,
    "schedule_output": posts.ScheduleBody,
    "create_drafts": drafts.NewDraftsBody,
    "update_draft": drafts.DraftUpdateBody,
    "bulk_draft_action": drafts.BulkBody,
    "update_voice_profile": voice_profile.VoiceProfileBody,
    "record_engagement": engagement.EngagementBody,
    "create_experiment": experiments.ExperimentBody,
    "create_source": sources.SourceBody,
    "update_source": sources.SourceUpdate,
    "replace_slots": schedule.SlotsBody,
    "enqueue_draft": schedule.QueueBody,
    "bulk_schedule": schedule.BulkScheduleBody,
    "set_pause": schedule.PauseBody,
}
QUERIES: Mapping[str, type[BaseModel]] = {
    "list_content": content.ContentQuery,
    "list_drafts": drafts.DraftsQuery,
    "list_pipeline_runs": RunsQuery,
    "get_engagement": engagement.EngagementQuery,
    "list_experiments": experiments.ExperimentsQuery,
    "check_conflicts": schedule.ConflictsQuery,
    "get_recommended_times": schedule.RecommendedTimesQuery,
    "get_best_times": schedule.BestTimesQuery,
}

DOCUMENTS = [DESCRIPTIONS[mount].at() for mount in (MOUNT, PASSBAND_MOUNT)]
DESCRIBED: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    operation["operationId"]: (document, operation)
    for document in DOCUMENTS
    for _, _, operation in operations(document)
}


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return reduced(schema, schema)


def parameters(operation_id: str) -> dict[str, Any]:
    document, operation = DESCRIBED[operation_id]
    return reduced_parameters(operation.get("parameters", ()), document)


def test_every_body_and_every_query_has_a_model() -> None:
    assert set(BODIES) == {name for name, (_, operation) in DESCRIBED.items() if "requestBody" in operation}
    assert set(QUERIES) == {name for name in DESCRIBED if parameters(name)["properties"]}


@pytest.mark.parametrize("operation_id", BODIES)
def test_a_body_is_validated_as_it_is_described(operation_id: str) -> None:
    document, operation = DESCRIBED[operation_id]
    described = operation["requestBody"]["content"]["application/json"]["schema"]
    assert model_schema(BODIES[operation_id]) == reduced(described, document)


@pytest.mark.parametrize("operation_id", QUERIES)
def test_a_query_is_validated_as_it_is_described(operation_id: str) -> None:
    assert without_null(model_schema(QUERIES[operation_id])) == parameters(operation_id)
