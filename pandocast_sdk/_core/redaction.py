"""Keeping the API key out of everything that people read: errors, logs, tracebacks."""

import re
from collections.abc import Iterator
from typing import cast

from attrs import field, frozen

REDACTED = "[redacted]"


class HiddenBytes(bytes):
    """Bytes whose repr is hidden: error reporters print local variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return REDACTED

    __str__ = __repr__


_SHORTEST_SECRET = 8  # characters: shorter keys are parts of ordinary words


@frozen
class Redactor:
    """Removes one key from any text, as when a server repeats it in an error.

    A key that is too short to be a secret, as in tests, is removed where it is the whole text, or the
    credentials of a header.
    """

    _key: str = field(repr=False)

    def __call__(self, text: str) -> str:
        """Return the text without the key."""
        if self._key not in text:
            return text
        if len(self._key) >= _SHORTEST_SECRET:
            return text.replace(self._key, REDACTED)
        if text == self._key:
            return REDACTED
        return re.sub(rf"\bBearer {re.escape(self._key)}(?!\S)", f"Bearer {REDACTED}", text)

    def json(self, value: object) -> object:
        """Return decoded JSON without the key in any of its strings."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, list):
            return [self.json(item) for item in cast("list[object]", value)]
        if isinstance(value, dict):
            members = cast("dict[str, object]", value)
            return {self(name): self.json(item) for name, item in members.items()}
        return value

    def error(self, error: BaseException) -> BaseException:
        """Remove the key from the messages of an error and its causes, which may quote what a server sent."""
        for link in causes(error):
            link.args = tuple(self(arg) if isinstance(arg, str) else arg for arg in link.args)
        return error


def without_frames(error: BaseException) -> BaseException:
    """Remove the tracebacks from an error and its causes.

    The frames of an HTTP library hold the request's headers in local variables, and error reporters print
    local variables. The messages stay.
    """
    for link in causes(error):
        link.__traceback__ = None
    return error


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes, the error first."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__
