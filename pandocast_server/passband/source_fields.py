"""What bodies say of sources: each field with its bounds (reference, "Create source" and "Update source")."""

from typing import Final

from pandocast_server.errors import ApiError, bad_request
from pandocast_server.fields import Fields, is_whole, one_of, optional_object, optional_text, required_text
from pandocast_server.passband.draft_fields import read_extras, read_formats
from pandocast_server.passband.source_types import SOURCE_TYPES, TWITTER

MAX_ITEMS: Final = 100
DEFAULT_MAX_ITEMS: Final = 20

_MAX_NAME = 200
_KNOWN = frozenset({"formats", "tags", "maxItems"})


def read_name(body: Fields) -> str | None:
    """Read a name of 1 to 200 characters, or give None where there is none.

    Raises:
        ApiError: 400, it is something else.
    """
    return None if body.get("name") is None else required_text(body, "name", longest=_MAX_NAME)


def read_type(body: Fields) -> str | None:
    """Read a type that has a public feed, or give None where there is none.

    Raises:
        ApiError: 400, it is another.
    """
    source_type = optional_text(body, "type")
    if source_type is not None and one_of(source_type, "type", SOURCE_TYPES) == TWITTER:
        raise bad_request(f"type {TWITTER} is not available without credentials")
    return source_type


def read_config(body: Fields) -> dict[str, object] | None:
    """Read how a source is to be used, or give None where that is not said.

    What the server knows must have its shape: `formats` as in generate mode, `tags` as drafts have them, and
    `maxItems`, a whole number from 1 to 100; null is as if it were absent. Everything else is kept as it is.

    Raises:
        ApiError: 400, something has another shape.
    """
    given = optional_object(body, "config")
    if given is None:
        return None
    known = {name: given[name] for name in _KNOWN if given.get(name) is not None}
    config = {name: value for name, value in given.items() if name not in _KNOWN}
    try:
        if "formats" in known:
            config["formats"] = read_formats(known)
        if "tags" in known:
            config["tags"] = [*read_extras({"tags": known["tags"]}).tags]
    except ApiError as error:
        raise bad_request(f"config.{error.message}") from error
    if "maxItems" in known:
        config["maxItems"] = _max_items(known["maxItems"])
    return config


def _max_items(value: object) -> int:
    if isinstance(value, int | float) and is_whole(value, least=1, most=MAX_ITEMS):
        return int(value)
    raise bad_request(f"config.maxItems must be a whole number from 1 to {MAX_ITEMS}")
