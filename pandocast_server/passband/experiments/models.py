"""What requests on experiments hold (reference, "List experiments" and "Create experiment")."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, WithJsonSchema

from pandocast_server.validation import CamelModel, Text

_Name = Annotated[Text, Field(max_length=100)]


def _given(value: JsonValue) -> JsonValue:
    if value is None:
        raise ValueError("is missing")
    return value


_Value = Annotated[
    JsonValue,
    AfterValidator(_given),
    WithJsonSchema({"type": ["string", "number", "boolean", "array", "object"]}),
]


class ExperimentsQuery(CamelModel):
    """Which experiments."""

    status: Literal["active", "concluded", "archived"] | None = None


class Variant(CamelModel):
    """One of the values that are tried."""

    name: _Name
    value: _Value
    weight: Annotated[float, Field(gt=0)] | None = None


def _distinct(variants: list[Variant]) -> list[Variant]:
    if len({variant.name for variant in variants}) < len(variants):
        raise ValueError("must have distinct names")
    return variants


class ExperimentBody(CamelModel):
    """A new experiment."""

    name: _Name
    parameter: Annotated[Text, Field(max_length=200)]
    variants: Annotated[list[Variant], Field(min_length=2, max_length=5), AfterValidator(_distinct)]
