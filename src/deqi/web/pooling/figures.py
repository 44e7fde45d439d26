"""The figures of a pooled table, as far as they may be drawn where others wait."""

from __future__ import annotations

import dataclasses

from deqi.api import pages as blocks
from deqi.api.types import Figure, InputError, PooledTable
from deqi.web.site import library
from deqi.web.site.pages import words
from deqi.web.site.sentences import without_dashes

MOST_FOR_SUBSETS = 300
"""Studies of which subsets are pooled: thirty thousand pools of each table take a second or two."""
SHOWN = ("forest", "funnel")
"""Drawn of every table."""


@dataclasses.dataclass(frozen=True)
class Drawn:
    """A figure by the name of its option, or the sentence that says why there is none."""

    kind: str
    figure: Figure | None
    why: str = ""


def svg(kind: str, found: PooledTable, favours: str) -> str:
    """A figure as a file.

    Raises
    ------
    InputError
        Nothing can be drawn, or too much would have to be.
    """
    _bounded(kind, found)
    return blocks.figure(kind, found, library.library(), favours=favours or None)


def drawn(kind: str, found: PooledTable, favours: str) -> Drawn:
    """A figure for the page."""
    try:
        _bounded(kind, found)
        return Drawn(kind, blocks.drawn(kind, found, library.library(), favours=favours or None))
    except InputError as error:
        return Drawn(kind, None, without_dashes(str(error)))


def _bounded(kind: str, found: PooledTable) -> None:
    if kind == "gosh" and found.k > MOST_FOR_SUBSETS:
        raise InputError(words("pool.subsets.many", {"most": MOST_FOR_SUBSETS}))
