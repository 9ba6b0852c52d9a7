"""The operations on experiments.

Reference: "List experiments", "Create experiment".
"""

from __future__ import annotations

from collections.abc import Iterable

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.argument_types import optional_string
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads, reads_array
from pandocast_sdk._core.requests.validation import bounded_list, check_distinct, field_values, text
from pandocast_sdk._core.requests.values import without_none

_EXPERIMENTS = reads_array(lambda: models.Experiment)
_EXPERIMENT = reads(lambda: models.Experiment)

_LONGEST_NAME = 100
_FEWEST_VARIANTS, _MOST_VARIANTS = 2, 5


def list_experiments(status: str | None) -> Operation[list[models.Experiment]]:
    """List experiments, all or those in one status."""
    return operation(
        ROUTES["list_experiments"], _EXPERIMENTS, query={"status": optional_string("status", status)}
    )


def create_experiment(
    *, name: str, parameter: str, variants: Iterable[models.Variant | models.VariantDict]
) -> Operation[models.Experiment]:
    """Create an experiment."""
    names: list[str] = []
    bodies: list[dict[str, object]] = []
    for index, variant in enumerate(bounded_list("variants", variants, _FEWEST_VARIANTS, _MOST_VARIANTS)):
        fields = field_values(f"variants[{index}]", variant, ("name", "value", "weight"))
        names.append(text(f"variants[{index}].name", fields["name"]))
        if fields["value"] is None:
            raise ValueError(f"variants[{index}].value is required")
        bodies.append(without_none(fields))
    check_distinct("the names of variants", names)
    body = {
        "name": text("name", name, _LONGEST_NAME),
        "parameter": text("parameter", parameter),
        "variants": bodies,
    }
    return operation(ROUTES["create_experiment"], _EXPERIMENT, body=body)
