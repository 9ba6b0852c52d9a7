"""gevent and uvloop run calls as the standard library's threads and loops do."""

import asyncio
import subprocess
import sys

import pytest
from support.loopback import KEY, NO_LIMIT, always, http, loopback

from pandocast_sdk import AsyncPandocast

GEVENT = """
from gevent import monkey
monkey.patch_all()
import gevent
from gevent.pool import Pool
from pandocast_sdk import Pandocast, RateLimitPolicy

with Pandocast(api_key={key!r}, base_url={url!r}, rate_limit=RateLimitPolicy("off")) as client:
    def call(_number):
        return client.content.outputs("c").total

    def give_up(number):
        with gevent.Timeout(number % 10 / 5000, False):
            client.request("GET", "/things")

    assert Pool(30).map(call, range(300)) == [0] * 300
    Pool(30).map(give_up, range(600))
    pool = client._session._pool._transport.resources[0]._pool
    assert not pool._requests
    assert all(connection.is_idle() or connection.is_closed() for connection in pool.connections)
    assert Pool(30).map(call, range(300)) == [0] * 300
"""


def test_greenlets_share_a_client_and_may_give_up() -> None:
    pytest.importorskip("gevent")
    with loopback(always(http("200 OK", b'{"items": [], "total": 0}'))) as server:
        program = GEVENT.format(key=KEY, url=server.url)
        subprocess.run([sys.executable, "-c", program], check=True, timeout=120)  # noqa: S603 - our own


def test_calls_under_uvloop_may_be_cancelled_at_any_step() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def main(url: str) -> None:
        async with AsyncPandocast(api_key=KEY, base_url=url, rate_limit=NO_LIMIT) as client:
            totals = await asyncio.gather(*(client.content.outputs("c") for _ in range(100)))
            assert [each.total for each in totals] == [0] * 100
            for turns in range(60):
                call = asyncio.ensure_future(client.request("GET", "/things"))
                for _ in range(turns % 30):
                    await asyncio.sleep(0)
                call.cancel()
                await asyncio.wait([call])
            pool = next(iter(client._session._pool._transports.values())).resources[0]._pool
            assert not pool._requests
            assert all(connection.is_idle() or connection.is_closed() for connection in pool.connections)
            assert (await client.request("GET", "/things")).status_code == 200

    with loopback(always(http("200 OK", b'{"items": [], "total": 0}'))) as server:
        uvloop.run(main(server.url))
