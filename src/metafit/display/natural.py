"""The natural scale of a measure, beside its analysis scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metafit.effects.given import LOGS, back_transform, harmonic_mean
from metafit.results import Floats, StudyData
from metafit.text import ANALYSIS, MEASURES

MOVED = (*LOGS, "PLO", "PAS", "IRS", "ZCOR", "PFT", "IRFT")
SIZED = ("PFT", "IRFT")

WORDS = MEASURES


def analysis_scale(measure: str) -> str:
    """What the effects are called on the scale on which they are pooled."""
    return ANALYSIS.get(measure, MEASURES.get(measure, "effect"))


def pooled_size(studies: StudyData | None) -> float | None:
    """The size at which a pool is turned back: the harmonic mean of the studies that count."""
    if studies is None or studies.size is None:
        return None
    used = studies.size[np.isfinite(studies.yi) & np.isfinite(studies.vi)]
    return float(harmonic_mean(used)) if used.size else None


def natural(measure: str, values: npt.ArrayLike, size: npt.ArrayLike | None = None) -> Floats | None:
    """Values on the natural scale; None where the analysis scale is the natural one, or the size is not known."""
    if measure not in MOVED or (measure in SIZED and size is None):
        return None
    return back_transform(measure, values, n=size)
