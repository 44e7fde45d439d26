"""One synthesis again with the trials and the method somebody chose, and with each trial left out in turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

import numpy as np

from deqi.errors import InputError
from deqi.evidence.benefits import BenefitCell, Evidence
from deqi.evidence.effects import TrialEffect
from deqi.evidence.estimates import Estimate, as_read, effect_arrays, estimate
from deqi.evidence.outcomes import Synthesis
from deqi.knowledge.thresholds import thresholds
from metafit import leave_one_out

METHODS = ("REML", "DL", "PM", "ML", "SJ", "EB", "FE")
"""Estimators offered: the default first, then others in use (metafor's names)."""


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """The pool without one trial, on the reader's scale."""

    trial: str
    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Repooled:
    """What somebody's choice comes to.

    ``estimate`` is None for fewer than three trials, or where changes and ends would be mixed (``mixed``).
    ``without`` has a pool for each chosen trial left out; empty where fewer than three would stay.
    """

    synthesis: Synthesis
    cell: BenefitCell
    chosen: tuple[TrialEffect, ...]
    method: str
    mixed: bool
    estimate: Estimate | None
    without: tuple[LeftOut, ...]


def key_of(synthesis: Synthesis) -> str:
    """The name of a synthesis in an address."""
    return synthesis.measured.kind or synthesis.measured.domain


def find(evidence: Evidence, group: str, outcome: str) -> tuple[BenefitCell, Synthesis] | None:
    """The synthesis of an outcome against a group of comparators, by the names in an address."""
    for cell in evidence.cells:
        if cell.group == group:
            for synthesis in cell.syntheses:
                if key_of(synthesis) == outcome:
                    return cell, synthesis
    return None


def repool(cell: BenefitCell, synthesis: Synthesis, trials: Collection[str] | None, method: str) -> Repooled:
    """Pool the chosen trials.

    Parameters
    ----------
    trials : ids of trials; None for all of them.
    method : one of `METHODS`.

    Raises
    ------
    InputError
        A trial that is not in the synthesis, or another method.
    """
    if method not in METHODS:
        raise InputError(f"method: choose one of {', '.join(METHODS)}.")
    known = [one.trial.trial for one in synthesis.effects]
    if trials is not None and (strange := sorted(set(trials) - set(known))):
        raise InputError(f"trial {strange[0]!r} is not among {', '.join(known)}.")
    chosen = tuple(one for one in synthesis.effects if trials is None or one.trial.trial in trials)
    mixed = len({one.score for one in chosen}) > 1 if synthesis.measured.family == "score" else False
    pooled = len(chosen) >= thresholds().least_to_pool and not mixed
    return Repooled(
        synthesis,
        cell,
        chosen,
        method,
        mixed,
        estimate(chosen, method) if pooled else None,
        _without(chosen, method) if pooled and len(chosen) > thresholds().least_to_pool else (),
    )


def _without(chosen: Sequence[TrialEffect], method: str) -> tuple[LeftOut, ...]:
    yi, vi = effect_arrays(chosen)
    fits = leave_one_out(yi, vi, method=method)
    ratio = chosen[0].measure == "RR"
    columns = np.broadcast_arrays(fits.estimate, fits.ci_low, fits.ci_high)
    return tuple(
        LeftOut(effect.trial.trial, *(as_read(column[index], ratio) for column in columns))
        for index, effect in enumerate(chosen)
    )
