"""The published flows of both APIs, by the clients that openapi-python-client generates.

They are generated beside this program's PYTHONPATH as `pandocast_client` and `passband_client`.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from pandocast_client import AuthenticatedClient as PandocastClient
from pandocast_client.api.content import generate_content, list_content, upload_content
from pandocast_client.api.outputs import list_outputs, schedule_output
from pandocast_client.models import (
    Content,
    ContentPage,
    Generate,
    GenerationStarted,
    NotFoundError,
    Outputs,
    Schedule,
    Scheduled,
    Upload,
)
from passband_client import AuthenticatedClient as PassbandClient
from passband_client.api.calendar import get_calendar_feed
from passband_client.api.drafts import create_drafts, list_drafts, update_draft
from passband_client.api.experiments import create_experiment
from passband_client.api.pipeline import list_pipeline_runs, trigger_pipeline
from passband_client.api.schedule import check_conflicts, enqueue_draft, replace_slots
from passband_client.api.sources import create_source, delete_source
from passband_client.api.voice_profile import update_voice_profile
from passband_client.models import (
    CalendarFeed,
    ConflictError,
    Conflicts,
    CreatedDrafts,
    Deleted,
    DirectDraft,
    Draft,
    DraftAction,
    DraftPage,
    DraftUpdate,
    Enqueued,
    Experiment,
    NewExperiment,
    NewSource,
    PipelineRun,
    Slot,
    Source,
    SourceType,
    VoiceProfile,
    VoiceProfileUpdate,
)

T = TypeVar("T")


def until(find: Callable[[], T | None]) -> T:
    """Poll until something is found."""
    while True:
        found = find()
        if found is not None:
            return found
        time.sleep(0.05)


def publish(client: PandocastClient) -> None:
    """Upload, generate, read and schedule."""
    text = "Agents forget. Memory helps them plan. " * 20
    upload = Upload(title="Why AI Agents Need Memory", content_type="blog_post", raw_content=text)
    uploaded = upload_content.sync(client=client, body=upload)
    assert isinstance(uploaded, Content)

    def content_in(status: str) -> Content | None:
        page = list_content.sync(client=client, limit=10)
        assert isinstance(page, ContentPage)
        return next((row for row in page.items if row.id == uploaded.id and row.status == status), None)

    until(lambda: content_in("analyzed"))
    wanted = Generate(
        voice_profile_id=os.environ["VOICE_PROFILE_ID"],
        selected_platforms=["twitter_single", "linkedin_post"],
        emphasis_notes="Focus on the AI memory angle",
    )
    assert isinstance(generate_content.sync(uploaded.id, client=client, body=wanted), GenerationStarted)
    until(lambda: content_in("generated"))
    outputs = list_outputs.sync(uploaded.id, client=client)
    assert isinstance(outputs, Outputs)
    assert outputs.total == 2
    when = Schedule(output_id=outputs.items[0].id, scheduled_at=datetime(2199, 3, 30, 14, tzinfo=UTC))
    assert isinstance(schedule_output.sync(uploaded.id, client=client, body=when), Scheduled)
    missing = list_outputs.sync("missing", client=client)
    assert isinstance(missing, NotFoundError)
    assert missing.error == "Content not found"


def review(client: PassbandClient) -> None:
    """Create, edit, approve and queue a draft."""
    draft = DirectDraft(text="Check out our new feature launch!", tags=["launch"])
    created = create_drafts.sync(client=client, body=draft)
    assert isinstance(created, CreatedDrafts)
    draft_id = created.drafts[0].id
    edited = update_draft.sync(draft_id, client=client, body=DraftUpdate(text="Check out what we launched!"))
    assert isinstance(edited, Draft)
    approval = DraftUpdate(action=DraftAction.APPROVE)
    assert isinstance(update_draft.sync(draft_id, client=client, body=approval), Draft)
    replace_slots.sync(client=client, body=[Slot(day_of_week=2, hour=9, minute=0)])
    queued = enqueue_draft.sync(client=client, body=Enqueued(draft_id=draft_id))
    assert isinstance(queued, Draft)
    assert isinstance(queued.scheduled_at, datetime)
    conflicts = check_conflicts.sync(client=client, scheduled_at=queued.scheduled_at)
    assert isinstance(conflicts, Conflicts)
    assert conflicts.count == 1
    feed = get_calendar_feed.sync(client=client)
    assert isinstance(feed, CalendarFeed)
    assert feed.url
    assert isinstance(update_draft.sync(draft_id, client=client, body=approval), ConflictError)


def collect(client: PassbandClient) -> None:
    """Read a feed, and set up what its drafts are written by."""
    blog = NewSource(name="Blog", type_=SourceType.RSS, url=os.environ["FEED_URL"])
    source = create_source.sync(client=client, body=blog)
    assert isinstance(source, Source)
    trigger_pipeline.sync(client=client)

    def finished_run() -> PipelineRun | None:
        page = list_pipeline_runs.sync(client=client, limit=1)
        return next((run for run in page.runs if run.status == "completed"), None)

    assert until(finished_run).drafts_generated > 0
    page = list_drafts.sync(client=client, source_id=source.id)
    assert isinstance(page, DraftPage)
    assert page.drafts[0].item.source_type == "rss"
    profile = VoiceProfileUpdate.from_dict({"style": "plain", "formats": {"SHORT": {"emoji": False}}})
    changed = update_voice_profile.sync(client=client, body=profile)
    assert isinstance(changed, VoiceProfile)
    assert changed.formats.additional_properties == {"SHORT": {"emoji": False}}
    variants = [{"name": "A", "value": "calm"}, {"name": "B", "value": {"words": ["loud"]}, "weight": 2}]
    tone = NewExperiment.from_dict({"name": "Tone", "parameter": "tone", "variants": variants})
    assert isinstance(create_experiment.sync(client=client, body=tone), Experiment)
    assert isinstance(delete_source.sync(source.id, client=client), Deleted)


def main() -> None:
    key = os.environ["PANDOCAST_API_KEY"]
    publish(PandocastClient(base_url=os.environ["PANDOCAST_BASE_URL"], token=key))
    passband = PassbandClient(base_url=os.environ["PASSBAND_BASE_URL"], token=key)
    review(passband)
    collect(passband)
    print("The published flows work in generated Python.")  # noqa: T201 - a program


if __name__ == "__main__":
    main()
