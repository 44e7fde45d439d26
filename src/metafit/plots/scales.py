"""The scale on which a figure shows a measure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metafit.display.natural import WORDS, natural
from metafit.effects.given import LOGS
from metafit.errors import StatsInputError
from metafit.results import Fit, Floats, StudyData

ONE_GROUP = ("PR", "PLN", "PLO", "PAS", "PFT", "IR", "IRLN", "IRS", "IRFT", "MN", "MNLN")


def on_shown_scale(measure: str, values: npt.ArrayLike, size: npt.ArrayLike | None = None) -> Floats:
    """Values as a figure shows them: ratios as ratios."""
    moved = natural(measure, values, size)
    return np.asarray(values, dtype=np.float64) if moved is None else moved


def studies_of(fit: Fit) -> StudyData:
    """The studies of a single analysis.

    Raises StatsInputError for a batch.
    """
    if fit.studies is None:
        raise StatsInputError("fit: give the fit of one analysis, not a batch.")
    return fit.studies


def no_effect(measure: str) -> float | None:
    """Where there is no effect, on the scale that is shown; None for measures of one group."""
    return None if measure in ONE_GROUP else 1.0 if measure in LOGS else 0.0


def axis_words(measure: str) -> str:
    """The label of an axis of effects."""
    words = WORDS.get(measure, "effect")
    return words[0].upper() + words[1:]
