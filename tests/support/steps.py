"""Work counted in lines that Python runs: the same on every machine, however busy it is; seconds are not."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any


def steps(work: Callable[[], object]) -> int:
    """How many lines of Python, those of loops in comprehensions among them, a piece of work runs."""
    count = 0

    def step(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += 1
        return step

    before = sys.gettrace()  # of the measurement of coverage
    sys.settrace(step)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


HANG = 60.0
"""Seconds of the processor in which any small file is read on any machine; typically it takes thousandths."""


@contextlib.contextmanager
def no_hang() -> Iterator[None]:
    """What never comes to its end, or takes a minute of the processor for a small file, fails with its traceback."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"still at work after {HANG:.0f} seconds of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        signal.signal(signal.SIGVTALRM, before)
