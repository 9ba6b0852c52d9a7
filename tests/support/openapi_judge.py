"""Judges the reference server's responses by the packaged OpenAPI documents, those of each mount by its own.

Every response of the suite is judged, so the documents are read and their schemas compiled once, at import.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import yaml
from attrs import Factory, define, frozen
from icalendar import Calendar
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from support.openapi_operations import METHODS

from pandocast_server.openapi import document

MOUNT = "/api/v1"
PASSBAND_MOUNT = "/passband/v1"
FAULT_HEADER = "x-pandocast-fault"

# What can be answered where the document has no operation: the key and the rate come first, then the route.
# Where the document has no 429, there is no rate.
WITHOUT_ROUTE = frozenset({401, 404, 429, 500})
WITHOUT_METHOD = frozenset({401, 405, 429, 500})
# A client paces itself by them, so where a document does not have them, they must not be there.
RATE_HEADERS = "x-ratelimit-"
BODILESS = frozenset({204, 304})

_URI = "urn:pandocast:openapi"
_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)

Pointer = tuple[str, ...]
HeaderValues = Mapping[str, Sequence[str]]


@frozen
class RequiredHeader:
    """A header that must be there, once, and fit its schema."""

    name: str
    whole_number: bool
    validator: Draft202012Validator


@frozen
class Expectation:
    """What the document says of one response: its required headers, and its body by media type."""

    headers: Sequence[RequiredHeader]
    bodies: Mapping[str, Draft202012Validator]


@frozen
class Operation:
    """One method of one path, with the statuses that it may answer."""

    operation_id: str
    responses: Mapping[int, Expectation]


@frozen
class Path:
    """One path of the document, and the pattern of the concrete paths that mean it."""

    template: str
    pattern: re.Pattern[str]
    operations: Mapping[str, Operation]


class Description:
    """An OpenAPI document with its schemas compiled; places in it are named by the keys that lead to them."""

    def __init__(self, source: bytes) -> None:
        self._document: Any = yaml.safe_load(source)
        self._registry: Registry[Any] = Registry().with_resource(
            _URI, DRAFT202012.create_resource(self._document)
        )
        self.refusals = dict(self._refusals())
        # The headers of the plainest refusal are those of every response.
        self.bodiless = Expectation(self.refusals[500].headers, {})
        self.envelope = Expectation(
            self.bodiless.headers, {"application/json": self.validator("components", "schemas", "Error")}
        )
        self.paths = [self._path(template) for template in self.at("paths")]

    def at(self, *place: str) -> Any:
        """Give what stands at a place, as YAML was read."""
        found = self._document
        for key in place:
            found = found[int(key)] if isinstance(found, list) else found[key]
        return found

    def validator(self, *place: str) -> Draft202012Validator:
        """Compile the schema at a place."""
        pointer = "/".join(key.replace("~", "~0").replace("/", "~1") for key in place)
        return Draft202012Validator(
            {"$ref": f"{_URI}#/{pointer}"},
            registry=self._registry,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )

    def paths_of(self, concrete: str) -> list[Path]:
        """Find the paths of the document that a concrete path means: `/drafts/bulk` is a draft's too."""
        return [path for path in self.paths if path.pattern.fullmatch(concrete)]

    def _path(self, template: str) -> Path:
        operations = {
            method.upper(): Operation(
                self.at("paths", template, method, "operationId"),
                {
                    int(status): self._expectation("paths", template, method, "responses", status)
                    for status in self.at("paths", template, method, "responses")
                },
            )
            for method in self.at("paths", template)
            if method in METHODS
        }
        pattern = re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template))
        return Path(template, re.compile(pattern), operations)

    def _refusals(self) -> Iterator[tuple[int, Expectation]]:
        for name, response in self.at("components", "responses").items():
            schema = response["content"]["application/json"]["schema"]
            yield schema["properties"]["status"]["const"], self._expectation("components", "responses", name)

    def _expectation(self, *place: str) -> Expectation:
        place = self._followed(place)
        response = self.at(*place)
        headers = [self._followed((*place, "headers", name)) for name in response["headers"]]
        return Expectation(
            [
                RequiredHeader(
                    name.lower(),
                    self.at(*header, "schema").get("type") == "integer",
                    self.validator(*header, "schema"),
                )
                for name, header in zip(response["headers"], headers, strict=True)
                if self.at(*header, "required")
            ],
            {
                media_type: self.validator(*place, "content", media_type, "schema")
                for media_type in response["content"]
            },
        )

    def _followed(self, place: Pointer) -> Pointer:
        """Give the place that a reference refers to, or the place itself where there is none."""
        reference = self.at(*place).get("$ref")
        return place if reference is None else tuple(reference.removeprefix("#/").split("/"))


DESCRIPTION = Description(document("pandocast"))
DESCRIPTIONS: Mapping[str, Description] = {
    MOUNT: DESCRIPTION,
    PASSBAND_MOUNT: Description(document("passband")),
}


def mount_of(path: str) -> str | None:
    """Tell under which mount a path is, if any."""
    return next((mount for mount in DESCRIPTIONS if f"{path}/".startswith(f"{mount}/")), None)


