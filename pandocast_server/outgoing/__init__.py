"""The server's one outgoing HTTP client.

Whoever runs a server gives its users a way to make it send requests. So the name is resolved here, all of its
addresses are judged, and the connection goes to an address that was judged: no second look-up and no proxy
comes between, and a redirect, where one is followed at all, is judged like a URL that somebody gave.
"""

from pandocast_server.outgoing.client import MAX_BODY, Fetched, fetch, post
from pandocast_server.outgoing.targets import MAX_URL, InvalidUrlError, OutgoingError, check_url

__all__ = (
    "MAX_BODY",
    "MAX_URL",
    "Fetched",
    "InvalidUrlError",
    "OutgoingError",
    "check_url",
    "fetch",
    "post",
)
