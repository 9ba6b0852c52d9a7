"""A made-up service that takes uploads, in virtual time; what it does with one can be chosen."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

from support.wire import context, failure, response

from pandocast_sdk import Content, UploadJournal
from pandocast_sdk._core.lookups.upload_once import upload_once
from pandocast_sdk._core.protocol import FailureKind, Load, Outcome, Plan, Send, Sleep

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
TIMEOUT = 30.0

Answer = Literal["created", "lost", "late", "broken", "503", "unreachable", "400", "unreadable"]


class Killed(BaseException):
    """The process was killed: nothing of it runs any more."""


class Deed(NamedTuple):
    """What the service does with one request.

    Attributes:
        answer: What the client hears.
        lag: After how many seconds the upload is there; None for never.
    """

    answer: Answer = "created"
    lag: float | None = 0.0


class World:
    """One service, one file of a journal, and the programs that use both, one after the other.

    Attributes:
        now: The seconds since noon.
        skew: By how much the service's clock is ahead.
        deeds: What it does with the next uploads; with those that follow, what is usual.
        sent: When uploads were sent, in seconds since noon.
        searches: How many pages were requested.
        spoiled: What is wrong with each row of the list.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = 0.0
        self.skew = 0.0
        self.deeds: list[Deed] = []
        self.sent: list[float] = []
        self.searches = 0
        self._uploads: list[tuple[float, dict[str, str]]] = []
        self.spoiled: dict[str, object] = {}
        self.before_upload: Callable[[], object] = lambda: None

    @contextmanager
    def journal(self) -> Iterator[UploadJournal]:
        """The file, as the next program opens it."""
        with UploadJournal(self.path) as journal:
            yield journal

    def upload(
        self,
        title: str = "T",
        text: str | Path = "A text.",
        *,
        deadline: float | None = None,
        timeout: float = TIMEOUT,
        killed_after: int | None = None,
    ) -> Content:
        """Run a program that uploads a text once, and kill it after so many steps."""
        with self.journal() as journal:
            world = context(
                now=lambda: self.now,
                wall=lambda: NOON.timestamp() + self.now,
                timeout=timeout,
                deadline=deadline,
            )
            plan = upload_once(world, journal.records, title=title, content_type="note", raw_content=text)
            return self._play(plan, killed_after)

    def titles(self) -> list[str]:
        """What is there by now, or will be."""
        return [row["title"] for _, row in self._uploads]

    def _play(self, plan: Plan[Content], killed_after: int | None) -> Content:
        outcome: Outcome = None
        steps = 0
        while steps != killed_after:
            try:
                step = plan.send(outcome)
            except StopIteration as stop:
                content: Content = stop.value
                return content
            outcome, steps = None, steps + 1
            if isinstance(step, Load):
                step.load()
            elif isinstance(step, Send):
                outcome = self._respond(step)
            else:
                assert isinstance(step, Sleep)
                self.now += step.seconds
        raise Killed

    def _respond(self, send: Send) -> Outcome:
        if send.request.method == "GET":
            self.searches += 1
            return self._page(send.request.url)
        self.before_upload()
        self.sent.append(self.now)
        deed = self.deeds.pop(0) if self.deeds else Deed()
        row = self._row(send)
        if deed.lag is not None:
            self._uploads.append((self.now + deed.lag, row))
        return self._answer(deed, send, row)

    def _answer(self, deed: Deed, send: Send, row: dict[str, str]) -> Outcome:
        if deed.answer == "late":
            self.now = send.expires
            return failure(FailureKind.TIMEOUT)
        outcomes: dict[Answer, Outcome] = {
            "created": response(201, row),
            "lost": failure(FailureKind.BROKEN),
            "broken": failure(FailureKind.BROKEN),
            "503": response(503),
            "unreachable": failure(FailureKind.NOT_CONNECTED),
            "400": response(400, {"error": "too long", "code": "bad_request", "status": 400}),
            "unreadable": response(201, b"<html>"),
        }
        return outcomes[deed.answer]

    def _row(self, send: Send) -> dict[str, str]:
        title = json.loads(send.request.body or b"")["title"]
        created = NOON + timedelta(seconds=self.now + self.skew)
        return {
            "id": f"c{len(self.sent)}",
            "title": title,
            "content_type": "note",
            "status": "analyzing",
            "created_at": created.isoformat(),
        }

    def _page(self, url: str) -> Outcome:
        query = parse_qs(urlsplit(url).query)
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        rows = [row for moment, row in self._uploads if moment <= self.now][::-1]
        page = [row | self.spoiled for row in rows[offset : offset + limit]]
        return response(200, {"items": page, "total": len(rows), "has_more": offset + len(page) < len(rows)})
