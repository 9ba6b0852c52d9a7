"""Response headers as a mapping that ignores case."""

from collections.abc import Iterator, Mapping

from pandocast_sdk._core.protocol import RawHeaders


class Headers(Mapping[str, str]):
    """The headers of a response; look-ups ignore case, and a header sent twice is joined by commas."""

    __slots__ = ("_values",)

    def __init__(self, raw: RawHeaders = ()) -> None:
        values: dict[str, str] = {}
        for name, value in raw:
            key = name.decode("latin-1").lower()
            text = value.decode("latin-1")
            values[key] = f"{values[key]}, {text}" if key in values else text
        self._values = values

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"
