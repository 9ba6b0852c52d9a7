"""Several plans in virtual time, and a service with uploads whose statuses change as time goes by."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

from simulation.clock import EPOCH, Clock
from support.wire import KEY, NO_LIMIT, date, response, window
from tenacity.wait import wait_none

from pandocast_sdk._core.call.context import CallContext
from pandocast_sdk._core.call.shared import Shared
from pandocast_sdk._core.lookups.shared_poll import SharedPoll
from pandocast_sdk._core.protocol import Failure, FailureKind, Load, Outcome, Plan, Send, Sleep
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.redaction import Redactor
from pandocast_sdk.models.pandocast import Content
from pandocast_sdk.options import ClientOptions, RateLimitPolicy

T = TypeVar("T")

LATENCY = 0.05
NO_PAUSE = wait_none()
MOST_STEPS = 100_000


class Stage:
    """Carries plans out as drivers do, all at once; no time passes but that of the clock."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.clock.now = 0.0
        self.latency = LATENCY
        self.respond: Callable[[Send], Outcome] = lambda _send: response()
        self.players: list[Player[object]] = []

    @property
    def now(self) -> float:
        return self.clock.now

    def play(self, plan: Plan[T], *, after: float = 0.0) -> "Player[T]":
        player = Player(self, plan)
        self.players.append(player)  # type: ignore[arg-type]  # whatever they return
        self.clock.at(self.now + after, player.begin)
        return player

    def at(self, moment: float, action: Callable[[], object]) -> None:
        def act() -> None:
            action()

        self.clock.at(moment, act)

    def run(self) -> None:
        self.clock.run(most=MOST_STEPS)


class Player(Generic[T]):
    """The driver of one plan."""

    def __init__(self, stage: Stage, plan: Plan[T]) -> None:
        self._stage = stage
        self._plan = plan
        self._turn = 0  # what is due belongs to a turn: once another thing came first, it is void
        self._results: list[T] = []
        self.error: Exception | None = None
        self.began = 0.0
        self.ended: float | None = None
        self.steps = 0
        self._stalls = (0.0, 0.0)  # from when until when nothing reaches it
        self.before_step: Callable[[int], object] = lambda _step: None

    @property
    def result(self) -> T:
        if self.error is not None:
            raise self.error
        (result,) = self._results
        return result

    def begin(self) -> None:
        self.began = self._stage.now
        self._go_on(None)

    def cancel(self) -> None:
        """Close the plan, as a driver does that is cancelled."""
        self._turn += 1
        self._plan.close()

    def die(self) -> None:
        """Stop here for ever, as a driver whose thread is gone."""
        self._turn += 1

    def stall(self, *, at: float, until: float) -> None:
        """Stand still for a while, as a thread that is not scheduled."""
        self._stalls = (at, until)

    def _go_on(self, outcome: Outcome) -> None:
        if self.ended is not None:
            return
        begin, end = self._stalls
        if begin <= self._stage.now < end:
            turn = self._turn
            self._stage.at(end, lambda: self._go_on(outcome) if turn == self._turn else 0)
            return
        self._turn += 1
        try:
            step = self._plan.send(outcome)
            while isinstance(step, Load):
                step.load()
                step = self._plan.send(None)
        except StopIteration as stop:
            self._results.append(stop.value)
            self.ended = self._stage.now
        except Exception as error:  # noqa: BLE001 - whatever a driver would raise
            self.error, self.ended = error, self._stage.now
        else:
            self.steps += 1
            if isinstance(step, Send):
                self._send(step)
            else:
                assert isinstance(step, Sleep), "nothing to consult"
                self._sleep(step)
            self.before_step(self.steps)

    def _later(self, seconds: float, outcome: Callable[[], Outcome]) -> None:
        turn = self._turn
        self._stage.at(self._stage.now + seconds, lambda: self._go_on(outcome()) if turn == self._turn else 0)

    def _send(self, step: Send) -> None:
        assert step.expires > self._stage.now, "sent when it was too late"
        sent, outcome = self._stage.now, self._stage.respond(step)
        if self._stage.now + self._stage.latency > step.expires:
            outcome = Failure(FailureKind.TIMEOUT, OSError("made up"))
        seconds = min(self._stage.latency, step.expires - sent)
        if not isinstance(outcome, Failure) and outcome is not None:
            outcome.sent, outcome.received = sent, sent + seconds
        self._later(seconds, lambda: outcome)

    def _sleep(self, step: Sleep) -> None:
        assert step.seconds >= 0
        self._later(step.seconds, lambda: None)
        if step.until is not None:
            turn = self._turn

            def wake() -> None:
                self._stage.at(self._stage.now, lambda: self._go_on(None) if turn == self._turn else 0)

            if not step.until.on_wake(wake):
                wake()


