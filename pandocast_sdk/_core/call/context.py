"""What holds for every call of one client, and what follows from it for one operation."""

from collections.abc import Callable
from typing import NamedTuple

from pandocast_sdk._core.call.shared import Shared
from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk._core.rate_limit.budget import Budget
from pandocast_sdk._core.rate_limit.headers import rate_headers
from pandocast_sdk._core.redaction import Redactor
from pandocast_sdk._core.requests.operation import Operation
from pandocast_sdk.errors import RequestRecord
from pandocast_sdk.options import ClientOptions


class CallContext(NamedTuple):
    """What holds for every call of one client.

    Attributes:
        options: The client's options.
        budget: The key's budget, None when the rate limit is off.
        now: The monotonic clock, in seconds.
        wall: The local wall clock, in seconds since 1970.
        redact: Removes the key from texts.
        shared: What its calls share with those of its copies; None where they share nothing.
        polls: Whether its calls are polls, which give way to others in the queue of the budget.
    """

    options: ClientOptions
    budget: Budget | None
    now: Callable[[], float]
    wall: Callable[[], float]
    redact: Redactor
    shared: Shared | None = None
    polls: bool = False

    def server_time(self, response: WireResponse) -> float:
        """Return the server's time when a response has come, as far as known, in seconds since 1970.

        Without a budget nobody keeps the server's clock; the response's own `Date` has it to the second.
        """
        if self.budget is not None:
            return self.budget.server_time()
        date = rate_headers(response).date
        return self.wall() if date is None else date


def request_url(context: CallContext, operation: Operation[object]) -> str:
    """Return the whole URL of an operation, query included."""
    url = context.options.base_url + operation.path
    return f"{url}?{operation.query}" if operation.query else url


def request_record(context: CallContext, operation: Operation[object]) -> RequestRecord:
    """Return what an error remembers of an operation's request."""
    return RequestRecord(operation.method, request_url(context, operation), operation.name)
