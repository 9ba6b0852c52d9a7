"""What bodies say of drafts: each field with its bounds (reference, "Create draft" and "Update draft")."""

from collections.abc import Sequence
from typing import cast

from attrs import field, frozen

from pandocast_server.bodies import quoted
from pandocast_server.errors import ApiError, bad_request
from pandocast_server.fields import Fields, one_of, optional_list, optional_text, required_text
from pandocast_server.outgoing.urls import InvalidUrlError, check_url
from pandocast_server.passband.formats import DEFAULT_FORMAT, FORMATS, MAX_TEXT
from pandocast_server.passband.platforms import known_platforms

_MAX_PROMPT = 5_000
_MAX_FEEDBACK = 5_000
_MAX_ALT = 1_000
_MAX_TAG = 50
_MAX_IMAGES = 10
_MAX_TAGS = 20
_MAX_NAMES = 100


@frozen(kw_only=True)
class Extras:
    """What drafts of both modes may carry.

    Attributes:
        images: `{"url": ..., "alt"?: ...}` each.
        tags: Each once, without blanks around.
        target_platforms: Each once.
    """

    images: Sequence[dict[str, object]] = field(repr=False)
    tags: Sequence[str]
    target_platforms: Sequence[str]


def read_extras(body: Fields) -> Extras:
    """Read images, tags and platforms.

    Raises:
        ApiError: 400, one of them is out of its bounds.
    """
    return Extras(
        images=[_image(value, place) for place, value in enumerate(_list(body, "images", most=_MAX_IMAGES))],
        tags=_tags(body),
        target_platforms=known_platforms(
            texts(body, "targetPlatforms", most=_MAX_NAMES) or (), "targetPlatforms"
        ),
    )


def read_text(body: Fields) -> str:
    """Read the text of a draft: 1 to 50 000 code points, not of white space alone.

    Raises:
        ApiError: 400, it is something else.
    """
    return _said(body, "text", longest=MAX_TEXT)


def read_prompt(body: Fields) -> str | None:
    """Read a prompt of 1 to 5 000 characters, or None where there is none.

    Raises:
        ApiError: 400, it is something else.
    """
    return None if body.get("prompt") is None else _said(body, "prompt", longest=_MAX_PROMPT)


def read_url(body: Fields) -> str | None:
    """Read an absolute `http` or `https` URL, or give None where there is none.

    Raises:
        ApiError: 400, it is something else.
    """
    url = optional_text(body, "url")
    if url is not None:
        _check_url(url)
    return url


def read_formats(body: Fields) -> list[str]:
    """Read which formats to generate: 1 to 3 different ones, SHORT where none is named.

    Raises:
        ApiError: 400, it is something else.
    """
    formats = texts(body, "formats", most=len(FORMATS))
    if formats is None:
        return [DEFAULT_FORMAT]
    if not formats:
        raise bad_request("formats must not be empty")
    for name in formats:
        one_of(name, "formats", FORMATS)
    if len(set(formats)) < len(formats):
        raise bad_request("formats must not name the same format twice")
    return formats


def read_feedback(body: Fields) -> str | None:
    """Read feedback of at most 5 000 characters, or None where there is none.

    Raises:
        ApiError: 400, it is something else.
    """
    feedback = optional_text(body, "feedback")
    if feedback is not None and len(feedback) > _MAX_FEEDBACK:
        raise bad_request(f"feedback must have at most {_MAX_FEEDBACK} characters, not {len(feedback)}")
    return feedback


def read_platforms(body: Fields) -> list[str] | None:
    """Read which platforms to post to, at least one, or None where that is left open.

    Raises:
        ApiError: 400, it is something else, or names one that is unknown.
    """
    names = texts(body, "platforms", most=_MAX_NAMES)
    if names is None:
        return None
    if not names:
        raise bad_request("platforms must not be empty")
    return known_platforms(names, "platforms")


def texts(body: Fields, name: str, *, most: int) -> list[str] | None:
    """Read a list of strings as it stands, or None where the field is absent or null.

    Raises:
        ApiError: 400, it is something else, or too long.
    """
    rows = optional_list(body, name, most=most)
    if rows is None:
        return None
    if not all(isinstance(row, str) for row in rows):
        raise bad_request(f"{name} must be a list of strings")
    return cast("list[str]", rows)


def _list(body: Fields, name: str, *, most: int) -> list[object]:
    return optional_list(body, name, most=most) or []


def _said(body: Fields, name: str, *, longest: int) -> str:
    text = required_text(body, name, longest=longest)
    if not text.strip():
        raise bad_request(f"{name} must not be of white space alone")
    return text


def _tags(body: Fields) -> list[str]:
    tags = texts(body, "tags", most=_MAX_TAGS) or []
    for tag in tags:
        if not tag.strip():
            raise bad_request("tags must not hold an empty one")
        if len(tag) > _MAX_TAG:
            raise bad_request(f"tags must have at most {_MAX_TAG} characters each, not {len(tag)}")
        if "," in tag:  # it separates them in the filter of the list
            raise bad_request(f"tags must not hold a comma: {quoted(tag)}")
    return list(dict.fromkeys(tag.strip() for tag in tags))


def _image(value: object, place: int) -> dict[str, object]:
    if not isinstance(value, dict):
        raise bad_request("images must be a list of objects")
    try:
        return _image_of(cast("Fields", value))
    except ApiError as error:
        raise bad_request(f"images[{place}].{error.message}") from error


def _image_of(fields: Fields) -> dict[str, object]:
    url = required_text(fields, "url", longest=MAX_TEXT)
    _check_url(url)
    alt = optional_text(fields, "alt")
    if alt is not None and len(alt) > _MAX_ALT:
        raise bad_request(f"alt must have at most {_MAX_ALT} characters, not {len(alt)}")
    return {"url": url} if alt is None else {"url": url, "alt": alt}


def _check_url(url: str) -> None:
    try:
        check_url(url)
    except InvalidUrlError as error:
        raise bad_request(str(error)) from error
