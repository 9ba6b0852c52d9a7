"""uvicorn's HTTP protocol, with limits to its patience."""

import asyncio
from contextlib import suppress
from typing import Literal

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

CLIENT_SECONDS = 30.0


def patient_protocol(seconds: float) -> "type[PatientProtocol]":
    """Make a protocol whose clients have so many seconds."""

    class Limited(PatientProtocol):
        pass

    Limited.seconds = seconds
    return Limited


class PatientProtocol(H11Protocol):
    """Closes connections whose client stays silent, and answers what is not HTTP at most once.

    A whole header may take `seconds`, in one piece or byte by byte; so may the next piece of a body. Nor does
    it keep an access log, whoever listens: paths can hold the secret of a calendar.
    """

    seconds = CLIENT_SECONDS

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, object],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False
        self._awaited: Literal["header", "body"] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._wait_for("header")

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            self._wait_for(None)
        elif self.conn.their_state is h11.SEND_BODY:
            self._wait_for("body")
        elif self.conn.their_state is not h11.IDLE:
            self._wait_for(None)
        elif self._awaited != "header":
            self._wait_for("header")

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._awaited == "header":
            self._wait_for(None)  # from here on it is an idle connection, for which uvicorn has a limit

    def send_400_response(self, msg: str) -> None:
        # A response may have been sent, or it is to HEAD and has no body, or the application awaits a body.
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            with suppress(h11.LocalProtocolError):
                super().send_400_response(msg)
        self.transport.close()
        if self.cycle is not None:  # pyright: ignore[reportUnnecessaryComparison] - None before a request
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _wait_for(self, awaited: Literal["header", "body"] | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._awaited = awaited
        self._timer = None if awaited is None else self.loop.call_later(self.seconds, self._give_up)

    def _give_up(self) -> None:
        if self.flow.read_paused:  # the application has not read what is there yet
            self._wait_for(self._awaited)
        else:
            self.transport.close()
