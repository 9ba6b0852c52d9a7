"""How answers become values: the models load with the first operation, not with the client."""

from collections.abc import Callable

from pandocast_sdk._core.protocol import WireResponse
from pandocast_sdk.models.base import M, read_model, read_models


def reads(model: type[M]) -> Callable[[WireResponse], M]:
    """Read an object."""
    return lambda answer: read_model(model, answer.body)


def reads_array(model: type[M]) -> Callable[[WireResponse], list[M]]:
    """Read an array of objects."""
    return lambda answer: read_models(model, answer.body)


def done(_answer: WireResponse) -> None:
    """Read nothing: that the service has answered with success says it all."""
