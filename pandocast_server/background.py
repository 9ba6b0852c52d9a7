"""All that the server does beside its requests: what is done later, for both APIs, by the kind of job."""

from collections.abc import Mapping

from pandocast_server.delivery.endpoints import DELIVERY
from pandocast_server.delivery.sending import deliver, give_up_delivery
from pandocast_server.pandocast import content, generating, posts
from pandocast_server.passband.drafts import generating as draft_generating
from pandocast_server.passband.drafts import posting
from pandocast_server.passband.pipeline import run as pipeline_run
from pandocast_server.passband.schedule.scheduling import DUE_POST
from pandocast_server.runtime import Runtime
from pandocast_server.work.worker import Kind, Worker, computed

PROMPT: Mapping[str, Kind] = {
    content.ANALYSIS: computed(content.analyse, content.give_up_analysis),
    generating.GENERATION: computed(generating.generate, generating.give_up_generation),
    posts.PUBLISH: computed(posts.publish, posts.give_up_publishing),
    DUE_POST: computed(posting.post_when_due, posting.give_up_posting),
}
FETCHING: Mapping[str, Kind] = {
    draft_generating.GENERATION: computed(draft_generating.generate, draft_generating.give_up_generation),
    pipeline_run.PIPELINE: computed(pipeline_run.run_pipeline, pipeline_run.give_up_run),
}
DELIVERING: Mapping[str, Kind] = {DELIVERY: Kind(deliver, give_up_delivery)}

# Connections and memory are finite; so many endpoints can be slow at once before others wait for them.
_DELIVERIES_AT_ONCE = 500


def background_workers(runtime: Runtime) -> list[Worker]:
    """Return what every server runs beside its requests; for one run on one event loop.

    What fetches has a worker of its own: web servers that keep it waiting must not hold up what is posted.
    """
    return [
        Worker(runtime, PROMPT),
        Worker(runtime, FETCHING),
        Worker(runtime, DELIVERING, limit=_DELIVERIES_AT_ONCE),
    ]
