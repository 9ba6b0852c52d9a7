import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pandocast_server.demo.files import UnusableFileError, write_calendar

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


def write(path: Path) -> None:
    write_calendar(path, CALENDAR)


def check_writable(path: Path) -> None:
    write_calendar(path, None)


both = pytest.mark.parametrize("use", [check_writable, write], ids=["checking", "writing"])


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def refusal(use: Callable[[Path], None], path: Path) -> str:
    with pytest.raises(UnusableFileError) as caught:
        use(path)
    return caught.value.message


def test_checking_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    check_writable(path)
    assert names(tmp_path) == []
    path.write_bytes(CALENDAR)
    check_writable(path)
    assert (names(tmp_path), path.read_bytes()) == (["a.ics"], CALENDAR)


@pytest.mark.parametrize("before", [None, b"", CALENDAR + b"old", b"begin:vcalendar\nend:vcalendar\n"])
def test_a_calendar_is_written_whole(tmp_path: Path, before: bytes | None) -> None:
    path = tmp_path / "a.ics"
    if before is not None:
        path.write_bytes(before)
    write(path)
    assert (names(tmp_path), path.read_bytes()) == (["a.ics"], CALENDAR)


def test_a_calendar_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    path.write_bytes(CALENDAR)
    path.chmod(0o600)
    write(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "target.ics", tmp_path / "link.ics"
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_bytes() == CALENDAR


@both
@pytest.mark.parametrize("content", [b"notes", b"\n", CALENDAR[1:], b"BEGIN:VCARD\r\nEND:VCARD\r\n"])
def test_what_is_no_calendar_is_kept(use: Callable[[Path], None], tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.ics"
    path.write_bytes(content)
    assert refusal(use, path).endswith("a.ics' is not a calendar, and would be lost: choose another name")
    assert (names(tmp_path), path.read_bytes()) == (["a.ics"], content)


@both
def test_a_link_to_what_is_no_calendar_is_no_way_around(use: Callable[[Path], None], tmp_path: Path) -> None:
    target, link = tmp_path / "notes.txt", tmp_path / "link.ics"
    target.write_text("notes")
    link.symlink_to(target)
    assert "is not a calendar" in refusal(use, link)
    assert target.read_text() == "notes"


@both
def test_what_cannot_be_a_file_is_refused(use: Callable[[Path], None], tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(CALENDAR)
    assert refusal(use, tmp_path / "missing" / "a.ics").endswith(
        "cannot be written: No such file or directory"
    )
    assert refusal(use, file / "a.ics").endswith("cannot be written: Not a directory")
    assert refusal(use, tmp_path).endswith("is not a file")
    assert refusal(use, tmp_path / ("x" * 300)).endswith("cannot be written: File name too long")
    assert refusal(use, tmp_path / "a\nb\x1b[31m" / "c").isprintable()
    assert names(tmp_path) == ["file"]


@both
def test_a_device_is_refused(use: Callable[[Path], None]) -> None:
    device = Path("/dev/null")
    if not device.exists():
        pytest.skip("no such device")
    assert refusal(use, device) == "'/dev/null' is not a file"


@contextmanager
def no_privileges() -> Iterator[None]:
    """Be somebody who may not write everywhere, for as long as it takes."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@both
def test_a_directory_that_may_not_be_written_to_is_told(use: Callable[[Path], None], tmp_path: Path) -> None:
    # Not below a directory that somebody without privileges may not even enter.
    with no_privileges():
        assert "cannot be written: " in refusal(use, Path("/proc/a.ics"))
        assert refusal(use, Path("/a.ics")) == "'/a.ics' cannot be written: Permission denied"


_ON_A_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from pandocast_server.demo.files import UnusableFileError, write_calendar

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
try:
    write_calendar(Path("a.ics"), b"BEGIN:VCALENDAR".ljust(int(sys.argv[1])))
except UnusableFileError as error:
    print(error.message)
finally:
    resource.setrlimit(resource.RLIMIT_FSIZE, before)  # what measures coverage writes when it ends
"""


@pytest.mark.parametrize("size", [2_000, 2_000_000])
def test_what_cannot_be_written_whole_leaves_the_old_calendar(tmp_path: Path, size: int) -> None:
    pytest.importorskip("resource", reason="needs limits on files")
    path = tmp_path / "a.ics"
    path.write_bytes(CALENDAR)
    # In a process of its own, whose files may not be large: it ends as on a full disk.
    command = [sys.executable, "-c", _ON_A_FULL_DISK, str(size)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert (ended.stdout, ended.stderr) == ("'a.ics' cannot be written: File too large\n", "")
    assert (names(tmp_path), path.read_bytes()) == (["a.ics"], CALENDAR)
