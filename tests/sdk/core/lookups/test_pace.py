"""How often is polled."""

from support.stage import Uploads, names

from pandocast_sdk._core.lookups.content import wait_until_analyzed
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
