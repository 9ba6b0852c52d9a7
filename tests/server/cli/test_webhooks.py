"""`webhooks add|list|enable|deliveries|replay` and `trigger`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from pandocast_server.workspaces import NewWorkspace

Run = Callable[..., Result]
RunJson = Callable[..., Any]

URL = "http://127.0.0.1:9/hook"

pytestmark = pytest.mark.usefixtures("workspace")


def test_an_endpoint_s_secret_is_shown_when_it_is_added_and_not_listed(run: Run, run_json: RunJson) -> None:
    added = run_json("webhooks", "add", URL)
    assert added["secret"].startswith("whsec_")
    listed = run("webhooks", "list").stdout + run("webhooks", "list", "--json").stdout
    assert URL in listed
    assert added["secret"] not in listed


def test_a_secret_can_be_given(run: Run, run_json: RunJson) -> None:
    assert run_json("webhooks", "add", URL, "--secret", "whsec_mine")["secret"] == "whsec_mine"
    assert "whsec_other" in run("webhooks", "add", URL, "--secret", "whsec_other").stdout


def test_a_triggered_event_waits_for_the_server(run: Run, run_json: RunJson, workspace: NewWorkspace) -> None:
    endpoint = run_json("webhooks", "add", URL)
    triggered = run_json("trigger", "ab_test.completed", "--data", '{"name": "titles"}')
    [delivery] = run_json("webhooks", "deliveries", endpoint["id"])
    assert delivery["event_id"] == triggered["event_id"]
    assert (delivery["event"], delivery["status"]) == ("ab_test.completed", "pending")
    assert delivery["id"] in run("webhooks", "deliveries", endpoint["id"]).stdout
    assert run_json("webhooks", "replay", delivery["id"])["id"] == delivery["id"]
    assert "pending" in run("webhooks", "replay", delivery["id"]).stdout


def test_an_endpoint_can_be_enabled(run: Run, run_json: RunJson) -> None:
    endpoint = run_json("webhooks", "add", URL)
    assert run_json("webhooks", "enable", endpoint["id"])["enabled"] is True
    assert run("webhooks", "enable", endpoint["id"]).stdout == f"{endpoint['id']} is enabled\n"


def test_data_can_come_from_standard_input(run: Run) -> None:
    result = run("trigger", "content.analyzed", "--data", "-", input=json.dumps({"title": "Ä" * 5000}))
    assert result.exit_code == 0
    assert result.stdout.startswith("content.analyzed recorded as event_")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["webhooks", "add", "ftp://example.com/"], "http"),
        (["webhooks", "add", "http://user:pw@example.com/"], "password"),
        (["webhooks", "add", "http://exa mple.com/"], "visible"),
        (["webhooks", "add", URL, "--secret", ""], "secret"),
        (["webhooks", "enable", "ep_unknown"], "no webhook endpoint ep_unknown"),
        (["webhooks", "deliveries", "ep_unknown"], "no webhook endpoint ep_unknown"),
        (["webhooks", "replay", "dlv_unknown"], "no webhook delivery dlv_unknown"),
        (["trigger", "content.analyzed", "--data", "{"], "not JSON"),
        (["trigger", "content.analyzed", "--data", "[]"], "JSON object"),
        (["trigger", "content.analyzed", "--data", "[" * 100_000], "not JSON"),
        (["trigger", "content.analyzed", "--data", '{"x": NaN}'], "JSON"),
        (["trigger", "content.analyzed", "--data", '{"x": "\\ud800"}'], "surrogates"),
        (["trigger", "two words"], "event type"),
        (["trigger", "line\nbreak"], "event type"),
        (["trigger", ""], "event type"),
    ],
)
def test_bad_input_is_refused_in_one_line(run: Run, arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    [line] = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert words in line
