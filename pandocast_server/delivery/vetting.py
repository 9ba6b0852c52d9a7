"""Which URLs and secrets an endpoint may have."""

import re
from urllib.parse import SplitResult, urlsplit

MAX_URL = 2000
MAX_SECRET = 200

# Anything else must be percent-encoded; readers of URLs disagree about backslashes.
_URL = re.compile(r"[!-\[\]-~]+")
_HOST = re.compile(r"[a-z0-9._:-]+")


class InvalidEndpointError(ValueError):
    """The URL or the secret cannot be used; the text says why, without showing either."""


def check_url(url: str) -> None:
    """Accept an `http` or `https` URL with a host; its addresses are judged when it is used.

    Raises:
        InvalidEndpointError: It is something else, or longer than `MAX_URL`.
    """
    if not 0 < len(url) <= MAX_URL:
        raise InvalidEndpointError(f"url must have 1 to {MAX_URL} characters")
    if not _URL.fullmatch(url):
        raise InvalidEndpointError("url must be of visible ASCII characters without a backslash")
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        raise InvalidEndpointError("url must begin with http:// or https://")
    if "@" in parts.netloc:
        raise InvalidEndpointError("url must not hold a user name or a password")
    if not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise InvalidEndpointError("url must name a host")


def check_secret(secret: str) -> None:
    """Accept a secret that can be signed with.

    Raises:
        InvalidEndpointError: It is empty, longer than `MAX_SECRET`, or not visible ASCII.
    """
    if not 0 < len(secret) <= MAX_SECRET or not re.fullmatch(r"[!-~]+", secret):
        raise InvalidEndpointError(f"secret must be 1 to {MAX_SECRET} visible ASCII characters")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidEndpointError("url has a malformed host or port") from error
    if port == 0:
        raise InvalidEndpointError("url must not have port 0")
    return parts
