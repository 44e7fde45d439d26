"""Three-valued truth: what is not recorded is unknown, never no."""

from __future__ import annotations

import enum
from collections.abc import Iterable


class Truth(enum.IntEnum):
    """Ordered so that Kleene *and* is the least and *or* the greatest."""

    NO = 0
    UNKNOWN = 1
    YES = 2


def all_of(values: Iterable[Truth]) -> Truth:
    """Kleene *and*: no if one is no, yes if every one is yes, else unknown."""
    return min(values)
