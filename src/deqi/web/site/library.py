"""The knowledge and the engine, loaded once before the first request and shared by every page."""

from __future__ import annotations

import functools

from deqi.knowledge import Knowledge, load
from deqi.report.phrase import Phrases
from deqi.safety.engine import Engine


@functools.cache
def knowledge() -> Knowledge:
    """The edition that is served."""
    return load()


@functools.cache
def engine() -> Engine:
    """The rules made ready."""
    return Engine.load(knowledge())


@functools.cache
def phrases() -> Phrases:
    """Words by key."""
    return Phrases(knowledge().texts)


def warm() -> None:
    """Load everything that every worker needs."""
    engine()
    phrases()
