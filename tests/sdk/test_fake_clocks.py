"""Every public name can be loaded under a fake clock, uses its time, and works once it has stopped.

Starting freezegun reads each name that `dir` lists of each module, so it loads them all by itself.
"""

import subprocess
import sys
from textwrap import indent

import pytest
from support.loopback import KEY, always, http, loopback

IMPORT = """
import pandocast_sdk
from pandocast_sdk import models, webhooks

def unwrap(timestamp):
    body = b'{"event": "x", "timestamp": "%s", "data": {}}' % timestamp.encode()
    headers = {"X-Pandocast-Signature": webhooks.sign(body, "secret")}
    return webhooks.Webhook("secret", tolerance=86400).unwrap(body, headers)

def read(time):
    return models.Content(id="1", title="t", content_type="blog", status="new", created_at=time).created_at
"""

USE = """
for package in pandocast_sdk, models, webhooks:
    for name in dir(package):
        getattr(package, name)
assert read("2026-01-02T03:04:05Z").isoformat() == "2026-01-02T03:04:05+00:00"
assert read(datetime.now(UTC)).year == 2020
assert unwrap("2020-02-03T00:00:00Z").timestamp.year == 2020
"""

AFTERWARDS = """
assert (datetime, date) == real
for module in [module for name, module in sys.modules.items() if name.startswith("pandocast_sdk")]:
    dates = {value for value in vars(module).values() if isinstance(value, type) and issubclass(value, date)}
    assert dates <= set(real), module
assert models.Content.model_fields["created_at"].annotation is datetime
assert read(datetime.now(UTC)).year > 2020
try:
    unwrap("2020-02-03T00:00:00Z")
    raise AssertionError("it is not 2020")
except pandocast_sdk.WebhookVerificationError:
    pass
"""


CLOCKS = {"freezegun": "freezegun.freeze_time", "time_machine": "time_machine.travel"}


@pytest.mark.parametrize("before", ["", "import pydantic\n", "from pydantic import BaseModel\n", IMPORT])
@pytest.mark.parametrize("library", CLOCKS)
def test_every_name_loads_under_a_fake_clock_without_lasting_effect(library: str, before: str) -> None:
    program = f"""
import sys, {library}
from datetime import UTC, date, datetime
real = datetime, date
{before}
with {CLOCKS[library]}("2020-02-03", tick=False):
{indent(IMPORT + USE, "    ")}
{AFTERWARDS}
"""
    if (
        before != "import pydantic\n"
    ):  # what freezegun then loads of it, before the SDK is there, stays broken
        program += """
from pydantic import create_model
assert create_model("Own", at=datetime)(at="2026-01-02").at.year == 2026
"""
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603 - our own program


CALLS = """
import asyncio, sys, {library}
from pandocast_sdk import AsyncPandocast, Pandocast
options = {{"api_key": {key!r}, "base_url": {url!r}, "timeout": 20, "deadline": 20, "max_retries": 0}}

def blocking():
    def use(*clients):
        for client in clients:
            assert client.request("GET", "/things").status_code == 200
            assert client.request("POST", "/things", json={{}}).status_code == 200
    with Pandocast(**options) as before:
        use(before)
        with {freeze}:
            with Pandocast(**options) as during:
                use(before, during)
            kept = Pandocast(**options)
            use(kept)
        with Pandocast(**options) as after, kept:
            use(before, kept, after)

async def awaiting():
    async def use(*clients):
        for client in clients:
            assert (await client.request("GET", "/things")).status_code == 200
            assert (await client.request("POST", "/things", json={{}})).status_code == 200
    async with AsyncPandocast(**options) as before:
        await use(before)
        with {freeze}:
            async with AsyncPandocast(**options) as during:
                await use(before, during)
            kept = AsyncPandocast(**options)
            await use(kept)
        async with AsyncPandocast(**options) as after, kept:
            await use(before, kept, after)

{call}
"""
TO_2020 = [
    ("freezegun", 'freezegun.freeze_time("2020-02-03")'),
    ("freezegun", 'freezegun.freeze_time("2020-02-03", real_asyncio=True)'),
    ("freezegun", 'freezegun.freeze_time("2040-02-03", tick=True)'),
    ("time_machine", 'time_machine.travel("2020-02-03", tick=False)'),
]


@pytest.mark.parametrize("call", ["blocking()", "asyncio.run(awaiting())"])
@pytest.mark.parametrize(("library", "freeze"), TO_2020)
def test_clients_made_before_during_and_after_a_fake_clock_can_call(
    library: str, freeze: str, call: str
) -> None:
    with loopback(always(http("200 OK"))) as server:
        program = CALLS.format(library=library, freeze=freeze, key=KEY, url=server.url, call=call)
        subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=120)  # noqa: S603
