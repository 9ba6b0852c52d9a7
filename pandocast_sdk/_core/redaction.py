"""Keeping the API key out of everything that people read."""

from typing import cast

from attrs import field, frozen

REDACTED = "[redacted]"


@frozen
class Redactor:
    """Takes one key out of any text, as when a server repeats it in an error."""

    _key: str = field(repr=False)

    def __call__(self, text: str) -> str:
        """Give the text without the key."""
        return text.replace(self._key, REDACTED) if self._key in text else text

    def deeply(self, value: object) -> object:
        """Give decoded JSON without the key in any of its strings."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, list):
            return [self.deeply(item) for item in cast("list[object]", value)]
        if isinstance(value, dict):
            members = cast("dict[str, object]", value)
            return {self(name): self.deeply(item) for name, item in members.items()}
        return value


def without_frames(error: BaseException) -> BaseException:
    """Take the tracebacks from an error and its causes.

    The frames of an HTTP library hold the request's headers in local variables, and error reporters print
    local variables. The messages stay.
    """
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error