class Uploads(Stage):
    """A service with uploads, newest first; each page says in its titles when it was requested.

    Attributes:
        statuses: The statuses of each upload, and since when it has them.
        pages: The offsets of the pages that were requested.
        outputs_read: The uploads whose outputs were requested.
        posted: What was posted: the paths.
        works_for: How many seconds it works on what was posted.
        refuse: Returns the response in place of the right one; None for the right one.
    """

    def __init__(self, *names: str, analyzed_at: float = 0.0, limit: int | None = None) -> None:
        super().__init__()
        self.statuses = {name: [(0.0, "analyzing"), (analyzed_at, "analyzed")] for name in names}
        self.pages: list[int] = []
        self.outputs_read: list[str] = []
        self.posted: list[str] = []
        self.works_for = 0.0
        self.refuse: Callable[[Send], Outcome] = lambda _send: None
        self.respond = self._respond
        self.shared = Shared(lambda: None)
        self.budget = Budget(now=lambda: self.now, wall=lambda: EPOCH + self.now)
        self.limit, self.window = limit, 60
        self._used, self._reset = 0, 0

    @property
    def requests(self) -> int:
        return len(self.pages) + len(self.outputs_read)

    def context(
        self,
        *,
        deadline: float | None = None,
        max_retries: int = 0,
        timeout: float = 30.0,
        policy: RateLimitPolicy | None = None,
    ) -> CallContext:
        options = ClientOptions(
            api_key=KEY,
            base_url="https://api.example/api/v1",
            timeout=timeout,
            deadline=deadline,
            max_retries=max_retries,
            rate_limit=policy or (NO_LIMIT if self.limit is None else RateLimitPolicy()),
            backoff=NO_PAUSE,
        )
        budget = None if options.rate_limit.mode == "off" else self.budget
        return CallContext(
            options, budget, lambda: self.now, lambda: EPOCH + self.now, Redactor(KEY), self.shared
        )

    def shared_polls(self) -> list[SharedPoll[Content]]:
        """The polls that are left; the frames of an error hold one, too."""
        (objects,) = self.shared._by_process.values()
        return cast("list[SharedPoll[Content]]", list(objects.by_key.values()))

    def at_rest(self) -> bool:
        """Whether nobody waits, as far as the polls know."""
        return not any(poll._queue or poll._round or poll._polling for poll in self.shared_polls())

    def status(self, name: str) -> str:
        return [status for since, status in self.statuses[name] if self.now >= since][-1]

    def spend(self, count: int) -> None:
        """Use up slots of the window, as other processes do."""
        self._roll_over()
        self._used += count

    def _respond(self, send: Send) -> Outcome:
        refused = self.refuse(send)
        headers: dict[str, object] = {}
        if self.limit is not None:
            self._roll_over()
            self._used += 1
            assert self._used <= self.limit, "more than the window has"
            headers = date(int(EPOCH + self.now)) | window(
                self.limit - self._used, self._reset, limit=self.limit
            )
        url = urlsplit(send.request.url)
        if send.request.method == "POST":
            return refused or self._work(url.path, headers)
        if url.path.endswith("/outputs"):
            name = url.path.split("/")[-2]
            self.outputs_read.append(name)
            if refused is not None:
                return refused
            items = [output(name)] if self.status(name) == "generated" else []
            return response(200, {"items": items, "total": len(items)}, headers)
        query = parse_qs(url.query)
        offset, limit = int(query["offset"][0]), int(query["limit"][0])
        self.pages.append(offset)
        if refused is not None:
            return refused
        names = list(self.statuses)
        rows = [self._row(name) for name in names[offset : offset + limit]]
        more = offset + len(rows) < len(names)
        return response(200, {"items": rows, "total": len(names), "has_more": more}, headers)

    def _work(self, path: str, headers: dict[str, object]) -> Outcome:
        """Begin to work on an upload: `/content/{name}/upload` adds it, `/generate` generates for it."""
        self.posted.append(path)
        name, step = path.split("/")[-2:]
        done = self.now + self.works_for
        if step == "upload":
            self.statuses = {name: [(self.now, "analyzing"), (done, "analyzed")], **self.statuses}
        else:
            self.statuses[name] += [(self.now, "generating"), (done, "generated")]
        return response(200, {}, headers)

    def _row(self, name: str) -> dict[str, object]:
        return {
            "id": name,
            "title": repr(self.now),
            "content_type": "note",
            "status": self.status(name),
            "created_at": "2026-03-28T10:00:00Z",
        }

    def _roll_over(self) -> None:
        time = EPOCH + self.now
        if time >= self._reset:
            self._reset, self._used = int(time) + self.window, 0


def output(name: str) -> dict[str, object]:
    return {
        "id": f"out_{name}",
        "platform_id": "twitter_single",
        "format_name": "Twitter / X Post",
        "content": "Text",
        "voice_match_score": 87,
        "status": "draft",
        "created_at": "2026-03-28T10:05:00Z",
    }


def requested(content: Content) -> float:
    """When the page was requested that an upload stood on."""
    return float(content.title)


def names(count: int) -> Iterable[str]:
    return (f"c{number}" for number in range(count))
