"""Assessing one person of 100 recorded facts, the knowledge loaded: the reference engine.

The facts are 100 entries of the code tables, some of them many times, so that about forty code sets are on record;
nothing is answered. The best of several rounds counts, because the machine is shared. There is no peer to put beside
it: the prototype measured 0.54 ms, the target is 1 ms.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from deqi.knowledge import load
from deqi.people.dates import day
from deqi.people.facts import KINDS, Fact, Person, SetMatch
from deqi.safety.engine import Engine

from .machine import describe

AS_OF = dt.date(2026, 11, 24)
FACTS = 100
ON_RECORD = 40
TARGET_MS = 1.0


def person(engine: Engine, recorded: int = ON_RECORD) -> Person:
    """A person of ``FACTS`` facts, of which every code set among the first ``recorded`` has at least one."""
    sets = [row for row in engine.index.sets.values() if row.kind in KINDS and row.kind != "observation"]
    step = max(1, len(sets) // recorded) if recorded else 1
    chosen = sets[::step][:recorded]
    facts = [
        Fact(kind=row.kind, text=row.set, start=day(dt.date(2020, 1, 1)), sets=(SetMatch(row.set, "set"),))
        for row in chosen
    ]
    facts += [Fact(kind="condition", text="of no set", start=day(dt.date(2020, 1, 1)))] * (FACTS - len(facts))
    return Person(token="p1", facts=tuple(facts), sex="female", birth=day(dt.date(1970, 1, 1)))


def best_ms(call: Callable[[], object], rounds: int = 15, repeats: int = 20) -> float:
    """Milliseconds a call, in the best round."""
    call()
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeats):
            call()
        took.append((time.perf_counter() - start) / repeats)
    return min(took) * 1000


def main() -> None:
    """Print the machine, the milliseconds of an assessment, and of making the engine."""
    print(f"  {describe()}")
    start = time.perf_counter()
    engine = Engine.load(load())
    engine.catalog.jobs  # noqa: B018
    print(f"  knowledge and engine made ready: {(time.perf_counter() - start) * 1000:.0f} ms, once")
    for recorded, words in ((0, "100 facts of no code set"), (5, "5 code sets on record"), (ON_RECORD, "40 on record")):
        someone = person(engine, recorded)
        took = best_ms(lambda someone=someone: engine.assess(someone, AS_OF))
        fired = len(engine.assess(someone, AS_OF).findings)
        print(f"  {words:26} {took:6.2f} ms  ({fired} findings; target {TARGET_MS:g} ms)")


if __name__ == "__main__":
    main()
