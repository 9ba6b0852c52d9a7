"""How often is polled."""

from support.stage import Uploads, names

from pandocast_sdk._core.lookups.content import wait_many_until_analyzed, wait_until_analyzed
from pandocast_sdk._core.lookups.pace import Pace


def test_pauses_grow_from_a_tenth_of_a_second_to_five() -> None:
    pace = Pace()
    pauses = [pace.next_pause() for _ in range(20)]
    assert pauses[0] == 0.1
    assert pauses == sorted(pauses)
    assert pauses[-1] == 5.0


def test_pauses_shrink_while_ten_waits_end_between_two_polls() -> None:
    pace = Pace()
    longest = [pace.next_pause() for _ in range(20)][-1]
    assert pace.next_pause(9) == longest
    assert pace.next_pause(10) < longest / 2
    assert min(pace.next_pause(10) for _ in range(20)) == 0.1


def test_those_who_wait_together_begin_with_longer_pauses() -> None:
    pace = Pace()
    assert [pace.next_pause(waiting=2), pace.next_pause(waiting=30)] == [0.2, 1.0]
    assert pace.next_pause(waiting=1) == 1.5, "whoever joins or leaves does not reset it"
    assert [pace.next_pause(10, waiting=30) for _ in range(5)][-1] == 1.0


def test_a_crowd_is_not_polled_for_every_tenth_of_a_second() -> None:
    stage = Uploads(*names(30), analyzed_at=3.0)
    waits = [stage.play(wait_until_analyzed(stage.context(), name, 60)) for name in names(30)]
    many = Uploads(*names(30), analyzed_at=3.0)
    together = many.play(wait_many_until_analyzed(many.context(), names(30), 60, None))
    for each in (stage, many):
        each.run()
        assert each.requests <= 6
    assert [wait.result.id for wait in waits] == list(names(30))
    assert len(together.result) == 30


def test_polls_are_few_beside_the_waits_that_end_and_none_ends_late() -> None:
    """Thirty at a time, one after the other, each of which lasts for a second."""
    stage = Uploads(*names(600))
    waits = []
    for number, name in enumerate(names(600)):
        begins = number / 30
        stage.statuses[name] = [(0.0, "analyzing"), (begins + 1.0, "analyzed")]
        waits.append(stage.play(wait_until_analyzed(stage.context(), name, 60), after=begins))
    stage.run()
    late = [each.ended - each.began - 1.0 for each in waits if each.ended is not None]
    assert len(late) == 600
    assert stage.pages.count(0) <= 60
    assert sum(late) / len(late) < 1.0
