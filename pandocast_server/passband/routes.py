"""The operations of the Passband API, in the order of its reference (contract, section 2)."""

from starlette.routing import Route

from pandocast_server.passband.calendar.feed import ROUTES as CALENDAR
from pandocast_server.passband.drafts.routes import ROUTES as DRAFTS
from pandocast_server.passband.engagement import ROUTES as ENGAGEMENT
from pandocast_server.passband.experiments import ROUTES as EXPERIMENTS
from pandocast_server.passband.pipeline.routes import ROUTES as PIPELINE
from pandocast_server.passband.schedule.routes import ROUTES as SCHEDULE
from pandocast_server.passband.sources.routes import ROUTES as SOURCES
from pandocast_server.passband.voice_profile import ROUTES as VOICE_PROFILE
from pandocast_server.routing import description

ROUTES = [
    *DRAFTS,
    *PIPELINE,
    *VOICE_PROFILE,
    *ENGAGEMENT,
    *EXPERIMENTS,
    *SOURCES,
    *SCHEDULE,
    *CALENDAR,
    Route("/openapi.yaml", description("passband"), name="get_passband_openapi"),
]
