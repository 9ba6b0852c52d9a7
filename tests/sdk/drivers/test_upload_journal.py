"""The journal's file: read back whatever ended the program, one process at a time, and never spoilt."""

import errno
import multiprocessing
import os
import pickle
import traceback
from pathlib import Path

import pytest

from pandocast_sdk import Content, UploadJournal, UploadJournalError
from pandocast_sdk._core.lookups.upload_entry import UploadEntry
from pandocast_sdk.models.base import WireModel

ADDRESS = "https://api.example/api/v1"
CONTENT = Content.model_validate(
    {
        "id": "c1",
        "title": "T",
        "content_type": "note",
        "status": "analyzing",
        "created_at": "2026-03-28T10:00:00Z",
        "words": 7,
    }
)
UPLOADED = UploadEntry(title="T", address=ADDRESS, content=CONTENT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "uploads.jsonl"


def entry(path: Path, title: str = "T") -> UploadEntry:
    with UploadJournal(path) as journal, journal.records.claimed(title, ADDRESS) as found:
        return found


def write(path: Path, *entries: UploadEntry) -> None:
    with UploadJournal(path) as journal:
        for each in entries:
            journal.records.write(each, durable=True)


def test_a_new_journal_is_empty(path: Path) -> None:
    assert entry(path) == UploadEntry(title="T", address=ADDRESS)
    assert path.read_bytes() == b""


def test_entries_are_read_back_with_unknown_fields_of_uploads(path: Path) -> None:
    write(path, UPLOADED, UploadEntry(title="U\nü\u2028", address=ADDRESS))
    found = entry(path)
    assert found == UPLOADED
    assert isinstance(found.content, WireModel)
    assert found.content.model_extra == {"words": 7}
    assert path.read_bytes().count(b"\n") == 2


def test_the_latest_entry_of_a_title_counts(path: Path) -> None:
    write(path, UploadEntry(title="T", address=ADDRESS, timeout=1.0), UPLOADED)
    write(path, UPLOADED.model_copy(update={"finished": True}))
    assert entry(path).finished


def test_a_line_that_a_crash_has_cut_off_is_taken_back(path: Path) -> None:
    write(path, UPLOADED)
    whole = path.read_bytes()
    write(path, UPLOADED.model_copy(update={"finished": True}))
    longer = path.read_bytes()
    for end in range(len(whole), len(longer)):
        path.write_bytes(longer[:end])
        assert entry(path) == UPLOADED
        assert path.read_bytes() == whole
    write(path, UPLOADED.model_copy(update={"finished": True}))
    assert path.read_bytes() == longer


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# A text\n\nof mine", 1),
        ("{}", 1),
        ('{"title": "no journal"}', 1),
        ('{"title":"T"}\n', 1),
        ("\n", 1),
        ("{good}a half", 2),
        ("{good}[]\n{good}", 2),
        ("\ufeff", 1),
        ("\x00" * 9, 1),
    ],
)
def test_another_file_is_refused_and_left_as_it_is(path: Path, text: str, line: int) -> None:
    text = text.replace("{good}", UPLOADED.model_dump_json() + "\n")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UploadJournalError, match=rf"uploads\.jsonl is not an upload journal: line {line}$"):
        UploadJournal(path)
    assert path.read_text(encoding="utf-8") == text


def test_a_journal_is_open_once(path: Path) -> None:
    with UploadJournal(path), pytest.raises(UploadJournalError, match="in use by another process"):
        UploadJournal(path)
    with UploadJournal(path):
        pass


def test_a_journal_is_open_in_one_process(path: Path) -> None:
    with UploadJournal(path), multiprocessing.get_context("spawn").Pool(1) as pool:
        assert "in use by another process" in pool.apply(_error, [str(path)])


def _error(path: str) -> str:
    with pytest.raises(UploadJournalError) as caught:
        UploadJournal(path)
    return str(caught.value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork.*:DeprecationWarning")
def test_a_forked_child_does_not_write_to_the_parents_journal(path: Path) -> None:
    with UploadJournal(path) as journal:
        child = os.fork()
        if child == 0:
            try:
                with pytest.raises(UploadJournalError, match="by the process that has forked this one"):
                    journal.records.write(UPLOADED, durable=True)
                os._exit(0)
            finally:
                traceback.print_exc()
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
    assert path.read_bytes() == b""


def test_a_closed_journal_says_so(path: Path) -> None:
    journal = UploadJournal(path)
    journal.close()
    journal.close()
    with (
        pytest.raises(UploadJournalError, match=r"uploads\.jsonl is closed"),
        journal.records.claimed("T", ADDRESS),
    ):
        pass
    with pytest.raises(UploadJournalError, match="is closed"):
        journal.records.write(UPLOADED, durable=False)


def test_an_upload_to_another_address_is_refused(path: Path) -> None:
    write(path, UPLOADED)
    with (
        UploadJournal(path) as journal,
        pytest.raises(UploadJournalError, match=f"has 'T' as an upload to {ADDRESS}"),
        journal.records.claimed("T", "http://127.0.0.1:8000/api/v1"),
    ):
        pass


def test_what_cannot_be_written_leaves_the_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_file: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    write(path, UPLOADED)
    before = path.read_bytes()
    with UploadJournal(path) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", no_space)
            with pytest.raises(OSError, match="No space left"):
                journal.records.write(UPLOADED.model_copy(update={"finished": True}), durable=True)
        assert path.read_bytes() == before
        assert not journal.is_finished("T")
        journal.finish("T")
        assert journal.is_finished("T")
    assert entry(path).finished


def test_finishing_is_remembered_until_it_is_forgotten(path: Path) -> None:
    write(path, UPLOADED)
    with UploadJournal(path) as journal:
        assert not journal.is_finished("T")
        journal.finish("T")
    with UploadJournal(path) as journal:
        assert journal.is_finished("T")
        journal.forget("T")
        assert not journal.is_finished("T")
    assert entry(path) == UploadEntry(title="T", address=ADDRESS, forgotten="c1")


def test_only_uploads_can_be_finished_or_forgotten(path: Path) -> None:
    write(path, UploadEntry(title="U", address=ADDRESS))
    with UploadJournal(path) as journal:
        assert not journal.is_finished("T")
        for title in ("T", "U"):
            with pytest.raises(UploadJournalError, match=f"has no upload '{title}'"):
                journal.finish(title)
            with pytest.raises(UploadJournalError, match=f"has no upload '{title}'"):
                journal.forget(title)


def test_what_is_no_file_is_an_error_of_the_operating_system(path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        UploadJournal(path.parent)
    with pytest.raises(FileNotFoundError):
        UploadJournal(path / "below")


def test_it_shows_its_path_and_cannot_be_pickled(path: Path) -> None:
    with UploadJournal(str(path)) as journal:
        assert repr(journal) == f"<UploadJournal {str(path)!r}>"
        assert repr(journal.records) == f"<JournalFile {str(path)!r}>"
        with pytest.raises(TypeError):
            pickle.dumps(journal)
