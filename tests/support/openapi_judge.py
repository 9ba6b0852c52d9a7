"""Judges a response of the reference server by the OpenAPI document of its mount."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NoReturn

import yaml
from icalendar import Calendar
from jsonschema import Draft202012Validator
from support.openapi_document import DESCRIPTIONS, Description, Expectation, Path, mount_of

FAULT_HEADER = "x-pandocast-fault"
# The statuses where the document has no operation: the key and the rate come first, then the route.
# Where the document has no 429, there is no rate.
WITHOUT_ROUTE = frozenset({401, 404, 429, 500})
WITHOUT_METHOD = frozenset({401, 405, 429, 500})
# A client paces itself by them, so where a document does not have them, they must not be there.
RATE_HEADERS = "x-ratelimit-"
BODILESS = frozenset({204, 304})
_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
HeaderValues = Mapping[str, Sequence[str]]


def judge(method: str, path: str, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
    """Judge one response to a request for `path`, which is under a mount and percent-decoded.

    A response with an injected fault, marked by its header, may have any status. It is either the true
    response, delayed, or the error envelope; both with the headers that every response has.

    Raises:
        AssertionError: the response is not as the document says; the text names everything that is wrong.
    """
    mount = mount_of(path)
    if mount is None:
        raise LookupError(f"{path} is under none of {', '.join(DESCRIPTIONS)}")
    description, local = DESCRIPTIONS[mount], path.removeprefix(mount)
    values = _by_name(headers)
    faulty = FAULT_HEADER in values
    name, responses = _documented(description, method, local)
    if not faulty and status not in responses:
        _fail(name, status, f"the document has {', '.join(map(str, sorted(responses)))} only")
    possible = [responses[status]] if status in responses else []
    if faulty:
        possible.append(description.bodiless if status in BODILESS else description.envelope)
    verdicts = [
        [*_header_faults(expected, values), *_body_faults(method, expected, values, status, body)]
        for expected in possible
    ]
    if status == 405 and not faulty:
        verdicts[0].extend(_allow_faults(description.paths_of(local), values))
    if all(verdicts):
        _fail(name, status, "; or ".join("; ".join(faults) for faults in verdicts))


def _fail(name: str, status: int, what: str) -> NoReturn:
    raise AssertionError(f"{name}, {status}: {what}")


def _documented(description: Description, method: str, path: str) -> tuple[str, Mapping[int, Expectation]]:
    """Return a name for the operation, and its documented responses by status."""
    paths = description.paths_of(path)
    for found in paths:
        operation = found.operations.get("GET" if method == "HEAD" else method)
        if operation is not None:
            return f"{operation.operation_id} ({method} {found.template})", operation.responses
    statuses = description.refusals.keys() & (WITHOUT_METHOD if paths else WITHOUT_ROUTE)
    return f"{method} {path} (not in the document)", {code: description.refusals[code] for code in statuses}


def _by_name(headers: Sequence[tuple[bytes, bytes]]) -> HeaderValues:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return values


def _header_faults(expected: Expectation, values: HeaderValues) -> Iterator[str]:
    for header in expected.headers:
        found = values.get(header.name, ())
        if len(found) != 1:
            yield f"header {header.name} must be there once, not {len(found)} times"
        elif header.whole_number and not _WHOLE_NUMBER.fullmatch(found[0]):
            yield f"header {header.name}: {found[0]!r} is not a whole number"
        else:
            value = int(found[0]) if header.whole_number else found[0]
            yield from _schema_faults(header.validator, value, f"header {header.name}")
    documented = {header.name for header in expected.headers}
    for name in sorted(values.keys() - documented):
        if name.startswith(RATE_HEADERS):
            yield f"header {name} where the document has none"


def _allow_faults(paths: Sequence[Path], values: HeaderValues) -> Iterator[str]:
    documented = {method for path in paths for method in path.operations}
    allowed = {method.strip() for value in values.get("allow", ()) for method in value.split(",")}
    # HEAD comes with GET and has no operation of its own.
    if allowed - {"HEAD"} != documented or ("HEAD" in allowed and "GET" not in documented):
        yield f"header allow: {sorted(allowed)} where the document has {sorted(documented)}"


def _body_faults(
    method: str, expected: Expectation, values: HeaderValues, status: int, body: bytes
) -> Iterator[str]:
    if not expected.bodies:
        if body:
            yield f"a body of {len(body)} bytes where there is none"
        return
    media_types = [value.partition(";")[0].strip().lower() for value in values.get("content-type", ())]
    if len(media_types) != 1 or media_types[0] not in expected.bodies:
        yield f"content type {media_types} where the document has {sorted(expected.bodies)}"
    elif method == "HEAD":
        if body:
            yield f"a response to HEAD with a body of {len(body)} bytes"
    else:
        yield from _content_faults(expected.bodies[media_types[0]], media_types[0], status, body)


def _content_faults(
    validator: Draft202012Validator, media_type: str, status: int, body: bytes
) -> Iterator[str]:
    try:
        value = _PARSERS[media_type](body.decode())
    except (ValueError, yaml.YAMLError) as error:
        yield f"body is not {media_type} in UTF-8: {error}"
        return
    yield from _schema_faults(validator, value, "$")
    if status >= 400 and isinstance(value, dict) and value.get("status") != status:
        yield f"$.status: {value.get('status')!r} in a response with status {status}"


def _strict_json(text: str) -> object:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def _calendar(text: str) -> str:
    Calendar.from_ical(text)
    return text


_PARSERS: Mapping[str, Callable[[str], object]] = {
    "application/json": _strict_json,
    "application/yaml": yaml.safe_load,
    "text/calendar": _calendar,
}


def _schema_faults(validator: Draft202012Validator, value: object, root: str) -> Iterator[str]:
    for error in sorted(validator.iter_errors(value), key=lambda found: str(found.json_path)):
        yield f"{error.json_path.replace('$', root, 1)}: {error.message[:300]}"
