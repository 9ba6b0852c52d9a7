"""The file of an upload journal: an object of JSON a line, appended only; the last of a title counts."""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from pydantic import ValidationError

from pandocast_sdk._core.lookups.upload_entry import UploadEntry
from pandocast_sdk._drivers.file_lock import lock_file
from pandocast_sdk.errors import UploadJournalError

_MODE = 0o666  # less what the process's umask takes away
_BEGINNING = b'{"title":'


class JournalFile:
    """The entries of a journal, in memory and in its file, which it keeps locked."""

    def __init__(self, path: Path) -> None:
        """Open the file, made if there is none.

        Raises:
            UploadJournalError: It is in use, or not a journal.
            OSError: It cannot be read and written.
        """
        self._path = path
        self._process = os.getpid()
        self._lock = RLock()
        self._entries: dict[str, UploadEntry] = {}
        self._claimed: set[str] = set()
        self._file: int | None = _open_locked(path)
        try:
            self._read(self._file)
            _sync_folder(path)
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"<JournalFile {str(self._path)!r}>"

    def find(self, title: str) -> UploadEntry | None:
        """Return the entry of a title."""
        return self._entries.get(title)

    @contextmanager
    def claimed(self, title: str, address: str) -> Generator[UploadEntry]:
        """Keep a title to one call at a time, and return its entry, a new one if there is none.

        Raises:
            UploadJournalError: Another call has it, it is of another address, or the journal is closed.
        """
        with self._lock:
            self._check_open()
            entry = self._entries.get(title) or UploadEntry(title=title, address=address)
            if entry.address != address:
                raise UploadJournalError(f"{self._path} has {title!r} as an upload to {entry.address}")
            if title in self._claimed:
                raise UploadJournalError(f"{title!r} is being uploaded by another call")
            self._claimed.add(title)
        try:
            yield entry
        finally:
            self._claimed.discard(title)

    def write(self, entry: UploadEntry, *, durable: bool) -> None:
        """Replace an entry; a durable one survives the machine's crash.

        Raises:
            UploadJournalError: The journal is closed.
            OSError: It could not be written, and is as before.
        """
        line = entry.model_dump_json(exclude_defaults=True).encode() + b"\n"
        with self._lock:
            file = self._check_open()
            end = os.fstat(file).st_size
            try:
                _append(file, line)
                if durable:
                    os.fsync(file)
            except OSError:
                os.ftruncate(file, end)  # half a line would spoil the next
                raise
            self._entries[entry.title] = entry

    def close(self) -> None:
        """Close the file, and let others have it."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                os.close(file)

    def _check_open(self) -> int:
        if self._file is None:
            raise UploadJournalError(f"{self._path} is closed")
        if self._process != os.getpid():
            raise UploadJournalError(f"{self._path} is in use by the process that has forked this one")
        return self._file

    def _read(self, file: int) -> None:
        text = _contents(file)
        *lines, rest = text.split(b"\n")
        for number, line in enumerate(lines, 1):
            entry = _entry(line)
            if entry is None:
                raise self._no_journal(number)
            self._entries[entry.title] = entry
        if not _may_be_cut_off(rest):
            raise self._no_journal(len(lines) + 1)
        if rest:  # the machine's crash: no request was sent on its account
            os.ftruncate(file, len(text) - len(rest))

    def _no_journal(self, line: int) -> UploadJournalError:
        # Without what the line holds: it may be any file that was named by mistake.
        return UploadJournalError(f"{self._path} is not an upload journal: line {line}")


def _entry(line: bytes) -> UploadEntry | None:
    try:
        return UploadEntry.model_validate_json(line)
    except ValidationError:
        return None


def _may_be_cut_off(line: bytes) -> bool:
    """Return whether a line without an end may be the beginning of an entry, and no other file's."""
    if not line.startswith(_BEGINNING[: len(line)]):
        return False
    try:
        json.loads(line)
    except ValueError:
        return True
    return _entry(line) is not None


def _open_locked(path: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), _MODE)
    try:
        lock_file(file)
    except BlockingIOError:
        os.close(file)
        raise UploadJournalError(f"{path} is in use by another process, or by another journal") from None
    except BaseException:
        os.close(file)
        raise
    return file


def _contents(file: int) -> bytes:
    os.lseek(file, 0, os.SEEK_SET)
    parts = list[bytes]()
    while part := os.read(file, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _append(file: int, line: bytes) -> None:
    while line:
        line = line[os.write(file, line) :]


def _sync_folder(path: Path) -> None:
    """Have a file that may be new survive the machine's crash."""
    if os.name == "posix":
        folder = os.open(path.absolute().parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
