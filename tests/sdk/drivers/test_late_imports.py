"""Imports that wait for the first call: what they load, under which lock, and beside a fork."""

import subprocess
import sys

import pytest
from support.loopback import KEY, always, http, loopback

from pandocast_sdk import Pandocast

ONE_CALL = """
import sys
from pandocast_sdk import Pandocast
with Pandocast(api_key={key!r}, base_url={url!r}) as client:
    assert client.content.outputs("content_1").items == []
print(*sorted(sys.modules))
"""


def modules_after(program: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.split())


def test_a_first_call_imports_nothing_that_it_does_not_need() -> None:
    with loopback(always(http("200 OK", b'{"items": [], "total": 0}'))) as server:
        loaded = modules_after(ONE_CALL.format(key=KEY, url=server.url))
    assert {"httpx", "pydantic", "pandocast_sdk.models.pandocast"} <= loaded
    late = {"asyncio", "tenacity", "redis"}
    assert not late & loaded


LATE_IMPORTS = """
import asyncio, importlib.abc, sys, threading
from pandocast_sdk import AsyncPandocast, AsyncPassband, Pandocast, Passband, PandocastError, _imports
beside_the_lock, on_the_loop = [], []
HEAVY = ("anyio", "certifi", "h11", "httpcore", "httpx", "pandocast_sdk.models.", "pydantic", "tenacity")

class ImportRecorder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if not _imports._lock._is_owned():
            beside_the_lock.append(name)
        if threading.current_thread() is threading.main_thread() and name.startswith(HEAVY):
            on_the_loop.append(name)

options = {{"api_key": {key!r}, "base_url": {url!r}}}
no_server = {{**options, "base_url": "http://localhost:9"}}

def blocking():
    with Pandocast(**options) as pandocast, Passband(**options) as passband:
        pandocast.content.outputs("content_1")
        pandocast.content.list()
        passband.schedule.slots()
    with Pandocast(**no_server) as pandocast:
        try:
            pandocast.content.list()
        except PandocastError:
            pass
    on_the_loop.clear()

async def awaiting():
    async with AsyncPandocast(**options) as pandocast, AsyncPassband(**options) as passband:
        await asyncio.gather(*(pandocast.content.outputs("content_1") for _ in range(5)))
        await pandocast.content.list()
        await passband.schedule.slots()
    async with AsyncPandocast(**no_server) as pandocast:
        try:
            await pandocast.content.list()
        except PandocastError:
            pass

async def awaiting_a_callers_client():
    import httpx
    async with httpx.AsyncClient(trust_env=False) as http_client:
        on_the_loop.clear()  # the caller has imported the HTTP library
        async with AsyncPandocast(**options, http_client=http_client) as pandocast:
            await pandocast.content.list()
    beside_the_lock.clear()
    await awaiting()

async def watched():
    sys.meta_path.insert(0, ImportRecorder())
    {call}

asyncio.run(watched())
assert {{"httpx", "pydantic", "pandocast_sdk.models.schedule", "tenacity"}} <= sys.modules.keys()
print(*beside_the_lock, *on_the_loop)
"""


@pytest.mark.parametrize("call", ["blocking()", "await awaiting()", "await awaiting_a_callers_client()"])
def test_calls_import_under_the_lock_and_nothing_heavy_on_the_event_loop(call: str) -> None:
    body = b'{"items": [], "total": 0, "has_more": false, "slots": []}'
    with loopback(always(http("200 OK", body))) as server:
        assert modules_after(LATE_IMPORTS.format(key=KEY, url=server.url, call=call)) == set()


WARM = """
import asyncio, importlib.abc, sys
from pandocast_sdk import AsyncPandocast, AsyncPassband, Pandocast, Passband, PandocastError
imported = []

class ImportRecorder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        imported.append(name)

options = {{"api_key": {key!r}, "base_url": {url!r}}}
no_server = {{**options, "base_url": "http://localhost:9", "max_retries": 1}}

def blocking():
    with Pandocast(**options) as pandocast, Passband(**options) as passband, Pandocast(**no_server) as lost:
        pandocast.warm_up()
        sys.meta_path.insert(0, ImportRecorder())
        pandocast.content.outputs("content_1")
        list(pandocast.content.list(prefetch=2))
        passband.schedule.slots()
        list(passband.drafts.list())
        try:
            pandocast.content.get("content_1")
        except PandocastError:
            pass
        try:
            lost.content.wait_until_analyzed("content_1", timeout=1)
        except PandocastError:
            pass

async def awaiting():
    async with (
        AsyncPandocast(**options) as pandocast,
        AsyncPassband(**options) as passband,
        AsyncPandocast(**no_server) as lost,
    ):
        await pandocast.warm_up()
        sys.meta_path.insert(0, ImportRecorder())
        await pandocast.content.outputs("content_1")
        async for _ in pandocast.content.list(prefetch=2):
            pass
        await passband.schedule.slots()
        async for _ in passband.drafts.list():
            pass
        try:
            await pandocast.content.get("content_1")
        except PandocastError:
            pass
        try:
            await lost.content.wait_until_analyzed("content_1", timeout=1)
        except PandocastError:
            pass

{call}
print(*imported)
"""


@pytest.mark.parametrize("call", ["blocking()", "asyncio.run(awaiting())"])
def test_after_a_warm_up_calls_import_nothing(call: str) -> None:
    body = b'{"items": [], "total": 0, "has_more": false, "slots": [], "drafts": []}'
    with loopback(always(http("200 OK", body))) as server:
        assert modules_after(WARM.format(key=KEY, url=server.url, call=call)) == set()


def test_a_warm_up_sends_nothing() -> None:
    with loopback(always(http("200 OK"))) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        client.warm_up()
        assert server.connections == 0


def test_a_closed_client_cannot_be_warmed_up() -> None:
    client = Pandocast(api_key=KEY, base_url="http://localhost:9")
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.warm_up()


FORK = """
import importlib.abc, os, sys, threading
from pandocast_sdk import Pandocast
importing, forking = threading.Event(), threading.Event()

class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {slow!r} and not importing.is_set():
            importing.set()
            forking.wait()

def call():
    with Pandocast(api_key={key!r}, base_url={url!r}) as client:
        assert client.content.outputs("content_1").items == []

sys.meta_path.insert(0, Slow())
thread = threading.Thread(target=call)
thread.start()
importing.wait()
os.register_at_fork(before=forking.set)  # runs before the SDK's own, which waits for the import
child = os.fork()
if child == 0:
    call()
    os._exit(7)
thread.join()
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize("slow", ["httpx._client", "pydantic.main", "pandocast_sdk.models.pandocast"])
def test_a_fork_during_a_first_call_leaves_a_child_that_can_call(slow: str) -> None:
    with loopback(always(http("200 OK", b'{"items": [], "total": 0}'))) as server:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-W", "ignore", "-c", FORK.format(key=KEY, url=server.url, slow=slow)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (done.stdout, done.stderr) == ("7\n", "")


def test_verifying_a_signature_imports_next_to_nothing() -> None:
    loaded = modules_after(
        "import sys; import pandocast_sdk.webhooks as w; w.verify_signature; print(*sys.modules)"
    )
    before = modules_after("import sys, hmac; print(*sys.modules)")
    names = {name for name in loaded - before if not name.startswith("pandocast_sdk")}
    assert not {"typing", "re", "json", "attrs", "httpx", "pydantic"} & names
