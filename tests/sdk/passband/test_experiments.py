"""Experiments: the request of each method, its result, and the arguments it rejects."""

from typing import Any

import pytest
from support.passband_wire import Call, assert_rejected, make_call

from pandocast_sdk import Experiment, Variant

EXPERIMENT = {
    "id": "exp_1",
    "name": "Emoji",
    "parameter": "emoji",
    "status": "concluded",
    "variants": [{"name": "A", "value": True, "weight": 2}, {"name": "B", "value": {"some": ["thing"]}}],
    "results": {"winner": "A", "byVariant": {"A": {"posts": 3, "avgEngagementRate": 0.2}}},
    "startedAt": "2026-03-28T10:00:00Z",
    "endedAt": None,
    "createdAt": "2026-03-28T10:00:00Z",
}


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (lambda c: c.experiments.list(), {}),
        (lambda c: c.experiments.list(status="active"), {"status": "active"}),
    ],
)
def test_list_reads_an_array(call: Call, query: dict[str, str]) -> None:
    exchange = make_call(call, [EXPERIMENT, EXPERIMENT])
    assert exchange.request == ("GET", "/experiments", query, None)
    first, _second = exchange.result
    assert isinstance(first, Experiment)
    assert first.variants[1].value == {"some": ["thing"]}
    assert first.results is not None
    assert first.results.by_variant is not None
    assert (first.results.winner, first.results.by_variant["A"].posts) == ("A", 3)


def create(variants: object, name: str = "Emoji", parameter: object = "emoji") -> Call:
    return lambda c: c.experiments.create(name=name, parameter=parameter, variants=variants)


def test_create_sends_variants_of_both_types() -> None:
    variants = [Variant(name="A", value=False, weight=2), {"name": "B", "value": 0}]
    exchange = make_call(create(variants), EXPERIMENT, 201)
    body = {
        "name": "Emoji",
        "parameter": "emoji",
        "variants": [{"name": "A", "value": False, "weight": 2}, {"name": "B", "value": 0}],
    }
    assert exchange.request == ("POST", "/experiments", {}, body)
    assert exchange.result.id == "exp_1"


def variants_of(count: int) -> list[dict[str, Any]]:
    return [{"name": f"V{number}", "value": number} for number in range(count)]


def test_create_accepts_an_iterator_of_variants() -> None:
    exchange = make_call(
        lambda c: c.experiments.create(name="n", parameter="p", variants=iter(variants_of(5))), EXPERIMENT
    )
    assert isinstance(exchange.request.body, dict)
    assert exchange.request.body["variants"] == variants_of(5)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (create(variants_of(1)), "variants must have at least 2"),
        (create(variants_of(6)), "variants must have at most 5"),
        (create({"name": "A", "value": 1}), "variants must be a list"),
        (create([*variants_of(1), "B"]), r"variants\[1\] must be a dictionary or its model, not str; pass"),
        (create([*variants_of(1), {"name": "B", "value": float("inf")}]), "JSON"),
        (create(variants_of(2), name=""), "name must not be empty"),
        (create(variants_of(2), name="n" * 101), "name must have at most 100"),
        (create(variants_of(2), parameter=None), "parameter must be text, not None"),
    ],
)
def test_an_invalid_argument_is_rejected_before_anything_is_sent(call: Call, match: str) -> None:
    assert_rejected(call, match)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ([Variant(name="A"), Variant(name="A", value=None)], [{"name": "A"}, {"name": "A", "value": None}]),
        (variants_of(1) * 2, variants_of(1) * 2),
        ([{"name": ""}, {"value": None, "weight": None}], [{"name": ""}, {"value": None}]),
        ([{"name": "A", "wait": None}, {}], [{"name": "A", "wait": None}, {}]),
        (
            [Variant.model_validate({"name": "A", "value": 1, "colour": "red"})] * 2,
            [{"name": "A", "value": 1, "colour": "red"}] * 2,
        ),
    ],
)
def test_of_a_variant_all_that_was_given_is_sent(given: list[object], sent: list[object]) -> None:
    body = make_call(create(given, parameter=""), EXPERIMENT).request.body
    assert body == {"name": "Emoji", "parameter": "", "variants": sent}
