"""What a process does that shares a budget with others; it loads little, so that several start soon."""

import threading
from multiprocessing.connection import Connection

from pandocast_sdk import Pandocast, RateLimitPolicy

LIMIT = 20
WORKERS, CALLS = 3, 30


def work(client: Pandocast, calls: int, workers: int = WORKERS) -> list[threading.Thread]:
    """Begin calls in several threads."""
    todo, lock = iter(range(calls)), threading.Lock()

    def working() -> None:
        while True:
            with lock:
                if next(todo, None) is None:
                    return
            client.request("GET", "/content")

    threads = [threading.Thread(target=working) for _ in range(workers)]
    for thread in threads:
        thread.start()
    return threads


def a_process(base_url: str, api_key: str, store: str, pipe: Connection) -> None:
    """Wait for the signal, make the calls, and report that they are done."""
    with Pandocast(api_key=api_key, base_url=base_url, rate_limit=RateLimitPolicy(store=store)) as client:
        pipe.recv()
        for thread in work(client, CALLS):
            thread.join()
        pipe.send(client.rate_limit.limit)
