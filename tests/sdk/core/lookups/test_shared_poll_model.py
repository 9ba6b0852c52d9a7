"""Random lives of waits at one poll: nobody is forgotten, nobody is given anything old, nothing is left."""

import hypothesis.strategies as st
from hypothesis import given
from support.stage import Player, Uploads, names, requested
from support.wire import failure, response

from pandocast_sdk._core.lookups.content import (
    find_content,
    wait_many_until_analyzed,
    wait_until_analyzed,
)
from pandocast_sdk._core.lookups.rounds import GRACE
from pandocast_sdk._core.protocol import FailureKind, Outcome, Plan, Send
from pandocast_sdk.errors import (
    APIConnectionError,
    InternalServerError,
    PandocastError,
    RateLimitError,
    WaitTimeoutError,
)
from pandocast_sdk.models.pandocast import Content

COUNT = 220
TIMEOUT = 200.0
REQUEST = 30.0  # the longest that one may take
MOMENTS = st.floats(0, 30).map(lambda seconds: round(seconds, 2))
LIVES = st.tuples(
    st.sampled_from(["wait", "wait", "wait", "get", "many"]),
    MOMENTS,  # when it begins
    st.integers(0, COUNT - 1),  # its upload
    st.sampled_from(["stay", "stay", "stay", "cancel", "die", "expire"]),
    st.floats(0.01, 15).map(lambda seconds: round(seconds, 2)),  # how long it stays at most
)
FAULTS = st.lists(st.tuples(MOMENTS, st.floats(0.1, 5), st.sampled_from([503, 429, None])), max_size=3)


class Story:
    """What happens at one service."""

    def __init__(self, analyzed_at: float, faults: list[tuple[float, float, int | None]]) -> None:
        self.stage = Uploads(*names(COUNT), analyzed_at=analyzed_at)
        self.stage.refuse = self.refuse
        self.faults = faults
        self.analyzed_at = analyzed_at
        self.staying: list[Player[Content]] = []
        self.expiring: list[tuple[Player[Content], float]] = []
        self.lookups: list[Player[Content]] = []
        self.deaths = 0

    def refuse(self, _send: Send) -> Outcome:
        for begin, seconds, status in self.faults:
            if begin <= self.stage.now < begin + seconds:
                return failure(FailureKind.BROKEN) if status is None else response(status)
        return None

    def live(self, kind: str, begins: float, upload: int, end: str, stays: float) -> None:
        stage, name = self.stage, f"c{upload}"
        timeout = stays if end == "expire" and kind == "wait" else TIMEOUT
        if kind == "get":
            player = stage.play(find_content(stage.context(), name), after=begins)
        elif kind == "wait":
            player = stage.play(wait_until_analyzed(stage.context(), name, timeout), after=begins)
        else:
            player = stage.play(self.first_of_many(name), after=begins)
        if end == "cancel":
            stage.at(begins + stays, player.cancel)
        elif end == "die":
            stage.at(begins + stays, player.die)
            self.deaths += 1
        elif kind == "get":
            self.lookups.append(player)
        elif timeout < TIMEOUT:
            self.expiring.append((player, timeout))
        else:
            self.staying.append(player)

    def first_of_many(self, name: str) -> Plan[Content]:
        many = yield from wait_many_until_analyzed(self.stage.context(), [name, "c0", "c150"], TIMEOUT, None)
        first = many[0]
        if isinstance(first, PandocastError):
            raise first
        return first


@given(st.lists(LIVES, min_size=1, max_size=25), FAULTS, st.floats(0, 40))
def test_every_wait_comes_to_its_end(
    lives: list[tuple[str, float, int, str, float]],
    faults: list[tuple[float, float, int | None]],
    analyzed_at: float,
) -> None:
    story = Story(analyzed_at, faults)
    for life in lives:
        story.live(*life)
    story.stage.run()
    pages = 3  # a round's
    # Each that dies may keep the others waiting once, for as long as a request may take.
    lost = story.deaths * (REQUEST + 2 * GRACE)
    for player in story.staying:
        assert player.result.status == "analyzed"
        assert requested(player.result) >= player.began
        assert player.ended is not None
        latest = max(player.began, analyzed_at, *(begin + seconds for begin, seconds, _ in faults), 0.0)
        assert player.ended <= latest + 2 * (5 + pages * story.stage.latency) + lost
    for player, timeout in story.expiring:
        assert player.ended is not None
        assert player.ended - player.began <= timeout + 0.001
        assert player.error is None or isinstance(player.error, WaitTimeoutError)
    for player in story.lookups:
        assert player.ended is not None
        if player.error is None:
            assert requested(player.result) >= player.began
        else:
            assert faults
            assert isinstance(player.error, APIConnectionError | InternalServerError | RateLimitError)
        assert player.ended - player.began <= 3 * pages * story.stage.latency + lost
    if not story.deaths:
        assert story.stage.at_rest()
