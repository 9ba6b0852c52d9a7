"""`keys create|list|revoke`."""

from collections.abc import Callable

import pytest
from click.testing import Result

from pandocast_server.auth.keys import ApiKey, find_key
from pandocast_server.runtime import Runtime
from pandocast_server.workspaces import NewWorkspace

Run = Callable[..., Result]


def known(runtime: Runtime, key: str) -> ApiKey | None:
    with runtime.database.read() as connection:
        return find_key(connection, key)


def test_a_created_key_works_until_it_is_revoked(run: Run, runtime: Runtime, workspace: NewWorkspace) -> None:
    key = run("keys", "create", "--name", "ci").stdout.strip()
    found = known(runtime, key)
    assert found is not None
    assert (found.name, found.workspace_id, found.read_only) == ("ci", workspace.workspace_id, False)
    assert run("keys", "revoke", key).exit_code == 0
    assert known(runtime, key) is None


def test_a_key_is_revoked_by_its_public_part(
    run_json: Callable[..., dict[str, str]], runtime: Runtime, workspace: NewWorkspace
) -> None:
    created = run_json("keys", "create", "--read-only", "--live")
    found = known(runtime, created["key"])
    assert found is not None
    assert found.read_only
    assert created["key"].startswith("pk_live_")
    assert run_json("keys", "revoke", created["id"])["revoked_at"]
    assert known(runtime, created["key"]) is None


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_the_list_never_shows_a_key(run: Run, workspace: NewWorkspace, flags: list[str]) -> None:
    key = run("keys", "create", "--name", "ci").stdout.strip()
    listed = run("keys", "list", *flags).stdout
    assert "ci" in listed
    assert key[:16] in listed
    assert key not in listed
    assert workspace.api_key not in listed


@pytest.mark.parametrize("key", ["pk_test_12345678", "nonsense", "pk_test_" + 40 * "a"])
def test_an_unknown_key_is_refused_and_not_repeated(run: Run, workspace: NewWorkspace, key: str) -> None:
    result = run("keys", "revoke", key)
    assert (result.exit_code, result.stderr) == (2, "Error: this workspace has no such key\n")


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_name_out_of_range_is_refused(run: Run, workspace: NewWorkspace, name: str) -> None:
    assert run("keys", "create", "--name", name).exit_code == 2
