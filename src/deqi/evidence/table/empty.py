"""Tables in which nobody had an event, or everybody: what can still be said of them, and what cannot."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from deqi.errors import InputError
from deqi.evidence.table.columns import ColumnSet, Numbers
from deqi.evidence.table.sentences import say
from metafit import exact_rate, zero_upper


def _events(given: Numbers, chosen: ColumnSet) -> tuple[float, float]:
    """Events and people (or time) of all rows and arms that are used; NaN where the table has no counts."""
    if chosen.kind in ("binary", "cells", "rates"):
        of = "time" if chosen.kind == "rates" else "total"
        events = [given.columns[name] for name in ("events_t", "events_c")]
        people = [given.columns[name] for name in (f"{of}_t", f"{of}_c")]
    elif chosen.kind in ("proportion", "rate"):
        events, people = [given.columns["events"]], [given.columns[chosen.columns[1]]]
    else:
        return math.nan, math.nan
    if not np.isfinite(events).any():
        return math.nan, math.nan
    return float(np.nansum(events)), float(np.nansum(people))


def refuse_empty(name: str, given: Numbers, chosen: ColumnSet, measure: str) -> None:
    """Nobody had an event, or everybody had: no ratio can be estimated.

    Raises:
        InputError: so it is.
    """
    events, people = _events(given, chosen)
    if events == 0.0 and measure in ("RR", "OR", "PETO", "IRR"):
        raise InputError(say("no-events-anywhere", name=name, measure=measure))
    if events == people and measure in ("OR", "PETO"):
        raise InputError(say("all-events-anywhere", name=name, measure=measure))


def bound_of(given: Numbers, chosen: ColumnSet) -> tuple[str, dict[str, str]] | None:
    """The sentence of one group in which nobody or everybody had the event, with the exact one-sided bound."""
    kind = chosen.kind
    if kind not in ("proportion", "rate"):
        return None
    events, people = _events(given, chosen)
    if events == 0.0:
        bound = zero_upper(people) if kind == "proportion" else exact_rate(0, people, level=0.9).high
        return "no-events", {"total": f"{people:g}", "bound": f"{float(bound):.4g}"}
    if kind == "proportion" and events == people:
        return "all-events", {"total": f"{people:g}", "bound": f"{1.0 - float(zero_upper(people)):.4g}"}
    return None


def one_sided(given: Numbers, chosen: ColumnSet, here: Any) -> list[str]:
    """What a pool of one group rests on where nobody, or everybody, had the event."""
    found = bound_of(given, chosen) if here.any() else None
    return [] if found is None else [say(f"{found[0]}-one-group-added", **found[1])]
