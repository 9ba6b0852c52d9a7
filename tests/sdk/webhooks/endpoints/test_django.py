"""Django's view: sync and async, and what Django would do to a request that is no browser's."""

import asyncio
import inspect
from typing import ClassVar

import django
import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from pandocast_sdk.webhooks import Delivery, Event, PostPublished, Router, Webhook
from pandocast_sdk.webhooks.django import endpoint

WEBHOOK = Webhook("whsec_test")
BODY, HEADERS = WEBHOOK.wrap('{"event": "new.type", "timestamp": "2026-03-28T10:05:00Z", "data": {}}')
DELIVERIES: list[Delivery] = []


async def handle_async(delivery: Delivery) -> None:
    await asyncio.sleep(0)
    DELIVERIES.append(delivery)


class Urls:
    """What would be the module of a project's addresses."""

    urlpatterns: ClassVar[list[object]] = []


@pytest.fixture(autouse=True, scope="module")
def project() -> None:
    settings.configure(
        SECRET_KEY="of the tests",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=Urls,
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
    )
    django.setup(set_prefix=False)
    Urls.urlpatterns[:] = [
        path("hook", endpoint(WEBHOOK, DELIVERIES.append, max_body=1000)),
        path("slash/", endpoint(WEBHOOK, DELIVERIES.append, max_body=1000)),
        path("async", endpoint(WEBHOOK, handle_async, max_body=1000)),
    ]


@pytest.fixture(autouse=True)
def deliveries() -> list[Delivery]:
    DELIVERIES.clear()
    return DELIVERIES


def post(address: str, body: bytes = BODY, *, signed: bool = True) -> HttpResponse:
    client = Client(enforce_csrf_checks=True)
    headers = HEADERS if signed else {}
    return client.post(address, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("address", ["/hook", "/async", "/slash/"])
def test_a_delivery_needs_no_token(address: str, deliveries: list[Delivery]) -> None:
    assert post(address).status_code == 204
    assert [delivery.body for delivery in deliveries] == [BODY]
    assert post(address, signed=False).status_code == 401
    assert post(address, b"x" * 1001).status_code == 413


def test_an_async_view_runs_in_an_async_server(deliveries: list[Delivery]) -> None:
    async def send() -> HttpResponse:
        client = AsyncClient(enforce_csrf_checks=True)
        return await client.post("/async", BODY, content_type="application/json", headers=HEADERS)

    assert asyncio.run(send()).status_code == 204
    assert [delivery.body for delivery in deliveries] == [BODY]


@pytest.mark.parametrize("address", ["/hook", "/async"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_another_method_is_refused(address: str, method: str) -> None:
    refused = Client().generic(method, address)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")


def test_no_slash_is_appended_by_a_redirect() -> None:
    assert post("/slash").status_code == 404


def test_chunks_are_refused_where_django_reads_none_of_them() -> None:
    chunked = {**HEADERS, "Transfer-Encoding": "chunked"}
    assert Client().post("/hook", b"", content_type="application/json", headers=chunked).status_code == 411


def test_a_coroutine_function_makes_an_async_view_and_anything_else_a_sync_one() -> None:
    hooks, others = Router(), Router()
    hooks.on(PostPublished)(lambda _event, _delivery: None)
    assert not inspect.iscoroutinefunction(endpoint(WEBHOOK, print))
    assert not inspect.iscoroutinefunction(endpoint(WEBHOOK, hooks))
    assert inspect.iscoroutinefunction(endpoint(WEBHOOK, handle_async))

    @others.on()
    async def work(_event: Event, _delivery: Delivery) -> None: ...

    assert inspect.iscoroutinefunction(endpoint(WEBHOOK, others))
    with pytest.raises(TypeError, match="cannot await"):
        hooks.include(others)


def test_no_login_is_needed() -> None:
    """As Django's `login_not_required` marks a view."""
    view = endpoint(WEBHOOK, print)
    assert vars(view)["login_required"] is False
