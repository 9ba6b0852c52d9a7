"""The calendar file that the second act writes."""

import os
import secrets
import shutil
import stat
from pathlib import Path

from pandocast_server.demo.files import UnusableFileError, reason

_FIRST_LINE = b"BEGIN:VCALENDAR"


def check_writable(path: Path) -> None:
    """Find out before anything else is done whether a calendar can be written here.

    Raises:
        UnusableFileError: It cannot, or something else than a calendar would be lost.
    """
    _write(path, None)


def write_calendar(path: Path, document: bytes) -> None:
    """Write a calendar, whole or not at all.

    Raises:
        UnusableFileError: It cannot be written, or something else than a calendar would be lost.
    """
    _write(path, document)


def _write(path: Path, document: bytes | None) -> None:
    target = Path(os.path.realpath(path))
    new = target.parent / f".passband-{secrets.token_hex(8)}.tmp"
    try:
        if not target.parent.is_dir():
            raise UnusableFileError(path, "cannot be written: its directory does not exist")
        if target.exists():
            _check_replaceable(path, target)
        try:
            new.write_bytes(document or b"")
            if document is not None:
                if target.exists():
                    shutil.copymode(target, new)
                new.replace(target)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise UnusableFileError(path, f"cannot be written: {reason(error)}") from error


def _check_replaceable(path: Path, target: Path) -> None:
    mode = target.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = "directory" if stat.S_ISDIR(mode) else "device"
        raise UnusableFileError(path, f"is a {kind}, not a file")
    with target.open("rb") as file:
        beginning = file.read(len(_FIRST_LINE))
    if beginning and beginning.upper() != _FIRST_LINE:
        raise UnusableFileError(path, "is not a calendar, and would be lost: choose another name")
