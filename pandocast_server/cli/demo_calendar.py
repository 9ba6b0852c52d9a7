"""The calendar file that the demo's second act writes."""

import os
import secrets
import shutil
import stat
from pathlib import Path

from pandocast_server.cli.demo_files import UnusableFileError, reason, shown

_FIRST_LINE = b"BEGIN:VCALENDAR"


def check_writable(path: Path) -> None:
    """Find out before anything else is done whether a calendar can be written here.

    Raises:
        UnusableFileError: It cannot, or something else than a calendar would be lost.
    """
    target = _target(path)
    try:
        _new_file(target.parent, b"").unlink()
    except OSError as error:
        raise UnusableFileError(f"{shown(path)} cannot be written: {reason(error)}") from error


def write_calendar(path: Path, document: bytes) -> None:
    """Write a calendar, whole or not at all.

    Raises:
        UnusableFileError: It cannot be written, or something else than a calendar would be lost.
    """
    target = _target(path)
    try:
        new = _new_file(target.parent, document)
        try:
            if target.exists():
                shutil.copymode(target, new)
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise UnusableFileError(f"{shown(path)} cannot be written: {reason(error)}") from error


def _target(path: Path) -> Path:
    """Give the file that a path leads to, which need not exist."""
    name = shown(path)
    target = Path(os.path.realpath(path))
    try:
        if not target.parent.is_dir():
            raise UnusableFileError(f"{name} cannot be written: its directory does not exist")
        if not target.exists():
            return target
        mode = target.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UnusableFileError(f"{name} is a directory, not a file")
        if not stat.S_ISREG(mode):
            raise UnusableFileError(f"{name} is a device, not a file")
        with target.open("rb") as file:
            beginning = file.read(len(_FIRST_LINE))
    except OSError as error:
        raise UnusableFileError(f"{name} cannot be written: {reason(error)}") from error
    if beginning and beginning.upper() != _FIRST_LINE:
        raise UnusableFileError(f"{name} is not a calendar, and would be lost: choose another name")
    return target


def _new_file(directory: Path, content: bytes) -> Path:
    path = directory / f".passband-{secrets.token_hex(8)}.tmp"
    try:
        with path.open("xb") as file:
            file.write(content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
