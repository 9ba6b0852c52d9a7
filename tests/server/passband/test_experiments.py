from collections.abc import Iterator
from pathlib import Path

import pytest
from support.in_process import Api, StillClock, open_api
from support.passband_rows import PASSBAND

from pandocast_server.errors import ApiError
from pandocast_server.passband.experiments import conclude
from pandocast_server.workspaces import create_workspace

PATH = f"{PASSBAND}/experiments"
VARIANTS = [{"name": "A", "value": "out_abc123"}, {"name": "B", "value": {"hook": [1]}, "weight": 2.5}]
GOOD = {"name": "Questions or statements", "parameter": "hook", "variants": VARIANTS}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    with open_api(tmp_path, clock=StillClock()) as api:
        yield api


def create(api: Api, **changes: object) -> dict[str, object]:
    answer = api.send("POST", PATH, json={**GOOD, **changes})
    assert answer.status_code == 201, answer.text
    experiment: dict[str, object] = answer.json()
    return experiment


def end(api: Api, experiment: dict[str, object], winner: str, workspace_id: str | None = None) -> None:
    with api.runtime.database.write() as connection:
        conclude(
            connection,
            api.runtime,
            workspace_id=workspace_id or api.workspace.workspace_id,
            experiment_id=str(experiment["id"]),
            winner=winner,
        )


