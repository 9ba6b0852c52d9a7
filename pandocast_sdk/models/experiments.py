"""The models of Passband's experiments.

Reference: "List experiments", "Create experiment".
"""

from typing import Literal, NotRequired, TypeAlias, TypedDict

from pydantic import JsonValue

from pandocast_sdk.models.base import Open, PassbandModel, Timestamp

__all__ = ["Experiment", "ExperimentResults", "ExperimentStatus", "Variant", "VariantDict", "VariantResult"]

ExperimentStatus: TypeAlias = Literal["active", "concluded", "archived"]
"""The life of an experiment."""


class VariantDict(TypedDict):
    """One of the values to compare, as a dictionary; the same as `Variant`."""

    name: str
    value: object
    weight: NotRequired[float]


class Variant(PassbandModel):
    """One of the values that an experiment compares.

    Attributes:
        name: Its name, unique in the experiment; required when one is created.
        value: The parameter's value, any JSON value; required when one is created.
        weight: How often it is used, compared with the others.
    """

    name: str | None = None
    value: JsonValue = None
    weight: float | None = None


class VariantResult(PassbandModel):
    """How one variant did.

    Attributes:
        posts: The number of posts with metrics.
        avg_engagement_rate: The mean of their rates.
    """

    posts: int | None = None
    avg_engagement_rate: float | None = None


class ExperimentResults(PassbandModel):
    """How the variants did.

    Attributes:
        winner: The name of the best; None before the end.
        by_variant: How each did, by its name.
    """

    winner: str | None = None
    by_variant: dict[str, VariantResult] | None = None


class Experiment(PassbandModel):
    """A comparison of two to five values of one parameter.

    Attributes:
        id: Its id.
        name: Its name.
        parameter: The parameter that is varied.
        status: Whether it is running.
        variants: The values compared.
        started_at: When it began.
        created_at: When it was created.
        ended_at: When it ended.
        results: How the variants did.
    """

    id: str
    name: str
    parameter: str
    status: Open[ExperimentStatus]
    variants: list[Variant]
    started_at: Timestamp
    created_at: Timestamp
    ended_at: Timestamp | None = None
    results: ExperimentResults | None = None
