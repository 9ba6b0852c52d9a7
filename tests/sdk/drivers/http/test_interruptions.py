"""What a signal handler raises ends the call, whatever its class."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType

import pytest
from support.loopback import KEY, NO_LIMIT, Conversation, always, http, loopback

from pandocast_sdk import APIConnectionError, APITimeoutError, Pandocast

CLASSES = [TimeoutError, OSError, ConnectionResetError, ValueError, KeyboardInterrupt]


class Handlers:
    """Handlers of each shape, which raise an error."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def method(self, _number: int, _frame: FrameType | None) -> None:
        raise self.error

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.method(number, frame)

    def in_a_partial(self) -> Callable[[int, FrameType | None], None]:
        return partial(lambda error, _number, _frame: self.fail(error), self.error)

    @staticmethod
    def fail(error: BaseException) -> None:
        raise error


SHAPES: dict[str, Callable[[Handlers], Callable[[int, FrameType | None], None]]] = {
    "method": lambda handlers: handlers.method,
    "object": lambda handlers: handlers,
    "partial": Handlers.in_a_partial,
}


@contextmanager
def handling(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGUSR1, before)


def signal_when_asked(conversation: Conversation) -> None:
    """Signal this process while it waits for a response, which then comes."""
    while request := conversation.read_request():
        if request.target.endswith("/signal"):
            signal.pthread_kill(main_thread(), signal.SIGUSR1)
            conversation.hang()
        else:
            conversation.send(http("200 OK"))


def main_thread() -> int:
    ident = threading.main_thread().ident
    assert ident is not None
    return ident


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("error_class", CLASSES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_a_handler_raises_ends_the_call(
    error_class: type[BaseException], shape: str, method: str
) -> None:
    error = error_class("of the handler")
    with (
        loopback(signal_when_asked) as server,
        handling(SHAPES[shape](Handlers(error))),
        Pandocast(api_key=KEY, base_url=server.url, rate_limit=NO_LIMIT) as client,
    ):
        client.request("GET", "/things")
        with pytest.raises(error_class, match="of the handler") as caught:
            client.request(method, "/signal")
        assert caught.value is error
        assert len(server.requests) == 2, "it is not sent again"
        assert client.request("GET", "/things").status_code == 200


def test_other_errors_are_failures_although_a_handler_is_set() -> None:
    with (
        loopback(always(b"")) as server,
        handling(Handlers(TimeoutError()).method),
        Pandocast(api_key=KEY, base_url=server.url, timeout=0.2, max_retries=0) as client,
        pytest.raises(APITimeoutError),
    ):
        client.request("GET", "/things")
    with (
        handling(Handlers(OSError()).method),
        Pandocast(api_key=KEY, base_url="http://127.0.0.1:9", max_retries=0) as client,
        pytest.raises(APIConnectionError),
    ):
        client.request("GET", "/things")


def test_a_handler_that_raises_nothing_changes_nothing() -> None:
    seen: list[int] = []

    def signal_and_respond(conversation: Conversation) -> None:
        while conversation.read_request():
            os.kill(os.getpid(), signal.SIGUSR1)
            conversation.send(http("200 OK"))

    with (
        loopback(signal_and_respond) as server,
        handling(lambda number, _frame: seen.append(number)),
        Pandocast(api_key=KEY, base_url=server.url) as client,
    ):
        assert client.request("GET", "/things").status_code == 200
    assert seen == [signal.SIGUSR1]
