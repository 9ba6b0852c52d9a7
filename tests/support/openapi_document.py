"""The packaged OpenAPI documents, read and with their schemas compiled once, at import."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from attrs import frozen
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from support.openapi_operations import METHODS

from pandocast_server.routing import document

MOUNT = "/api/v1"
PASSBAND_MOUNT = "/passband/v1"
_URI = "urn:pandocast:openapi"
Pointer = tuple[str, ...]


@frozen
class RequiredHeader:
    """A header that must be there, once, and fit its schema."""

    name: str
    whole_number: bool
    validator: Draft202012Validator


@frozen
class Expectation:
    """One documented response: its required headers, and its body by media type."""

    headers: Sequence[RequiredHeader]
    bodies: Mapping[str, Draft202012Validator]


@frozen
class Operation:
    """One method of one path, with its responses by status."""

    operation_id: str
    responses: Mapping[int, Expectation]


@frozen
class Path:
    """One path of the document, and the pattern of the concrete paths that mean it."""

    template: str
    pattern: re.Pattern[str]
    operations: Mapping[str, Operation]


class Description:
    """An OpenAPI document with its schemas compiled; a pointer is the keys that lead to a part of it."""

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

    def at(self, *pointer: str) -> Any:
        """Return what a pointer points to, as YAML was read."""
        found = self._document
        for key in pointer:
            found = found[int(key)] if isinstance(found, list) else found[key]
        return found

    def validator(self, *pointer: str) -> Draft202012Validator:
        """Compile the schema that a pointer points to."""
        fragment = "/".join(key.replace("~", "~0").replace("/", "~1") for key in pointer)
        return Draft202012Validator(
            {"$ref": f"{_URI}#/{fragment}"},
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
            reference = response["content"]["application/json"]["schema"]["$ref"]
            _envelope, refusal = self.at(*_keys(reference))["allOf"]
            (status,) = refusal["properties"]["status"]["enum"]
            yield status, self._expectation("components", "responses", name)

    def _expectation(self, *pointer: str) -> Expectation:
        pointer = self.resolved(pointer)
        response = self.at(*pointer)
        headers = [self.resolved((*pointer, "headers", name)) for name in response["headers"]]
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
                media_type: self.validator(*pointer, "content", media_type, "schema")
                for media_type in response["content"]
            },
        )

    def resolved(self, pointer: Pointer) -> Pointer:
        """Return the pointer of a reference, or the pointer itself where there is no reference."""
        reference = self.at(*pointer).get("$ref")
        return pointer if reference is None else _keys(reference)


def _keys(reference: str) -> Pointer:
    return tuple(reference.removeprefix("#/").split("/"))


DESCRIPTION = Description(document("pandocast"))
DESCRIPTIONS: Mapping[str, Description] = {
    MOUNT: DESCRIPTION,
    PASSBAND_MOUNT: Description(document("passband")),
}


def mount_of(path: str) -> str | None:
    """Return the mount that a path is under, if any."""
    return next((mount for mount in DESCRIPTIONS if f"{path}/".startswith(f"{mount}/")), None)
