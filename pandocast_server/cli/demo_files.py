"""The files that people name when they start the demo."""

import errno
import stat
from pathlib import Path

import click


class UnusableFileError(click.ClickException):
    """A file cannot be used, in one line for the person who named it."""

    exit_code = 2


def read_bytes(path: Path, *, most: int) -> bytes:
    """Give what a file holds, or the first `most` bytes of more.

    Raises:
        UnusableFileError: There is no such file, or it is none, or it cannot be read.
    """
    name = shown(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UnusableFileError(f"{name} is a directory, not a file")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise UnusableFileError(f"{name} is a device, not a file")
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError as error:
        raise UnusableFileError(f"{name} does not exist") from error
    except OSError as error:
        raise UnusableFileError(f"{name} cannot be read: {reason(error)}") from error


def reason(error: OSError) -> str:
    """Say in a few words why the system refused."""
    return error.strerror or errno.errorcode.get(error.errno or 0, "unknown reason")


def shown(path: Path) -> str:
    """Give a path to be shown: a name may hold line breaks, and what a terminal would obey."""
    name = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in str(path)
    )
    return f"'{name}'"