def listed(api: Api, query: str = "") -> list[dict[str, object]]:
    answer = api.send("GET", f"{PATH}{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()
    return found


def test_an_experiment_is_answered_whole(api: Api) -> None:
    experiment = create(api, unknown=1)
    nothing = {"posts": 0, "avgEngagementRate": 0}
    assert experiment == {
        "id": experiment["id"],
        **GOOD,
        "status": "active",
        "results": {"byVariant": {"A": nothing, "B": nothing}},
        "startedAt": "2026-03-28T10:00:00Z",
        "endedAt": None,
        "createdAt": "2026-03-28T10:00:00Z",
    }
    assert listed(api) == [experiment]


def test_the_newest_comes_first_even_when_the_clock_stands_still(api: Api) -> None:
    names = [create(api, name=f"{number}")["name"] for number in range(5)]
    assert [experiment["name"] for experiment in listed(api)] == names[::-1]


def test_the_list_can_be_of_one_status(api: Api) -> None:
    first, second = create(api), create(api)
    end(api, first, "A")
    assert [found["id"] for found in listed(api, "?status=active")] == [second["id"]]
    assert [found["id"] for found in listed(api, "?status=concluded")] == [first["id"]]
    assert listed(api, "?status=archived") == []


@pytest.mark.parametrize(
    "query", ["?status=", "?status=Active", "?status=active&status=active", "?status=%00", "?status=%FF"]
)
def test_a_status_that_is_none_is_refused(api: Api, query: str) -> None:
    answer = api.send("GET", f"{PATH}{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("status ")


@pytest.mark.parametrize(
    "value",
    ["", "x" * 100_000, 0, False, 10**300, 1.5, [], {}, [None], {"\u2028": "😀"}],
    ids=lambda value: type(value).__name__,
)
def test_a_variant_has_any_value(api: Api, value: object) -> None:
    variants = [{"name": "A", "value": value}, {"name": "a", "value": value, "weight": None}]
    kept = [{"name": "A", "value": value}, {"name": "a", "value": value}]
    assert create(api, variants=variants)["variants"] == kept
    assert listed(api)[0]["variants"] == kept


def test_bounds_belong_to_what_is_allowed(api: Api) -> None:
    variants = [{"name": "😀" * 99 + str(number), "value": number, "weight": 5e-324} for number in range(5)]
    experiment = create(api, name="é" * 100, parameter="p" * 200, variants=variants)
    assert experiment["variants"] == variants


def pair(**changes: object) -> dict[str, object]:
    return {"variants": [VARIANTS[0], {"name": "B", "value": 1, **changes}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": None}, "name must be a string"),
        ({"name": ""}, "name must not be empty"),
        ({"name": "x" * 101}, "name must have at most 100 characters, not 101"),
        ({"parameter": 7}, "parameter must be a string"),
        ({"parameter": "x" * 201}, "parameter must have at most 200 characters, not 201"),
        ({"variants": None}, "variants must be a list"),
        ({"variants": {"A": 1, "B": 2}}, "variants must be a list"),
        ({"variants": []}, "variants must have at least 2 entries, not 0"),
        ({"variants": VARIANTS[:1]}, "variants must have at least 2 entries, not 1"),
        ({"variants": VARIANTS * 3}, "variants must have at most 5 entries, not 6"),
        ({"variants": VARIANTS * 2}, "variants must have distinct names"),
        ({"variants": ["A", "B"]}, "variants[0] must be an object"),
        ({"variants": [VARIANTS[0], {"value": 1}]}, "variants[1].name is missing"),
        (pair(name=2), "variants[1].name must be a string"),
        (pair(name=""), "variants[1].name must not be empty"),
        (pair(name="x" * 101), "variants[1].name must have at most 100 characters, not 101"),
        (pair(value=None), "variants[1].value is missing"),
        (pair(weight=0), "variants[1].weight must be a number greater than 0"),
        (pair(weight=-1), "variants[1].weight must be a number greater than 0"),
        (pair(weight="1"), "variants[1].weight must be a number"),
        (pair(weight=True), "variants[1].weight must be a number"),
        (pair(weight=10**400), "variants[1].weight must be a number"),
    ],
)
def test_what_breaks_a_rule_is_named(api: Api, changes: dict[str, object], message: str) -> None:
    answer = api.send("POST", PATH, json={**GOOD, **changes})
    assert (answer.status_code, answer.json()["error"]) == (400, message)
    assert listed(api) == []


@pytest.mark.parametrize(("winner", "output"), [("A", "out_abc123"), ("B", "B")])
def test_concluding_names_the_winner_and_tells_of_it(api: Api, winner: str, output: str) -> None:
    experiment = create(api)
    api.clock.move(hours=1)
    end(api, experiment, winner)
    assert listed(api) == [
        {
            **experiment,
            "status": "concluded",
            "endedAt": "2026-03-28T11:00:00Z",
            "results": {"winner": winner, "byVariant": listed(api)[0]["results"]["byVariant"]},  # type: ignore[index]  # JSON
        }
    ]
    about = {
        "workspace_id": api.workspace.workspace_id,
        "ab_test_id": experiment["id"],
        "name": GOOD["name"],
        "winner_output_id": output,
    }
    assert api.events() == [("ab_test.completed", about)]


def test_what_cannot_be_concluded_is_left_alone(api: Api) -> None:
    experiment = create(api)
    with pytest.raises(ApiError, match='winner must be one of "A", "B", not "a"'):
        end(api, experiment, "a")
    assert (listed(api), api.events()) == ([experiment], [])
    end(api, experiment, "A")
    concluded = listed(api)
    with pytest.raises(ApiError, match="Only an active experiment can be concluded; this one is concluded"):
        end(api, experiment, "B")
    assert listed(api) == concluded
    assert len(api.events()) == 1
    with pytest.raises(ApiError, match="Experiment not found"):
        end(api, {"id": "exp_nobody"}, "A")


def test_a_workspace_sees_and_concludes_its_own(api: Api) -> None:
    experiment = create(api)
    other = create_workspace(api.runtime, "other")
    assert api.send("GET", PATH, key=other.api_key).json() == []
    with pytest.raises(ApiError, match="Experiment not found"):
        end(api, experiment, "A", workspace_id=other.workspace_id)
    assert listed(api) == [experiment]


def test_a_read_only_key_may_look(api: Api) -> None:
    key = api.new_key(read_only=True)
    assert api.send("GET", PATH, key=key).status_code == 200
    assert api.send("POST", PATH, key=key, json=GOOD).status_code == 403
