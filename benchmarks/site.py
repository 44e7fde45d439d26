"""The site under an open load of 100 requests a second: cached pages, live re-pooling, and memory over many requests.

Open load: requests are sent at the moments of a Poisson process whatever became of earlier ones, and a time counts from
the moment at which the request was due, so that a slow server cannot hide behind a waiting client.
"""

from __future__ import annotations

import http.client
import itertools
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.site import Site, running

RATE, SECONDS, CLIENTS = 100.0, 8.0, 16
MANY = 10_000


def main() -> None:
    """Print the middle and the 95th percentile of each, and how much memory grew."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as site:
        _pin(site)
        trials, place = _comparison(site)
        ready = "/t/neuropathy/compare"
        site.get(ready)
        for name, addresses in (
            ("cached page", itertools.repeat(ready)),
            ("health", itertools.repeat("/health")),
            ("re-pool, another choice each time", _choices(place, trials)),
        ):
            times = _open_load(site, addresses)
            ranked = sorted(times)
            print(
                f"  {name}: {len(times)} requests, p50 {1e3 * statistics.median(ranked):.1f} ms, "
                f"p95 {1e3 * ranked[int(0.95 * len(ranked))]:.1f} ms, max {1e3 * ranked[-1]:.0f} ms"
            )
        print(f"  memory from request 1,000 to {MANY:,}: {_growth(site, ready):+.1%}")


def _pin(site: Site) -> None:
    """The server on one processor, the load on the others, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        for one in _family(site.pid):
            os.sched_setaffinity(one, {0})
        others = set(range(os.cpu_count() or 1)) - {0}
        if others:
            os.sched_setaffinity(0, others)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(one) for one in children.read_text().split()] if children.exists() else []
    return [pid, *(other for one in below for other in _family(one))]


def _comparison(site: Site) -> tuple[list[str], str]:
    import json

    from tests.support.pooled import pooled_comparison

    place = pooled_comparison("neuropathy")
    found = json.loads(site.get(f"{place}.json").body)
    return [one["trial"] for one in found["trials"]], place


def _choices(place: str, trials: list[str]) -> Iterator[str]:
    """Addresses that no cache has seen: every choice of trials with every method, in a drawn order."""
    methods = ("REML", "DL", "PM", "ML", "SJ", "EB", "FE")
    sizes = range(2, len(trials) + 1)
    every = [(few, how) for how in methods for size in sizes for few in itertools.combinations(trials, size)]
    random.Random(1).shuffle(every)
    for few, how in itertools.cycle(every):
        yield f"{place}?{'&'.join(f's={one}' for one in few)}&method={how}"


def _open_load(site: Site, addresses: Iterator[str]) -> list[float]:
    draw = random.Random(7)
    due, moment = [], 0.0
    while moment < SECONDS:
        moment += draw.expovariate(RATE)
        due.append(moment)
    work = list(zip(due, addresses, strict=False))
    times: list[float] = []
    lock = threading.Lock()
    begin = time.perf_counter() + 0.2
    turn = iter(work)

    def client() -> None:
        line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        while True:
            with lock:
                one = next(turn, None)
            if one is None:
                return
            when, address = one
            time.sleep(max(0.0, begin + when - time.perf_counter()))
            line.request("GET", address, headers={"Accept-Encoding": "br"})
            answer = line.getresponse()
            answer.read()
            assert answer.status == 200, address
            with lock:
                times.append(time.perf_counter() - begin - when)

    _together(client, CLIENTS)
    return times


def _together(call: Callable[[], None], number: int) -> None:
    threads = [threading.Thread(target=call) for _ in range(number)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def _growth(site: Site, address: str) -> float:
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    sizes = {}
    for number in range(1, MANY + 1):
        line.request("GET", address if number % 2 else "/ask", headers={"Accept-Encoding": "br"})
        line.getresponse().read()
        if number in (1_000, MANY):
            sizes[number] = sum(_resident(one) for one in _family(site.pid))
    return sizes[MANY] / sizes[1_000] - 1.0


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


if __name__ == "__main__":
    main()
