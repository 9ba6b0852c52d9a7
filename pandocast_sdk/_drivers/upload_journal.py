"""The journal of a program's uploads, as users see it."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, cast

from pandocast_sdk._annotations import resolve_annotations_late
from pandocast_sdk._core.requests.argument_types import wrong_type
from pandocast_sdk._imports import importing
from pandocast_sdk.errors import UploadJournalError

if TYPE_CHECKING:
    from pandocast_sdk._core.lookups.upload_entry import Records, UploadEntry
    from pandocast_sdk.models import Content

__all__ = ["UploadJournal"]


class UploadJournal:
    """A file that remembers what a program has uploaded, so that it uploads nothing twice.

    `content.upload_once` writes to it before each request, durably. Whatever happens to the program, the
    machine's crash included, the next `upload_once` with the same file goes on from there. One process at a
    time can have it open, and all clients, threads and tasks of that process can share it. Use it in a `with`
    statement, or call `close` when done.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        """Open a journal; the file is made if there is none.

        Raises:
            UploadJournalError: It is open already, in this process or another, or the file is no journal.
            ValueError: `path` is not a path.
            OSError: The file cannot be read and written.
        """
        self._path = _checked(path)
        with importing():
            from pandocast_sdk._drivers.journal_file import JournalFile  # noqa: PLC0415 - it imports the models

        self._file = JournalFile(self._path)

    @property
    def records(self) -> Records:
        """What `content.upload_once` reads and writes."""
        return self._file

    def finish(self, title: str) -> None:
        """Remember that the program is done with an upload, and has published it, for example.

        Raises:
            UploadJournalError: The journal has no such upload, or is closed.
            OSError: The file cannot be written.
        """
        entry, _content = self._uploaded(title)
        self._file.write(entry.model_copy(update={"finished": True}), durable=False)

    def is_finished(self, title: str) -> bool:
        """Return whether `finish` was called for an upload, by this program or an earlier one."""
        entry = self._file.find(title)
        return entry is not None and entry.finished

    def forget(self, title: str) -> None:
        """Forget an upload, such as one that has failed: the next `upload_once` uploads the title anew.

        Raises:
            UploadJournalError: The journal has no such upload, or is closed.
            OSError: The file cannot be written.
        """
        entry, content = self._uploaded(title)
        changes = {"content": None, "sent_at": None, "finished": False, "forgotten": content.id}
        self._file.write(entry.model_copy(update=changes), durable=False)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _uploaded(self, title: str) -> tuple[UploadEntry, Content]:
        entry = self._file.find(title)
        if entry is None or entry.content is None:
            raise UploadJournalError(f"{self._path} has no upload {title!r}")
        return entry, entry.content

    def __enter__(self) -> UploadJournal:  # noqa: PYI034 - jedi does not resolve `Self`
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<UploadJournal {str(self._path)!r}>"


resolve_annotations_late(UploadJournal)


def _checked(path: object) -> Path:
    if not isinstance(path, str | PathLike):
        raise wrong_type("path", "a path", path)
    return Path(cast("str | PathLike[str]", path))
