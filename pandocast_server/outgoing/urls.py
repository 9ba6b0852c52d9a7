"""Which URLs the server lets itself be sent to; the addresses behind them are judged when one is used."""

import re
from urllib.parse import SplitResult, urlsplit

MAX_URL = 2000

_MALFORMED = "url has a malformed host or port"
# Anything else must be percent-encoded; readers of URLs disagree about backslashes.
_URL = re.compile(r"[!-\[\]-~]+")
# As in the OpenAPI documents: `urlsplit` overlooks an empty port, and what stands behind a bracket.
_HOST_AND_PORT = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]*)?")


class InvalidUrlError(ValueError):
    """The URL cannot be used; the text says why, without showing it."""


def check_url(url: str) -> None:
    """Accept an `http` or `https` URL with a host and without a user name.

    Raises:
        InvalidUrlError: It is something else, or longer than `MAX_URL`.
    """
    if not 0 < len(url) <= MAX_URL:
        raise InvalidUrlError(f"url must have 1 to {MAX_URL} characters")
    if not _URL.fullmatch(url):
        raise InvalidUrlError("url must be of visible ASCII characters without a backslash")
    parts = _split(url)
    if parts.scheme not in ("http", "https"):
        raise InvalidUrlError("url must begin with http:// or https://")
    if "@" in parts.netloc:
        raise InvalidUrlError("url must not hold a user name or a password")
    if not parts.hostname:
        raise InvalidUrlError("url must name a host")
    if not _HOST_AND_PORT.fullmatch(parts.netloc):
        raise InvalidUrlError(_MALFORMED)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidUrlError(_MALFORMED) from error
    if port == 0:
        raise InvalidUrlError("url must not have port 0")
    return parts
