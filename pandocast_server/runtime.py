"""What a running server consists of: handed to every handler and worker, made once."""

from collections import Counter
from collections.abc import Callable
from threading import Lock

from attrs import define, field

from pandocast_server.clock import Clock
from pandocast_server.generation.generator import Generator, load_generator
from pandocast_server.identifiers import Identifiers
from pandocast_server.rate_limit import RateLimits
from pandocast_server.settings import Settings
from pandocast_server.storage.database import Database

KINDS = ("analysis", "generation")


class InjectedFailures:
    """How many of the coming jobs of each workspace and kind are to fail."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: Counter[tuple[str, str]] = Counter()

    def add(self, workspace_id: str, kind: str) -> None:
        """Let the next job of this kind, `analysis` or `generation`, fail; another kind is a ValueError."""
        if kind not in KINDS:
            raise ValueError(f"only {' and '.join(KINDS)} can be made to fail, not {kind!r}")
        with self._lock:
            self._left[workspace_id, kind] += 1

    def take(self, workspace_id: str, kind: str) -> bool:
        """Return whether the job that now runs is to fail, and count it."""
        with self._lock:
            if self._left[workspace_id, kind] == 0:
                return False
            self._left[workspace_id, kind] -= 1
            return True


@define
class Runtime:
    """The parts that one server process shares."""

    settings: Settings
    database: Database
    clock: Clock
    identifiers: Identifiers
    generator: Generator
    rate_limits: RateLimits = field(init=False)
    failures: InjectedFailures = field(factory=InjectedFailures, init=False)
    _listeners: list[Callable[[], None]] = field(factory=list[Callable[[], None]], init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self.forget_requests()

    def forget_requests(self) -> None:
        """Begin new windows for all callers."""
        self.rate_limits = RateLimits(self.settings.rate_limit, self.settings.rate_window)

    @classmethod
    def start(cls, settings: Settings, *, durable: bool = True) -> "Runtime":
        """Open the database and gather the parts.

        Raises:
            DatabaseError: The database cannot be used.
        """
        database = Database(settings.database_url, durable=durable)
        generator = load_generator(settings.generator)
        return cls(settings, database, Clock(), Identifiers(settings.seed), generator)

    def on_work(self, listener: Callable[[], None]) -> None:
        """Have `listener` called, in any thread, when there may be something to do."""
        self._listeners.append(listener)
        self.clock.on_jump(listener)

    def announce_work(self) -> None:
        """Wake the workers: a committed transaction may have left something to do."""
        for listener in self._listeners:
            listener()
