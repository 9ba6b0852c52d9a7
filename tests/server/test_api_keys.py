import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from pandocast_server.keys import create_key, find_key, list_keys, public_part, revoke_key
from pandocast_server.runtime import Runtime
from pandocast_server.settings import Settings
from pandocast_server.storage.tables import api_keys
from pandocast_server.workspaces import NewWorkspace, create_workspace


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    runtime = Runtime.start(Settings(database_url=f"sqlite:///{tmp_path / 'keys.db'}"), durable=False)
    yield runtime
    runtime.database.close()


@pytest.fixture
def workspace(runtime: Runtime) -> NewWorkspace:
    return create_workspace(runtime, "first")


@pytest.mark.parametrize(("live", "prefix"), [(False, "pk_test_"), (True, "pk_live_")])
def test_a_key_has_a_public_and_a_secret_part(
    runtime: Runtime,
    workspace: NewWorkspace,
    live: bool,  # noqa: FBT001 - a table
    prefix: str,
) -> None:
    with runtime.database.write() as connection:
        key = create_key(connection, runtime, workspace_id=workspace.workspace_id, name="ci", live=live)
    assert re.fullmatch(prefix + "[A-Za-z0-9]{40}", key)
    assert public_part(key) == key[:16]
    with runtime.database.read() as connection:
        found = find_key(connection, key)
    assert found is not None
    assert (found.id, found.name, found.read_only) == (key[:16], "ci", False)
    assert key not in repr(found)


def test_the_database_does_not_hold_the_key(runtime: Runtime, workspace: NewWorkspace) -> None:
    with runtime.database.read() as connection:
        row = connection.execute(select(api_keys)).one()
    assert workspace.api_key[16:] not in repr(row)
    assert workspace.api_key not in repr(workspace)


def test_what_is_almost_the_key_is_not_found(runtime: Runtime, workspace: NewWorkspace) -> None:
    key = workspace.api_key
    swapped = key[:-1] + ("a" if key[-1] != "a" else "b")
    with runtime.database.read() as connection:
        for wrong in (
            swapped,
            key[:-1],
            key + "a",
            key[:16],
            key.upper(),
            "pk_test_" + "ü" * 40,
            "",
            "\n" + key,
        ):
            assert find_key(connection, wrong) is None
        assert find_key(connection, key) is not None


@pytest.mark.parametrize("part", [slice(None), slice(16)])
def test_a_key_is_revoked_by_itself_or_its_public_part(
    runtime: Runtime, workspace: NewWorkspace, part: slice
) -> None:
    key = workspace.api_key
    with runtime.database.write() as connection:
        first = revoke_key(connection, runtime, workspace_id=workspace.workspace_id, key=key[part])
        again = revoke_key(connection, runtime, workspace_id=workspace.workspace_id, key=key[part])
        assert first is not None
        assert first.revoked_at is not None
        assert again == first
        assert find_key(connection, key) is None
        assert list_keys(connection, workspace_id=workspace.workspace_id) == [first]


def test_another_workspace_neither_lists_nor_revokes_a_key(runtime: Runtime, workspace: NewWorkspace) -> None:
    other = create_workspace(runtime, "other")
    with runtime.database.write() as connection:
        assert [key.id for key in list_keys(connection, workspace_id=other.workspace_id)] == [
            other.api_key[:16]
        ]
        assert revoke_key(connection, runtime, workspace_id=other.workspace_id, key=workspace.api_key) is None
        assert find_key(connection, workspace.api_key) is not None


@pytest.mark.parametrize("name", ["", "n" * 201])
def test_a_name_out_of_range_is_refused(runtime: Runtime, workspace: NewWorkspace, name: str) -> None:
    with runtime.database.write() as connection, pytest.raises(ValueError, match="1 to 200"):
        create_key(connection, runtime, workspace_id=workspace.workspace_id, name=name)
    with pytest.raises(ValueError, match="1 to 200"):
        create_workspace(runtime, name)
