"""The table of Passband's routes."""

import re

from pandocast_sdk._core.operations.passband_routes import ROUTES


def test_every_operation_has_a_route_of_its_own() -> None:
    assert len({(route.method, route.path) for route in ROUTES.values()}) == len(ROUTES)


def test_routes_can_be_told_apart_and_filled() -> None:
    for route in ROUTES.values():
        assert re.fullmatch(r"(/[a-z-]+|/\{id\})+", route.path), route


def test_the_one_published_path_is_as_published() -> None:
    route = ROUTES["list_pipeline_runs"]
    assert (route.method, route.path) == ("GET", "/pipeline/runs")


def test_creating_answers_201_the_trigger_202_and_everything_else_200() -> None:
    creating = {name: 201 for name in ROUTES if name.startswith("create_")}
    unusual = {name: route.success for name, route in ROUTES.items() if route.success != 200}
    assert unusual == creating | {"trigger_pipeline": 202}
