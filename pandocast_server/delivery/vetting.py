"""Which URLs and secrets an endpoint may have."""

import re

from pandocast_server.outgoing import urls

MAX_SECRET = 200


class InvalidEndpointError(ValueError):
    """The URL or the secret cannot be used; the text says why, without showing either."""


def check_url(url: str) -> None:
    """Accept a URL that the server may send to.

    Raises:
        InvalidEndpointError: It is none.
    """
    try:
        urls.check_url(url)
    except urls.InvalidUrlError as error:
        raise InvalidEndpointError(str(error)) from error


def check_secret(secret: str) -> None:
    """Accept a secret that can be signed with.

    Raises:
        InvalidEndpointError: It is empty, longer than `MAX_SECRET`, or not visible ASCII.
    """
    if not 0 < len(secret) <= MAX_SECRET or not re.fullmatch(r"[!-~]+", secret):
        raise InvalidEndpointError(f"secret must be 1 to {MAX_SECRET} visible ASCII characters")
