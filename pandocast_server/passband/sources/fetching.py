"""From the URL of a source to the entries of its feed: creating, testing and runs all fetch by this."""

import asyncio

from pandocast_server import outgoing
from pandocast_server.passband.sources.feeds import Entry, FeedError, read_feed
from pandocast_server.passband.sources.types import feed_url

DEADLINE_SECONDS = 10.0

# Servers that weigh what they send against this have a feed; to the others it makes no difference.
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml, text/xml, */*;q=0.1"
)


class SourceError(Exception):
    """A source gave no entries; the text is a sentence for the person who set it up."""


async def fetch_entries(source_type: str, url: str, *, private_targets: bool) -> list[Entry]:
    """Fetch the feed of a source, within `DEADLINE_SECONDS` of real time, and read it in a thread.

    Args:
        source_type: One of the types that have a feed.
        url: The URL of the source.
        private_targets: Whether loopback and private addresses may be reached.

    Raises:
        SourceError: It cannot be fetched, was answered otherwise than with a success, or is no feed. What was
            answered is never repeated.
    """
    try:
        found = await outgoing.fetch(
            feed_url(source_type, url),
            private_targets=private_targets,
            deadline=DEADLINE_SECONDS,
            accept=_ACCEPT,
        )
    except outgoing.OutgoingError as error:
        raise SourceError(f"The feed cannot be fetched: {error}") from error
    if not 200 <= found.status < 300:
        raise SourceError(f"The feed answered {found.status}")
    content_type = next((value for name, value in found.headers if name.lower() == b"content-type"), b"")
    try:
        return await asyncio.to_thread(
            read_feed, found.body, url=found.url, content_type=content_type.decode("latin-1")
        )
    except FeedError as error:
        raise SourceError(f"The feed cannot be read: {error}") from error
