"""The formats of drafts, and how long and in which shape each is written: one table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from attrs import evolve

from pandocast_server.generation.platforms import PLATFORMS, Platform

Format = Literal["SHORT", "THREAD", "BLOG"]

DEFAULT_FORMAT: Final[Format] = "SHORT"
MAX_TEXT: Final = 50_000
"""The most characters that a draft may hold, whoever wrote it (reference, "Create draft")."""

# Voice profiles name formats where they speak of how many hashtags to set, so the ids are theirs.
_ROWS: Final = (
    evolve(PLATFORMS["twitter_single"], id="SHORT", format_name="Short post"),
    evolve(PLATFORMS["twitter_thread"], id="THREAD", format_name="Thread"),
    Platform(
        id="BLOG",
        format_name="Blog article",
        max_part_characters=MAX_TEXT,
        shape="article",
        counting="code_points",
    ),
)

FORMATS: Final[Mapping[str, Platform]] = MappingProxyType({row.id: row for row in _ROWS})
"""Every format by its name on the wire; the row is what a text generator writes for."""
