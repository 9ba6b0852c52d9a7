"""One genuine delivery."""

import hashlib
from collections.abc import Sequence
from typing import final

from pandocast_sdk.webhooks.events import Event
from pandocast_sdk.webhooks.headers import identifier

__all__ = ["Delivery"]


@final
class Delivery:
    """One genuine delivery, as `Webhook.receive` returns it. It cannot be changed, and can be pickled."""

    __slots__ = ("_body", "_digest", "_event", "_ids")

    def __init__(self, event: Event, body: bytes, ids: Sequence[object] = ()) -> None:
        self._event = event
        self._body = body
        self._ids = ids  # as delivered; hardly anybody reads the id
        self._digest: str | None = None

    def __repr__(self) -> str:
        return f"<Delivery {self._event.event!a} id={self.id}>"

    @property
    def event(self) -> Event:
        """What has happened."""
        return self._event

    @property
    def body(self) -> bytes:
        """The verified bytes, to store or to put into a queue; `parse_event` reads them again."""
        return self._body

    @property
    def digest(self) -> str:
        """The SHA-256 of the body, 64 lower-case hexadecimal digits: the same for a repeated delivery.

        This is what deduplication should use: the signature covers the body, and the timestamp in it. The
        digest is computed when it is first read.
        """
        if self._digest is None:
            self._digest = hashlib.sha256(self._body).hexdigest()
        return self._digest

    @property
    def id(self) -> str | None:
        """The id from `X-Pandocast-Delivery`, which stays the same when a delivery is replayed.

        **It is not signed**: anyone who has seen a genuine delivery can send it again under another id. The
        published reference does not promise this header.

        None if there is none, more than one, or one that is not 1 to 200 visible ASCII characters.
        """
        return identifier(self._ids)
