"""Many tasks and threads at once: they share a client's connections, and one rate-limit budget."""

import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import anyio.lowlevel
from support.concurrency import BACKENDS, budget_of, run_scenario
from support.loopback import KEY, Loopback, loopback
from support.rate_limit_scripts import Window

from pandocast_sdk import AsyncPandocast, Pandocast


@BACKENDS
def test_a_hundred_tasks_are_paced_without_a_refusal(backend: str) -> None:
    window = Window(limit=40, seconds=1)

    async def scenario(client: AsyncPandocast, server: Loopback) -> None:
        async with anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(client.request, "GET", "/things")
        assert len(server.requests) == 100

    run_scenario(backend, scenario, window)
    assert window.refusals == 0


def test_twenty_threads_share_one_client() -> None:
    window = Window(limit=40, seconds=1)
    with loopback(window) as server, Pandocast(api_key=KEY, base_url=server.url) as client:
        with ThreadPoolExecutor(20) as pool:
            responses = list(pool.map(lambda _: client.request("GET", "/things"), range(100)))
        assert budget_of(client)._in_flight == 0
        assert server.connections <= 20
    assert {response.status_code for response in responses} == {200}
    assert window.refusals == 0
    assert server.all_closed()


def test_threads_and_event_loops_wait_in_one_queue() -> None:
    """One key has one budget, whichever clients use it, and each wakes the others."""
    window = Window(limit=30, seconds=1)
    # A budget dies with its last client: no client is closed before all are open.
    all_open = threading.Barrier(4)

    def in_a_thread(url: str) -> None:
        with Pandocast(api_key=KEY, base_url=url) as client:
            all_open.wait(20)
            for _ in range(15):
                client.request("GET", "/things")

    async def requesting(url: str) -> None:
        async with AsyncPandocast(api_key=KEY, base_url=url) as client, anyio.create_task_group() as group:
            all_open.wait(20)
            for _ in range(15):
                group.start_soon(client.request, "GET", "/things")

    def in_a_loop(url: str, backend: str) -> None:
        anyio.run(requesting, url, backend=backend)

    with loopback(window) as server, ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(in_a_thread, server.url) for _ in range(2)]
        futures += [pool.submit(in_a_loop, server.url, backend) for backend in ("asyncio", "trio")]
        for future in futures:
            future.result()
    assert len(server.requests) == 60
    assert window.refusals == 0
