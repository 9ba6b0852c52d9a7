"""OpenTelemetry and Sentry see the SDK's requests as they see those of httpx, and no key."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from support.loopback import KEY, NO_LIMIT, Loopback, always, http, loopback

from pandocast_sdk import AsyncPandocast, Pandocast

OPTIONS: dict[str, Any] = {"api_key": KEY, "rate_limit": NO_LIMIT}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback(always(http("200 OK", b'{"items": [], "total": 0}'))) as server:
        yield server


@pytest.fixture
def spans() -> Iterator[Any]:
    """What OpenTelemetry exports, with its instrumentation of httpx."""
    instrumentation = pytest.importorskip("opentelemetry.instrumentation.httpx")
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    exporter = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))
    instrumentor = instrumentation.HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    yield exporter
    instrumentor.uninstrument()


def check_spans(spans: Any, server: Loopback) -> None:
    (span,) = spans.get_finished_spans()
    shown = str(span.to_json())
    assert "/content/c/outputs" in shown
    assert "200" in shown
    assert KEY not in shown
    assert server.requests[-1].header("traceparent"), "the server can join the trace"


def test_opentelemetry_sees_a_call(spans: Any, server: Loopback) -> None:
    with Pandocast(base_url=server.url, **OPTIONS) as client:
        client.content.outputs("c")
    check_spans(spans, server)


def test_opentelemetry_sees_a_call_through_an_http_client(spans: Any, server: Loopback) -> None:
    with httpx.Client() as http_client:
        Pandocast(base_url=server.url, http_client=http_client, **OPTIONS).content.outputs("c")
    check_spans(spans, server)


def test_opentelemetry_sees_a_call_of_an_async_client(spans: Any, server: Loopback) -> None:
    async def main() -> None:
        async with AsyncPandocast(base_url=server.url, **OPTIONS) as client:
            await client.content.outputs("c")

    asyncio.run(main())
    check_spans(spans, server)


def test_opentelemetry_sees_a_client_used_before(server: Loopback, request: pytest.FixtureRequest) -> None:
    with Pandocast(base_url=server.url, **OPTIONS) as client:
        client.content.outputs("c")
        spans = request.getfixturevalue("spans")
        client.content.outputs("c")
    check_spans(spans, server)


def test_sentry_sees_a_call_through_an_http_client(server: Loopback) -> None:
    sentry_sdk = pytest.importorskip("sentry_sdk")
    seen: list[Any] = []

    def capture(_transport: object, envelope: Any) -> None:
        seen.extend(item.payload.json for item in envelope.items)

    transport = type("Captured", (sentry_sdk.transport.Transport,), {"capture_envelope": capture})
    sentry_sdk.init(
        dsn="http://public@127.0.0.1:9/1",
        traces_sample_rate=1.0,
        transport=transport,
        auto_session_tracking=False,
    )
    try:
        with (
            sentry_sdk.start_transaction(name="a test"),
            httpx.Client(trust_env=False) as http_client,
            Pandocast(base_url=server.url, http_client=http_client, **OPTIONS) as client,
        ):
            client.content.outputs("c")
        sentry_sdk.flush()
    finally:
        sentry_sdk.init()
    (span,) = [span for event in seen for span in event["spans"] if span["op"] == "http.client"]
    assert "/content/c/outputs" in span["description"]
    assert KEY not in str(seen)
