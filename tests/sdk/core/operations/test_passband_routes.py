"""The table of Passband's routes."""

import re

from pandocast_sdk._core.operations.passband_routes import ROUTES


def test_every_published_operation_has_a_route_of_its_own() -> None:
    assert len(ROUTES) == 30
    assert len({(route.method, route.path) for route in ROUTES.values()}) == 30


def test_routes_can_be_told_apart_and_filled() -> None:
    for route in ROUTES.values():
        assert re.fullmatch(r"(/[a-z-]+|/\{id\})+", route.path), route


def test_the_one_published_path_is_as_published() -> None:
    route = ROUTES["list_pipeline_runs"]
    assert (route.method, route.path) == ("GET", "/pipeline/runs")


def test_creating_answers_201_the_trigger_202_and_everything_else_200() -> None:
    unusual = {name: route.success for name, route in ROUTES.items() if route.success != 200}
    assert unusual == {
        "create_drafts": 201,
        "create_experiment": 201,
        "create_source": 201,
        "trigger_pipeline": 202,
    }
