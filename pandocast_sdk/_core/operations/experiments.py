"""The operations on experiments (reference, "List experiments", "Create experiment")."""

from collections.abc import Iterable

from pandocast_sdk._core.operations.passband_routes import ROUTES
from pandocast_sdk._core.requests.operation import Operation, operation, without_none
from pandocast_sdk._core.requests.reading import reads, reads_array
from pandocast_sdk._core.requests.validation import bounded_list, check_distinct, field_values, text
from pandocast_sdk.models.experiments import Experiment, Variant, VariantDict

_LONGEST_NAME = 100
_FEWEST_VARIANTS, _MOST_VARIANTS = 2, 5


def list_experiments(status: str | None) -> Operation[list[Experiment]]:
    """All experiments."""
    return operation(ROUTES["list_experiments"], reads_array(Experiment), query={"status": status})


def create_experiment(
    *, name: str, parameter: str, variants: Iterable[Variant | VariantDict]
) -> Operation[Experiment]:
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
    return operation(ROUTES["create_experiment"], reads(Experiment), body=body)
