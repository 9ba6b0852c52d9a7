"""The words in which a plan and its driver talk: what to do, and what came of it.

A plan is a generator. It yields a `Load`, a `Send`, a `Sleep` or a `Consult` and is handed the outcome; what
it returns is the result of the call. So the rules of retrying and pacing run the same under a blocking driver,
an awaiting one, and a simulator without sockets.
"""

from collections.abc import Callable, Generator, Sequence
from enum import Enum, auto
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
    """Something that may make a sleep unnecessary before its time."""

    def on_wake(self, callback: "WakeCallback") -> bool:
        """Have `callback` called, in any thread, once it is time; False says that it already is."""
        ...


class WakeCallback(Protocol):
    """What a driver gives to be woken."""

    def __call__(self) -> object: ...


class Send(NamedTuple):
    """Send this; give up at `expires`, a time of the monotonic clock."""

    request: WireRequest
    expires: float


class Sleep(NamedTuple):
    """Wait so many seconds, or until `until` calls, whichever is first."""

    seconds: float
    until: Wakeable | None = None


class Load(NamedTuple):
    """Import what reading the response takes, while an event loop goes on: a first call has to."""

    load: Callable[[], object]


class Consult(Protocol):
    """Ask the store that several processes share, which the budget cannot do itself.

    The driver has the store carry the `payload` out and calls `deliver` with its reply, or `fail`: once, from
    whatever thread, and also when the call that asked has been cancelled meanwhile.
    """

    def payload(self) -> tuple[str, str]:
        """Give the budget's key at the store, and the question, whose times hold from now on."""
        ...

    def deliver(self, reply: Sequence[object]) -> None:
        """Take the reply."""
        ...

    def fail(self, trouble: str) -> None:
        """Take note that there is no reply; `trouble` names the kind of error and holds no secret."""
        ...


class FailureKind(Enum):
    """Why there is no answer, told apart by what the server may have seen."""

    NOT_CONNECTED = auto()
    CONNECT_TIMEOUT = auto()
    POOL_TIMEOUT = auto()
    TIMEOUT = auto()
    BROKEN = auto()
    TOO_LARGE = auto()


class WireResponse(NamedTuple):
    """A complete response, and when, by the monotonic clock, it was asked for and had arrived.

    Its `repr` is brief: error reporters print local variables, and a server may repeat the key.
    """

    status: int
    headers: RawHeaders
    body: bytes
    sent: float
    received: float

    def __repr__(self) -> str:
        return f"<WireResponse {self.status} of {len(self.body)} bytes>"


class Failure(NamedTuple):
    """No complete response came."""

    trouble: FailureKind
    cause: Exception


Step: TypeAlias = Load | Send | Sleep | Consult
Outcome: TypeAlias = WireResponse | Failure | None
Plan: TypeAlias = Generator[Step, Outcome, T]
