"""Tools that read annotations find every type, although clients import few of them."""

import inspect
import typing
from collections.abc import Iterator
from unittest.mock import AsyncMock, create_autospec

import pytest

import pandocast_sdk
from pandocast_sdk import models, webhooks

PUBLIC = [
    value
    for package in (pandocast_sdk, models, webhooks)
    for value in (getattr(package, name) for name in package.__all__)
    if inspect.isclass(value)
]
CLIENTS = [
    pandocast_sdk.Pandocast,
    pandocast_sdk.AsyncPandocast,
    pandocast_sdk.Passband,
    pandocast_sdk.AsyncPassband,
]
RESOURCES = [
    value
    for client in CLIENTS
    for name, value in inspect.getmembers(client, inspect.isclass)
    if not name.startswith("_")
]


def functions(cls: type) -> Iterator[object]:
    """Yield the class, and the functions of its methods and properties that the SDK defines."""
    yield cls
    for base in cls.__mro__:
        for member in vars(base).values() if base.__module__.startswith("pandocast_sdk") else ():
            function = member.fget if isinstance(member, property) else member
            if inspect.isfunction(function):
                yield function


@pytest.mark.parametrize(
    "cls", dict.fromkeys([*PUBLIC, *RESOURCES]), ids=lambda cls: f"{cls.__module__}.{cls.__name__}"
)
def test_every_annotation_resolves(cls: type) -> None:
    for function in functions(cls):
        hints = typing.get_type_hints(function)
        assert not [hint for hint in hints.values() if isinstance(hint, str)]
        if inspect.isfunction(function):
            inspect.signature(function)


def test_a_hint_is_the_type_itself() -> None:
    hints = typing.get_type_hints(pandocast_sdk.Pandocast.__init__)
    assert hints["rate_limit"] == pandocast_sdk.RateLimitPolicy | None
    assert typing.get_type_hints(pandocast_sdk.Pandocast.request)["return"] is pandocast_sdk.Response


@pytest.mark.parametrize(
    "cls", dict.fromkeys([*PUBLIC, *RESOURCES]), ids=lambda cls: f"{cls.__module__}.{cls.__name__}"
)
def test_every_class_can_specify_a_mock(cls: type) -> None:
    create_autospec(cls)
    create_autospec(cls, instance=True)


def test_a_mock_of_a_client_has_the_methods_of_its_resources() -> None:
    client = create_autospec(pandocast_sdk.Pandocast, instance=True)
    client.content.upload(title="A", content_type="note", raw_content="B")
    client.content.upload.assert_called_once_with(title="A", content_type="note", raw_content="B")
    with pytest.raises(TypeError, match="title"):
        client.content.upload(content_type="note", raw_content="B")
    with pytest.raises(AttributeError):
        client.content.uplaod  # noqa: B018 - reading it is the test
    made = create_autospec(pandocast_sdk.Pandocast)(api_key="x")
    made.content.list.return_value = "a page"
    assert made.content.list(limit=5) == "a page"


def test_a_mock_of_an_async_client_is_awaited() -> None:
    client = create_autospec(pandocast_sdk.AsyncPassband, instance=True)
    assert isinstance(client.drafts.approve, AsyncMock)


@pytest.mark.parametrize("client", CLIENTS)
def test_resources_stay_documented_properties(client: type) -> None:
    kinds = {each.name: each.kind for each in inspect.classify_class_attrs(client)}
    resources = [name for name, value in inspect.getmembers(client, inspect.isclass) if name[0] != "_"]
    assert resources
    for name in resources:
        assert kinds[name] == "property"
        assert inspect.getdoc(inspect.getattr_static(client, name))