def judge(method: str, path: str, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
    """Judge one response to a request for `path`, which is under a mount and percent-decoded.

    A response that a fault was injected into, told by its header, may have any status. It is either the true
    answer, come late, or the error envelope; both with the headers that every response has.

    Raises:
        AssertionError: the response is not as the document says; the text tells all that is wrong.
    """
    mount = mount_of(path)
    if mount is None:
        raise LookupError(f"{path} is under none of {', '.join(DESCRIPTIONS)}")
    description, local = DESCRIPTIONS[mount], path.removeprefix(mount)
    values = _by_name(headers)
    faulty = FAULT_HEADER in values
    place, responses = _documented(description, method, local)
    if not faulty and status not in responses:
        _fail(place, status, f"the document has {', '.join(map(str, sorted(responses)))} only")
    possible = [responses[status]] if status in responses else []
    if faulty:
        possible.append(description.bodiless if status in BODILESS else description.envelope)
    verdicts = [
        [*_header_wrongs(expected, values), *_body_wrongs(method, expected, values, status, body)]
        for expected in possible
    ]
    if status == 405 and not faulty:
        verdicts[0].extend(_allow_wrongs(description.paths_of(local), values))
    if all(verdicts):
        _fail(place, status, "; or ".join("; ".join(wrongs) for wrongs in verdicts))


def _fail(place: str, status: int, what: str) -> NoReturn:
    raise AssertionError(f"{place}, {status}: {what}")


def _documented(description: Description, method: str, path: str) -> tuple[str, Mapping[int, Expectation]]:
    """Give a name for what was asked for, and what may be answered by status."""
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


def _header_wrongs(expected: Expectation, values: HeaderValues) -> Iterator[str]:
    for header in expected.headers:
        found = values.get(header.name, ())
        if len(found) != 1:
            yield f"header {header.name} must be there once, not {len(found)} times"
        elif header.whole_number and not _WHOLE_NUMBER.fullmatch(found[0]):
            yield f"header {header.name}: {found[0]!r} is not a whole number"
        else:
            value = int(found[0]) if header.whole_number else found[0]
            yield from _schema_wrongs(header.validator, value, f"header {header.name}")
    documented = {header.name for header in expected.headers}
    for name in sorted(values.keys() - documented):
        if name.startswith(RATE_HEADERS):
            yield f"header {name} where the document has none"


def _allow_wrongs(paths: Sequence[Path], values: HeaderValues) -> Iterator[str]:
    documented = {method for path in paths for method in path.operations}
    allowed = {method.strip() for value in values.get("allow", ()) for method in value.split(",")}
    # HEAD comes with GET and has no operation of its own.
    if allowed - {"HEAD"} != documented or ("HEAD" in allowed and "GET" not in documented):
        yield f"header allow: {sorted(allowed)} where the document has {sorted(documented)}"


def _body_wrongs(
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
            yield f"an answer to HEAD with a body of {len(body)} bytes"
    else:
        yield from _content_wrongs(expected.bodies[media_types[0]], media_types[0], status, body)


def _content_wrongs(
    validator: Draft202012Validator, media_type: str, status: int, body: bytes
) -> Iterator[str]:
    try:
        value = _PARSERS[media_type](body.decode())
    except (ValueError, yaml.YAMLError) as error:
        yield f"body is not {media_type} in UTF-8: {error}"
        return
    yield from _schema_wrongs(validator, value, "$")
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


def _schema_wrongs(validator: Draft202012Validator, value: object, root: str) -> Iterator[str]:
    for error in sorted(validator.iter_errors(value), key=lambda found: str(found.json_path)):
        yield f"{error.json_path.replace('$', root, 1)}: {error.message[:300]}"


@define
class _Exchange:
    """What the application has sent so far in answer to one request."""

    method: str
    path: str
    status: int = 0
    headers: Sequence[tuple[bytes, bytes]] = ()
    body: bytearray = Factory(bytearray)
    is_complete: bool = False

    def take(self, message: Message) -> None:
        """Take in what is about to be sent, and whether the client has the entire response then."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(bytes(name).lower(), bytes(value)) for name, value in message.get("headers", ())]
            # A server sends nothing of the body that an application gives in answer to HEAD.
            self.is_complete = self.method == "HEAD"
        elif self.method != "HEAD":
            self.body += message.get("body", b"")
            # A client stops reading at the length, even where the application has yet to say that it is done.
            has_length = (b"content-length", b"%d" % len(self.body)) in self.headers
            self.is_complete = has_length or not message.get("more_body", False)


class JudgingMiddleware:
    """Passes everything on as it comes, and notes what is wrong with the complete responses of the APIs.

    A verdict is noted before the last part of its response is sent: whoever has the response can read it.
    """

    def __init__(self, app: ASGIApp, verdicts: list[str]) -> None:
        self._app = app
        self._verdicts = verdicts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or mount_of(scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope["method"], scope["path"])

        async def judging_send(message: Message) -> None:
            was_complete = exchange.is_complete
            exchange.take(message)
            if exchange.is_complete and not was_complete:
                self._note(exchange)
            await send(message)

        await self._app(scope, receive, judging_send)

    def _note(self, exchange: _Exchange) -> None:
        try:
            judge(exchange.method, exchange.path, exchange.status, exchange.headers, bytes(exchange.body))
        except AssertionError as verdict:
            self._verdicts.append(str(verdict))
