"""The operations on experiments.

Reference: "List experiments", "Create experiment".
"""

from __future__ import annotations

from collections.abc import Iterable

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.argument_types import optional_string, string
from pandocast_sdk._core.requests.operation import Operation, operation
from pandocast_sdk._core.requests.reading import reads, reads_array
from pandocast_sdk._core.requests.validation import bounded_list, open_members, text

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
    entries = bounded_list("variants", variants, _FEWEST_VARIANTS, _MOST_VARIANTS)
    body = {
        "name": text("name", name, _LONGEST_NAME),
        "parameter": string("parameter", parameter),
        "variants": [
            open_members(f"variants[{index}]", variant, ("name", "weight"), nullable=("value",))
            for index, variant in enumerate(entries)
        ],
    }
    return operation(ROUTES["create_experiment"], _EXPERIMENT, body=body)
