"""The operations on experiments.

Reference: "List experiments", "Create experiment".
"""

from __future__ import annotations

from collections.abc import Iterable

from pandocast_sdk import models
from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.operation import Operation, operation, without_none
from pandocast_sdk._core.requests.reading import reads, reads_array
from pandocast_sdk._core.requests.validation import bounded_list, check_distinct, field_values, text

_EXPERIMENTS = reads_array(lambda: models.Experiment)
_EXPERIMENT = reads(lambda: models.Experiment)

_LONGEST_NAME = 100
_FEWEST_VARIANTS, _MOST_VARIANTS = 2, 5


def list_experiments(status: str | None) -> Operation[list[models.Experiment]]:
    """All experiments."""
    return operation(ROUTES["list_experiments"], _EXPERIMENTS, query={"status": status})


def create_experiment(
    *, name: str, parameter: str, variants: Iterable[models.Variant | models.VariantDict]
) -> Operation[models.Experiment]:
    """A new one."""
    names: list[str] = []
    compared: list[dict[str, object]] = []
    for place, variant in enumerate(bounded_list("variants", variants, _FEWEST_VARIANTS, _MOST_VARIANTS)):
        given = field_values(f"variants[{place}]", variant, ("name", "value", "weight"))
        names.append(text(f"variants[{place}].name", given["name"]))
        if given["value"] is None:
            raise ValueError(f"variants[{place}].value must be given")
        compared.append(without_none(given))
    check_distinct("the names of variants", names)
    body = {
        "name": text("name", name, _LONGEST_NAME),
        "parameter": text("parameter", parameter),
        "variants": compared,
    }
    return operation(ROUTES["create_experiment"], _EXPERIMENT, body=body)
