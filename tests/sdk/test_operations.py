"""Each operation is whole: a route, an operation, a method, and a property of a client that leads to it."""

from pathlib import Path

from support.sdk_parts import faults

ROOT = Path(__file__).parents[2]


def test_no_operation_lacks_a_part() -> None:
    assert list(faults(ROOT)) == []
