"""Tools that read annotations find every type, although clients import few of them."""

import importlib
import inspect
import pkgutil
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


MODULES = [
    "pandocast_sdk",
    *(
        module.name
        for module in pkgutil.walk_packages(pandocast_sdk.__path__, "pandocast_sdk.")
        if "._" not in module.name
    ),
]


def functions(cls: type) -> Iterator[object]:
    """Yield the class, and the functions of its methods and properties that the SDK defines."""
    yield cls
    for base in cls.__mro__:
        for member in vars(base).values() if is_ours(base) else ():
            if isinstance(member, property):
                yield from filter(None, (member.fget, member.fset))
            else:
                function = getattr(member, "__func__", getattr(member, "func", member))
                if inspect.isfunction(function):
                    yield function


def is_ours(value: object) -> bool:
    return str(getattr(value, "__module__", "")).partition(".")[0] == "pandocast_sdk"


def types_in(hint: object) -> Iterator[object]:
    """Yield all types that a hint is made of."""
    yield hint
    origin = typing.get_origin(hint)
    if origin is None or origin is typing.Literal:
        return
    yield origin
    arguments: tuple[object, ...] = typing.get_args(hint)
    for argument in arguments[:1] if origin is typing.Annotated else arguments:
        for part in typing.cast("list[object]", argument) if isinstance(argument, list) else [argument]:
            yield from types_in(part)


@pytest.mark.parametrize(
    "cls", dict.fromkeys([*PUBLIC, *RESOURCES]), ids=lambda cls: f"{cls.__module__}.{cls.__name__}"
)
def test_every_annotation_resolves(cls: type) -> None:
    for function in functions(cls):
        hints = typing.get_type_hints(function)
        assert not [hint for hint in hints.values() if isinstance(hint, str)]
        if inspect.isfunction(function):
            inspect.signature(function)


@pytest.mark.parametrize("name", MODULES)
def test_every_annotation_of_a_module_resolves_and_of_all_that_it_names(name: str) -> None:
    """A framework that is not installed is no part of a module's types."""
    module = importlib.import_module(name)
    typing.get_type_hints(module)
    names = getattr(module, "__all__", [name for name in vars(module) if name[0] != "_"])
    todo, seen = [getattr(module, name) for name in names], set[object]()
    while todo:
        value = todo.pop()
        if not is_ours(value) or value in seen or not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        seen.add(value)
        for function in functions(value) if inspect.isclass(value) else [value]:
            parts = [part for hint in hints_of(function) for part in types_in(hint)]
            assert not [part for part in parts if isinstance(part, str | typing.ForwardRef)], function
            called = getattr(function, "__name__", "_")
            todo += parts if called[0] != "_" or called in {"__iter__", "__aiter__"} else []


def hints_of(value: object) -> list[object]:
    try:
        return list(typing.get_type_hints(value).values())
    except ModuleNotFoundError as error:
        if error.name in {"aiohttp", "django", "flask"}:
            pytest.skip(f"{error.name} is not installed")
        raise


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
