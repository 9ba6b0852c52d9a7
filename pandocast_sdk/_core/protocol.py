"""What passes between a plan and its driver: the steps to take, and their outcomes.

A plan is a generator. It yields a `Load`, a `Send`, a `Sleep` or a `Consult` and is sent the outcome; what it
returns is the result of the call. So the rules of retrying and pacing run the same under a blocking driver,
an awaiting one, and a simulator without sockets.
"""

from collections.abc import Callable, Generator, Sequence
from enum import Enum, auto
from math import inf
from threading import RLock
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

T = TypeVar("T")

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]


class WireRequest(NamedTuple):
    """One request without its credentials, which only the transport knows."""

    method: str
    url: str
    body: bytes | None

    def __repr__(self) -> str:
        return f"<WireRequest {self.method} {self.url}>"


class Wakeable(Protocol):
    """Something that may end a sleep before its time."""

    def on_wake(self, callback: "WakeCallback") -> bool:
        """Have `callback` called, in any thread, once it is time; return False if it already is."""
        ...


class WakeCallback(Protocol):
    """What wakes a driver when it is called."""

    def __call__(self) -> object: ...


class Wakeup:
    """A `Wakeable` that wakes one sleeper, in whatever thread, even if it has yet to fall asleep."""

    __slots__ = ("_lock", "_wake", "_woken")

    def __init__(self, lock: RLock) -> None:
        """Begin awake; the lock is that of whatever is shared with those who wake."""
        self._lock = lock
        self._wake: WakeCallback | None = None
        self._woken = False

    def on_wake(self, callback: WakeCallback) -> bool:
        """Have `callback` called at the next `wake`; return False if that has been since the last sleep."""
        with self._lock:
            woken, self._woken = self._woken, False
            self._wake = None if woken else callback
            return not woken

    def wake(self) -> None:
        """Wake the sleeper, if there is one; called without the lock."""
        with self._lock:
            callback, self._wake = self._wake, None
            self._woken = callback is None  # a sleeper that is about to fall asleep must not miss it
        if callback is not None:
            callback()


SHORTEST_ATTEMPT = 0.05  # seconds: a request that has less left until the deadline is not worth sending


class Send(NamedTuple):
    """Send a request, within limits that are times of the monotonic clock.

    Attributes:
        request: The request.
        expires: When to give up, if a connection is free at once. If not, waiting for one may last until
            then, and the attempt may last as long again.
        deadline: When to give up, however late the attempt began.
    """

    request: WireRequest
    expires: float
    deadline: float = inf


class Sleep(NamedTuple):
    """Wait so many seconds, or until `until` calls, whichever comes first."""

    seconds: float
    until: Wakeable | None = None


class Load(NamedTuple):
    """Import what it takes to read the response, without blocking an event loop: a first call has to."""

    load: Callable[[], object]


class Consult(Protocol):
    """Consult the store that several processes share, which the budget cannot do itself.

    The driver sends the `payload` to the store and calls `deliver` with its reply, or `fail`: once, from any
    thread, and also when the call that yielded this has been cancelled meanwhile.
    """

    def payload(self) -> tuple[str, str]:
        """Return the budget's key at the store, and the query, whose times count from now on."""
        ...

    def deliver(self, reply: Sequence[object]) -> None:
        """Accept the reply."""
        ...

    def fail(self, reason: str) -> None:
        """Accept that there is no reply; `reason` names the kind of error and holds no secret."""
        ...


class FailureKind(Enum):
    """Why a request did not succeed: no complete response came, or the status of the response says why.

    The table in `call.failure_table` has a row for each.
    """

    NOT_CONNECTED = auto()
    CONNECT_TIMEOUT = auto()
    POOL_TIMEOUT = auto()
    UNUSABLE_SETTING = auto()
    TIMEOUT = auto()
    BROKEN = auto()
    TOO_LARGE = auto()
    REDIRECT = auto()
    REQUEST_TIMEOUT = auto()
    RATE_LIMITED = auto()
    CLIENT_ERROR = auto()
    SERVER_ERROR = auto()


UNSENT = frozenset(
    {
        FailureKind.NOT_CONNECTED,
        FailureKind.CONNECT_TIMEOUT,
        FailureKind.POOL_TIMEOUT,
        FailureKind.UNUSABLE_SETTING,
    }
)
"""The kinds of failure in which the request never left this machine."""


class SettingError(Exception):
    """A setting of the environment cannot be used, such as a proxy; the message names the variable."""


class WireResponse:
    """A complete response.

    Its `repr` is brief: error reporters print local variables, and a server may repeat the key.

    Attributes:
        status: Its status.
        headers: Its headers.
        body: Its body, decompressed.
        sent: When its request was sent, by the monotonic clock.
        received: When it had arrived, likewise.
        rate_headers: What the rate limit has read from the headers, once it has.
    """

    __slots__ = ("body", "headers", "rate_headers", "received", "sent", "status")

    def __init__(self, status: int, headers: RawHeaders, body: bytes, sent: float, received: float) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.sent = sent
        self.received = received
        self.rate_headers: object = None

    def __repr__(self) -> str:
        return f"<WireResponse {self.status} of {len(self.body)} bytes>"


class Failure(NamedTuple):
    """No complete response came."""

    kind: FailureKind
    cause: Exception


Step: TypeAlias = Load | Send | Sleep | Consult
Outcome: TypeAlias = WireResponse | Failure | None
Plan: TypeAlias = Generator[Step, Outcome, T]
