"""The text of an upload, from a string, a path or an open file."""

import os
from pathlib import Path
from typing import TextIO, cast

from pandocast_sdk._core.requests.argument_types import wrong_type

_LONGEST_PATH = 255  # characters of a string that may be a path by mistake
_BYTE_ORDER_MARK = "\ufeff"


def source_text(name: str, source: str | Path | TextIO) -> str:
    """Return a text, read once, so that retries send the same.

    Raises:
        ValueError: It is no text, or not in UTF-8; or a string is the path of a file.
        OSError: The file cannot be read.
    """
    if isinstance(source, str):
        path = str(source).strip()
        if _is_path(path):
            expand = ".expanduser()" if path[0] == "~" and not Path(path).is_file() else ""
            raise ValueError(f"{name} is the path of a file; pass Path({path!r}){expand}, or the text itself")
        return source
    try:
        text = _read(name, source)
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} must be UTF-8 text, and {_file_name(source)!r} is not: {error}") from None
    return text.removeprefix(_BYTE_ORDER_MARK)


def _read(name: str, source: object) -> str:
    if isinstance(source, os.PathLike):
        return Path(cast("os.PathLike[str]", source)).read_text(encoding="utf-8")
    if not hasattr(source, "read"):
        raise wrong_type(name, "text, a Path or a file opened as text", source)
    text = cast("str | bytes", cast("TextIO", source).read())
    if not isinstance(text, str):  # an easy mistake
        raise ValueError(f"{name} must be a file opened as text, not as bytes")  # noqa: TRY004 - like any wrong value
    return text


def _is_path(text: str) -> bool:
    """Return whether a string is the path of a file that exists, which hardly is a text to publish."""
    if len(text) > _LONGEST_PATH or "\n" in text or not ("/" in text or os.sep in text or Path(text).suffix):
        return False
    try:
        return Path(text).is_file() or Path(text).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # the last for a home that is not known
        return False


def _file_name(source: object) -> str:
    return str(getattr(source, "name", source) if hasattr(source, "read") else source)
