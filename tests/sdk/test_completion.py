"""Editors built on jedi complete what a client offers and show its documentation; they run nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import jedi
import pytest

import pandocast_sdk

CLIENTS = ("Pandocast", "AsyncPandocast", "Passband", "AsyncPassband")
ENVIRONMENT = jedi.InterpreterEnvironment()


def public(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")}


@pytest.fixture(autouse=True, scope="module")
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jedi.settings, "cache_directory", str(tmp_path_factory.mktemp("jedi")))
        yield


def editor(code: str, tmp_path: Path) -> jedi.Script:
    project = jedi.Project(tmp_path)  # no folder of ours: as for a user, only the installed package is there
    return jedi.Script(code, path=tmp_path / "script.py", project=project, environment=ENVIRONMENT)


def completed(code: str, tmp_path: Path) -> set[str]:
    """Complete the end of a program."""
    return {found.name for found in editor(code, tmp_path).complete() if not found.name.startswith("_")}


def assigned(client: str) -> str:
    return f"from pandocast_sdk import {client}\nclient = {client}(api_key='x')\n"


def entered(client: str) -> str:
    maybe_async = "async " if client.startswith("Async") else ""
    return f"""\
from pandocast_sdk import {client}
{maybe_async}def main():
    {maybe_async}with {client}(api_key='x') as client:
        """


def changed(client: str) -> str:
    return f"{assigned(client)}client = client.with_options(timeout=1)\n"


@pytest.mark.parametrize("start", [assigned, entered, changed])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_offers_its_resources(client: str, start: Callable[[str], str], tmp_path: Path) -> None:
    offered = completed(f"{start(client)}client.", tmp_path)
    assert offered == public(getattr(pandocast_sdk, client))
    assert len(offered) > len({"close", "rate_limit", "request", "with_options"})


@pytest.mark.parametrize("start", [assigned, entered, changed])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_resource_offers_its_operations(client: str, start: Callable[[str], str], tmp_path: Path) -> None:
    cls = getattr(pandocast_sdk, client)
    of_one = cls(api_key="x", base_url="https://a.example")
    for resource in public(cls) & set(vars(cls)):
        operations = public(type(getattr(of_one, resource)))
        assert completed(f"{start(client)}client.{resource}.", tmp_path) >= operations > set()


@pytest.mark.parametrize(
    ("client", "call", "fields"),
    [
        ("Pandocast", "client.content.get('c')", {"id", "title", "created_at"}),
        ("AsyncPandocast", "(await client.content.get('c'))", {"id", "title", "created_at"}),
        ("Pandocast", "client.content.list().items[0]", {"id", "title", "created_at"}),
        ("AsyncPandocast", "(await client.content.list()).items[0]", {"id", "title", "created_at"}),
        ("Pandocast", "client.content.get('c').created_at", {"astimezone", "isoformat"}),
        ("Passband", "client.drafts.list().items[0]", {"id", "text", "scheduled_at"}),
        ("AsyncPassband", "(await client.drafts.list()).items[0]", {"id", "text", "scheduled_at"}),
        ("Passband", "client.drafts.get('d')", {"id", "text", "scheduled_at"}),
        ("AsyncPassband", "(await client.drafts.get('d'))", {"id", "text", "scheduled_at"}),
    ],
)
def test_a_result_offers_its_fields(client: str, call: str, fields: set[str], tmp_path: Path) -> None:
    assert completed(f"{entered(client)}{call}.", tmp_path) >= fields


@pytest.mark.parametrize("client", ["Pandocast", "AsyncPandocast"])
def test_a_call_shows_its_signature_and_its_documentation(client: str, tmp_path: Path) -> None:
    (signature,) = editor(f"{entered(client)}client.content.upload(", tmp_path).get_signatures()
    assert [parameter.name for parameter in signature.params] == ["title", "content_type", "raw_content"]
    assert signature.to_string().endswith("Content")
    assert "Upload a text; its analysis starts automatically" in signature.docstring()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_constructor_shows_its_signature_and_its_documentation(client: str, tmp_path: Path) -> None:
    (signature,) = editor(f"from pandocast_sdk import {client}\n{client}(", tmp_path).get_signatures()
    assert [parameter.name for parameter in signature.params][:2] == ["api_key", "base_url"]
    assert f"A client of the {client.removeprefix('Async')} API" in signature.docstring()


@pytest.mark.parametrize("client", ["Pandocast", "AsyncPandocast"])
def test_hovering_shows_the_documentation(client: str, tmp_path: Path) -> None:
    for expression, explanation in (
        ("client.content", "Uploads, and the posts generated from them"),
        ("client.content.list", "List the uploads of the workspace, newest first"),
    ):
        (name,) = editor(f"{entered(client)}{expression}", tmp_path).help()
        assert explanation in name.docstring()


@pytest.mark.parametrize(
    ("beginning", "names"),
    [
        ("from pandocast_sdk import Pand", {"Pandocast", "PandocastError"}),
        ("import pandocast_sdk\npandocast_sdk.Draft", {"Draft", "DraftFormat", "DraftItem"}),
        ("from pandocast_sdk import models\nmodels.Slot", {"Slot", "SlotDict", "SlotList"}),
        ("from pandocast_sdk.webhooks import Web", {"Webhook"}),
        ("from pandocast_server.testing import Ref", {"ReferenceServer"}),
    ],
)
def test_public_names_are_offered_and_no_others(beginning: str, names: set[str], tmp_path: Path) -> None:
    found = completed(beginning, tmp_path)
    assert found >= names
    assert {name for name in found if name.isupper()} == set()
