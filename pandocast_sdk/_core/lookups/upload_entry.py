"""What a journal remembers of one upload."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from pandocast_sdk.models.base import Timestamp
from pandocast_sdk.models.pandocast import Content


class UploadEntry(BaseModel):
    """What is known of the upload with a title; a journal has one for each title.

    Attributes:
        title: The title.
        address: The base URL of the service.
        sent_at: When the latest request was sent that may have been carried out; None if there is none.
        timeout: The `timeout` of that request, in seconds.
        content: The upload, once it is known.
        finished: Whether the program has marked it as finished.
        forgotten: The id of an earlier upload with this title, which the program has forgotten.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    title: str
    address: str
    sent_at: Timestamp | None = None
    timeout: float = 0.0
    content: Content | None = None
    finished: bool = False
    forgotten: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether it may have been uploaded or not."""
        return self.content is None and self.sent_at is not None


class Records(Protocol):
    """Where a journal keeps its entries."""

    def claimed(self, title: str, address: str) -> AbstractContextManager[UploadEntry]:
        """Keep a title to one call at a time, and return its entry, a new one if there is none.

        Raises:
            UploadJournalError: Another call has it, or the entry is of another address.
        """
        ...

    def write(self, entry: UploadEntry, *, durable: bool) -> None:
        """Replace an entry; a durable one survives the machine's crash.

        Raises:
            UploadJournalError: The journal is closed.
            OSError: It could not be written, and is as before.
        """
        ...


class Journal(Protocol):
    """What has the records of a program."""

    @property
    def records(self) -> Records: ...
