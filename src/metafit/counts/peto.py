"""Peto's one-step odds ratio: observed minus expected events over their hypergeometric variance.

Yusuf, Peto, Lewis, Collins and Sleight (1985), doi:10.1016/s0033-0620(85)80003-7. Made for rare events, arms of
like size and small effects; biased elsewhere.
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from metafit.counts.data import Laid
from metafit.counts.results import Association, CountFit
from metafit.counts.wald import finish_wald
from metafit.results import Status


def peto(laid: Laid, *, level: float) -> CountFit:
    """Pool every analysis of a two-arm binomial table that was laid out; the log odds ratio."""
    a, c = laid.y[..., 0], laid.y[..., 1]
    n1, n2 = laid.n[..., 0], laid.n[..., 1]
    total = np.where(laid.used, n1 + n2, 2.0)
    events = a + c
    excess = a - events * n1 / total
    v = n1 * n2 * events * (total - events) / (total**2 * np.maximum(total - 1.0, 1.0))
    seen = v > 0
    size = v.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = excess.sum(-1) / size
        se = 1.0 / np.sqrt(size)
        yi = np.where(seen, excess / np.where(seen, v, 1.0), 0.0)
        chi = np.where(size > 0, excess.sum(-1) ** 2 / size, np.nan)
    vi = 1.0 / np.where(seen, v, 1.0)
    sound = np.isfinite(estimate) & np.isfinite(se)
    status = np.where(sound, int(Status.OK), int(Status.NOT_ESTIMABLE))
    status = np.where(sound & (laid.used.sum(-1) == 1), int(Status.SINGLE_STUDY), status)
    association = Association(chi.reshape(laid.shape)[()], chdtrc(1, chi).reshape(laid.shape)[()])
    return finish_wald(laid, estimate, se, status, yi, vi, seen, "OR", "PETO", level, association, None)
