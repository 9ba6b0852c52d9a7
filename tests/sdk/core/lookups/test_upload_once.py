"""An upload happens once: whatever the service does with a request, and wherever the program is killed."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.upload_world import NOON, TIMEOUT, Answer, Deed, Killed, World

from pandocast_sdk.errors import (
    APIConnectionError,
    BadRequestError,
    DeadlineExceededError,
    InternalServerError,
    PandocastError,
    ResponseValidationError,
    UploadJournalError,
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "uploads.jsonl")


def test_a_text_is_uploaded_and_then_remembered(world: World) -> None:
    first = world.upload()
    assert (world.sent, world.searches) == ([0.0], 0)
    again = world.upload(text=Path("no such file"))
    assert again == first
    assert (world.sent, world.searches) == ([0.0], 0), "nothing more is sent, or read"


def test_what_is_to_be_sent_is_in_the_file_before_it_is(world: World) -> None:
    world.before_upload = lambda: seen.append(world.path.read_text())
    seen: list[str] = []
    world.upload(title="The title")
    (text,) = seen
    assert text.startswith('{"title":"The title"')
    assert NOON.isoformat()[:19] in text


def test_titles_are_told_apart(world: World) -> None:
    world.upload("T")
    world.upload("U")
    world.upload("T")
    assert world.titles() == ["T", "U"]


@pytest.mark.parametrize("answer", ["lost", "503", "unreadable"])
def test_a_lost_response_is_found_at_once(world: World, answer: Answer) -> None:
    world.deeds = [Deed(answer)]
    assert world.upload().id == "c1"
    assert (world.sent, world.searches, world.now) == ([0.0], 1, 0.0)


def test_an_upload_that_is_there_and_cannot_be_read_is_not_sent_again(world: World) -> None:
    """The journal could not remember it, and the next call reads it again."""
    world.deeds, world.spoiled = [Deed("lost")], {"created_at": "yesterday"}
    for _ in range(2):
        with pytest.raises(
            ResponseValidationError, match="content 'T' cannot be read: created_at: "
        ) as caught:
            world.upload()
        assert caught.value.outcome_unknown
    world.spoiled = {}
    assert world.upload().id == "c1"
    assert world.sent == [0.0]


def test_what_is_late_is_waited_for_until_the_timeout_of_its_request(world: World) -> None:
    world.deeds = [Deed("broken", lag=20)]
    assert world.upload().id == "c1"
    assert (world.sent, world.searches, world.now) == ([0.0], 2, TIMEOUT)


def test_after_a_timeout_nothing_more_is_waited_for(world: World) -> None:
    world.deeds = [Deed("late", lag=TIMEOUT - 1)]
    assert world.upload().id == "c1"
    assert (world.searches, world.now) == (1, TIMEOUT)


def test_what_is_not_there_by_then_is_sent_again(world: World) -> None:
    world.deeds = [Deed("broken", lag=None), Deed("503", lag=None)]
    assert world.upload().id == "c3"
    assert world.sent == [0.0, TIMEOUT, 2 * TIMEOUT]
    assert world.titles() == ["T"]


def test_in_the_end_the_error_is_raised_and_the_next_call_goes_on(world: World) -> None:
    world.deeds = [Deed("503", lag=None)] * 3
    with pytest.raises(InternalServerError) as caught:
        world.upload()
    assert caught.value.outcome_unknown
    assert len(world.sent) == 3, "once, and `max_retries` times more"
    searches = world.searches
    assert world.upload().id == "c4"
    assert world.searches == searches + 1, "it looks once more, but waits no more"


def test_what_was_lost_at_the_last_attempt_is_found_too(world: World) -> None:
    world.deeds = [Deed("503", lag=None), Deed("503", lag=None), Deed("lost")]
    assert world.upload().id == "c3"


@pytest.mark.parametrize(("answer", "error"), [("400", BadRequestError), ("unreachable", APIConnectionError)])
def test_what_was_certainly_not_carried_out_leaves_nothing_to_settle(
    world: World, answer: Answer, error: type[PandocastError]
) -> None:
    world.deeds = [Deed(answer, lag=None)] * 3
    with pytest.raises(error) as caught:
        world.upload()
    assert not caught.value.outcome_unknown
    world.deeds.clear()
    world.upload()
    assert world.searches == 0


def test_a_program_that_is_started_again_waits_for_the_rest_of_the_timeout(world: World) -> None:
    world.deeds = [Deed("broken", lag=25)]
    with pytest.raises(Killed):
        world.upload(killed_after=2)
    world.now = 10.0
    assert world.upload(timeout=3.0).id == "c1", "by the timeout of the program that was killed"
    assert (world.now, world.searches) == (TIMEOUT, 2)


def test_a_clock_that_was_set_back_makes_it_wait_for_the_whole_timeout(world: World) -> None:
    world.now = 1000.0
    with pytest.raises(Killed):
        world.upload(killed_after=1)
    world.now = 0.0
    world.upload()
    assert world.now == TIMEOUT


def test_an_upload_that_was_forgotten_is_uploaded_anew(world: World) -> None:
    world.upload()
    with world.journal() as journal:
        journal.forget("T")
    world.deeds = [Deed("broken", lag=None)]
    assert world.upload().id == "c3", "the old one is not taken for the one that was not carried out"
    assert world.titles() == ["T", "T"]


@pytest.mark.parametrize("lag", [None, 1.0])
def test_a_deadline_ends_it_and_the_next_call_goes_on(world: World, lag: float | None) -> None:
    world.deeds = [Deed("broken", lag=lag)]
    with pytest.raises(DeadlineExceededError) as caught:
        world.upload(deadline=5)
    assert caught.value.outcome_unknown
    assert world.now == 0.0, "it does not sleep in vain"
    world.upload()
    assert world.titles() == ["T"]


def test_a_search_that_fails_leaves_the_outcome_unknown(world: World) -> None:
    world.deeds = [Deed("late", lag=None)]
    with pytest.raises(DeadlineExceededError) as caught:
        world.upload(deadline=TIMEOUT)
    assert caught.value.outcome_unknown
    assert world.searches == 0


def test_an_invalid_argument_is_rejected_before_anything_is_written(world: World) -> None:
    with pytest.raises(ValueError, match="title must not be empty"):
        world.upload("")
    with pytest.raises(FileNotFoundError):
        world.upload(text=Path("no such file"))
    assert world.path.read_text() == ""


def test_a_title_is_uploaded_by_one_call_at_a_time(world: World) -> None:
    def upload_again() -> None:
        with pytest.raises(UploadJournalError, match="'T' is being uploaded by another call"):
            records.__enter__()

    with world.journal() as journal:
        records = journal.records.claimed("T", "https://api.example/api/v1")
        with journal.records.claimed("T", "https://api.example/api/v1"):
            upload_again()
        with journal.records.claimed("T", "https://api.example/api/v1"):
            pass


LAGS = st.none() | st.floats(0, TIMEOUT - 1)
DEEDS = st.builds(Deed, st.sampled_from(get_args(Answer)), LAGS).map(
    # What it does not hear of, or refuses, it does not do; what it says it has done, it has.
    lambda deed: {
        "created": Deed("created", 0.0),
        "unreadable": Deed("unreadable", 0.0),
        "400": Deed("400", None),
        "unreachable": Deed("unreachable", None),
    }.get(deed.answer, deed)
)
RUNS = st.tuples(st.integers(0, 12), st.floats(0, 60))


@given(st.lists(DEEDS, max_size=6), st.lists(RUNS, max_size=5), st.floats(-3500, 3500))
@example([Deed("created", 0.0)], [(1, 0.0), (2, 0.0), (3, 0.0)], 0.0)
@example([Deed("broken", 29.0)], [(2, 0.0), (2, 0.0), (3, 5.0), (4, 5.0)], -3500.0)
def test_wherever_it_is_killed_there_is_one_upload(
    deeds: list[Deed], runs: list[tuple[int, float]], skew: float
) -> None:
    """It holds if a request is carried out within its timeout, or never."""
    with TemporaryDirectory() as folder:
        world = World(Path(folder, "uploads.jsonl"))
        world.deeds, world.skew = list(deeds), skew
        for killed_after, pause in runs:
            with suppress(Killed, PandocastError):
                world.upload(killed_after=killed_after)
            world.now += pause
        world.deeds.clear()
        world.upload()
        assert world.titles() == ["T"]
