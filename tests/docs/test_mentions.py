"""Nothing public is undocumented."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import click
import pytest
from support.doc_mentions import faults
from support.doc_pages import ROOT, pages
from support.openapi_document import DESCRIPTION

import pandocast_sdk
import pandocast_sdk._async
import pandocast_sdk._sync
import pandocast_sdk.webhooks
from pandocast_server.cli import main
from pandocast_server.generation.platforms import PLATFORMS

TEXTS = {page.name: page.read_text(encoding="utf-8") for page in pages()}
EVERYTHING = "\n".join(TEXTS.values())
PUBLIC = [(module, name) for module in (pandocast_sdk, pandocast_sdk.webhooks) for name in module.__all__]


def resources(flavour: ModuleType) -> Iterator[tuple[ModuleType, str]]:
    """Give the classes behind `client.content`, `client.drafts` and so on, with their modules."""
    for found in iter_modules(flavour.__path__, f"{flavour.__name__}."):
        module = import_module(found.name)
        for name, value in inspect.getmembers(module, inspect.isclass):
            if name.endswith("Resource") and value.__module__ == found.name:
                yield module, name


RESOURCES = list(resources(pandocast_sdk._sync))


def test_every_public_name_and_method_is_on_some_page() -> None:
    assert list(faults(ROOT)) == []


def test_every_resource_is_looked_at() -> None:
    of_clients = {
        name
        for client in (pandocast_sdk.Pandocast, pandocast_sdk.Passband)
        for name in vars(client)
        if not name.startswith("_")
    }
    assert {module.__name__.rpartition(".")[2] for module, _ in RESOURCES} == of_clients


def subcommands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        yield words
        return
    with click.Context(command) as context:
        for name in command.list_commands(context):
            subcommand = command.get_command(context, name)
            assert subcommand is not None
            yield from subcommands(subcommand, (*words, name))


@pytest.mark.parametrize("words", list(subcommands(main)), ids=" ".join)
def test_every_command_is_mentioned(words: tuple[str, ...]) -> None:
    assert f"pandocast-server {' '.join(words)}" in EVERYTHING


@pytest.mark.parametrize("name", [*PLATFORMS, *DESCRIPTION.at("webhooks")])
def test_the_decisions_name_every_platform_and_event(name: str) -> None:
    assert f"`{name}`" in TEXTS["decisions.md"]


@pytest.mark.parametrize("page", sorted(set(TEXTS) - {"index.md"}))
def test_every_page_can_be_found(page: str) -> None:
    assert f"{page})" in TEXTS["index.md"] + TEXTS["README.md"]


def documented() -> Iterator[tuple[str, object]]:
    """Give what a user can call: public functions and classes, and their public methods."""
    for module, name in [*PUBLIC, *RESOURCES, *resources(pandocast_sdk._async)]:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            yield name, value
        for method, function in inspect.getmembers(value, inspect.isfunction):
            if not method.startswith("_") and function.__module__.startswith("pandocast_sdk"):
                yield f"{name}.{method}", function


@pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in documented()])
def test_what_a_user_can_call_has_a_docstring(value: object) -> None:
    assert (value.__doc__ or "").strip()
