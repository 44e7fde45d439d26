"""Effects and what is shared by the modules that compute them.

Names of measures are metafor's (`escalc`): RR OR RD PETO AS | MD SMD SMDH ROM CVR VR | PR PLN PLO PAS PFT |
IRR IRD IRSD | IR IRLN IRS IRFT | MN MNLN | COR ZCOR | MC SMCC SMCR | GEN. Ratios are on the log scale, SMD is
corrected for bias exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal

import numpy as np
import numpy.typing as npt

from metafit.display.shown import Shown
from metafit.errors import StatsInputError
from metafit.inverse_variance.layout import as_floats
from metafit.results import Bools, Floats
from metafit.text import say

AddTo = Literal["only0", "all", "none"]


class WarningKind(Enum):
    """Things about a row a reader should look at before believing it."""

    ZERO_CELLS_ADJUSTED = say("warning.zero-cells-adjusted")
    NO_EVENTS = say("warning.no-events")
    SD_LOOKS_LIKE_SE = say("warning.sd-looks-like-se")
    LARGE_SMD = say("warning.large-smd")
    ARMS_DIFFER = say("warning.arms-differ")
    NO_SPREAD = say("warning.no-spread")
    INTERVAL_NOT_CENTRED = say("warning.interval-not-centred")
    NOT_WHOLE = say("warning.not-whole")
    IMPOSSIBLE = say("warning.impossible")


@dataclass(frozen=True, slots=True, repr=False)
class EffectWarning(Shown):
    """One kind of doubt and the positions (row-major) of the studies it concerns."""

    kind: WarningKind
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Effects(Shown):
    """Effects yi and sampling variances vi of one shape, on the measure's analysis scale; NaN where none.

    names: of the studies, where they were given. size: people or person-time, for PFT and IRFT, which go back with it.
    """

    measure: str
    yi: Floats
    vi: Floats
    warnings: tuple[EffectWarning, ...] = ()
    names: tuple[str, ...] | None = None
    size: Floats | None = None


def flagged(*pairs: tuple[WarningKind, Bools]) -> tuple[EffectWarning, ...]:
    """Warnings for the rows where each condition holds."""
    found = ((kind, np.flatnonzero(np.asarray(where))) for kind, where in pairs)
    return tuple(EffectWarning(kind, tuple(int(i) for i in rows)) for kind, rows in found if rows.size)


def check_measure(measure: str, allowed: Sequence[str]) -> None:
    """Raise StatsInputError unless measure is one of allowed."""
    if measure not in allowed:
        raise StatsInputError(f"measure: {measure!r} is not one of {', '.join(allowed)}.")


def arrays(*values: npt.ArrayLike) -> tuple[Floats, ...]:
    """All values as float64 arrays of one common shape."""
    numbers = [as_floats("columns", value) for value in values]
    try:
        return tuple(np.broadcast_arrays(*numbers))
    except ValueError as error:
        raise StatsInputError(f"the columns do not have the same length: {error}") from error


def added(has_zero: Bools, add: float, to: AddTo) -> Floats:
    """The constant each row receives."""
    if to not in ("only0", "all", "none"):
        raise StatsInputError(f"to: {to!r} is not one of only0, all, none.")
    if not add >= 0:
        raise StatsInputError(f"add: {add!r} must be 0 or more.")
    where = {"only0": has_zero, "all": np.ones_like(has_zero), "none": np.zeros_like(has_zero)}[to]
    return np.where(where, float(add), 0.0)


def finish(
    measure: str,
    yi: Floats,
    vi: Floats,
    impossible: Bools,
    *pairs: tuple[WarningKind, Bools],
    size: Floats | None = None,
) -> Effects:
    """Blank impossible and infinite rows and collect the warnings."""
    with np.errstate(all="ignore"):
        bad = impossible | ~np.isfinite(yi) | ~np.isfinite(vi) | (vi < 0)
    kinds = flagged((WarningKind.IMPOSSIBLE, impossible), *((k, w & ~impossible) for k, w in pairs))
    return Effects(measure, np.where(bad, np.nan, yi), np.where(bad, np.nan, vi), kinds, size=size)
