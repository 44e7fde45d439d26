"""Mantel-Haenszel pooling of two arms: OR, RR, RD, IRR, IRD; no continuity correction in the estimate.

Variances: odds ratio, Robins, Breslow and Greenland (1986), doi:10.2307/2531052; ratios, Greenland and Robins
(1985), doi:10.2307/2530643; risk difference, Sato, Greenland and Robins (1989),
https://www.jstor.org/stable/2531784; homogeneity, Tarone (1985), doi:10.1093/biomet/72.1.91.
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from metafit.counts.data import Laid
from metafit.counts.results import Association, CountFit
from metafit.counts.wald import finish_wald, outcomes
from metafit.results import Bools, Floats, Status


def mantel_haenszel(laid: Laid, *, measure: str, level: float, correct: bool) -> CountFit:
    """Pool every analysis of a two-arm table that was laid out."""
    used = laid.used
    a, c = laid.y[..., 0], laid.y[..., 1]
    n1, n2 = laid.n[..., 0], laid.n[..., 1]
    total = np.where(used, n1 + n2, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "OR":
            estimate, se = _odds_ratio(a, c, n1, n2, total)
        elif measure in ("RR", "IRR"):
            up, down = (a * n2 / total).sum(-1), (c * n1 / total).sum(-1)
            estimate = np.log(up) - np.log(down)
            if measure == "RR":
                # n1 n2 (a + c) - a c (n1 + n2), as a sum of what is 0 where everybody had the event and never below
                middle = (a * n1 * (n2 - c) + c * n2 * (n1 - a)) / total**2
            else:
                middle = n1 * n2 * (a + c) / total**2
            se = np.sqrt(middle.sum(-1) / (up * down))
        elif measure == "RD":
            estimate, se = _risk_difference(a, c, n1, n2, total)
        else:
            w = np.where(used, n1 * n2 / total, 0.0)
            size = w.sum(-1)
            t1, t2 = np.where(used, n1, 1.0), np.where(used, n2, 1.0)
            estimate = (w * (a / t1 - c / t2)).sum(-1) / size
            se = np.sqrt((w * w * (a / t1**2 + c / t2**2)).sum(-1)) / size
        sound = np.isfinite(estimate) & np.isfinite(se) & (se > 0)
        association = _association(laid, a, c, n1, n2, total, correct) if _ratio(measure) else None
        tarone = _tarone(a, c, n1, n2, total, used, np.exp(estimate), sound) if measure == "OR" else None
    status = np.where(sound, int(Status.OK), int(Status.NOT_ESTIMABLE))
    k = used.sum(-1)
    status = np.where((k == 1) & sound, int(Status.SINGLE_STUDY), status)
    yi, vi, seen = outcomes(laid, measure)
    return finish_wald(laid, estimate, se, status, yi, vi, seen, measure, "MH", level, association, tarone)


def _ratio(measure: str) -> bool:
    return measure in ("OR", "IRR")


def _odds_ratio(a: Floats, c: Floats, n1: Floats, n2: Floats, total: Floats) -> tuple[Floats, Floats]:
    b, d = n1 - a, n2 - c
    p, q = (a + d) / total, (b + c) / total
    r, s = a * d / total, b * c / total
    up, down = r.sum(-1), s.sum(-1)
    v = (p * r).sum(-1) / up**2 + (p * s + q * r).sum(-1) / (up * down) + (q * s).sum(-1) / down**2
    return np.log(up) - np.log(down), np.sqrt(0.5 * v)


def _risk_difference(a: Floats, c: Floats, n1: Floats, n2: Floats, total: Floats) -> tuple[Floats, Floats]:
    size = (n1 * n2 / total).sum(-1)
    estimate = ((a * n2 - c * n1) / total).sum(-1) / size
    s1, s2 = n1 / total, n2 / total
    p = (c * s1**2 - a * s2**2 + s1 * s2 * (n2 - n1) / 2.0).sum(-1)
    q = ((a * (n2 - c) + c * (n1 - a)) / total).sum(-1) / 2.0
    variance = estimate * p + q
    # Where every study is all events in an arm and none in the other the two cancel, and rounding is no variance.
    variance = np.where(variance > 1e-12 * (np.abs(estimate * p) + q), variance, np.nan)
    return estimate, np.sqrt(variance) / size


def _association(laid: Laid, a: Floats, c: Floats, n1: Floats, n2: Floats, total: Floats, correct: bool) -> Association:
    """No effect in any study: squared excess of treated events over its variance given the margins."""
    events = a + c
    excess = np.abs((a - events * n1 / total).sum(-1))
    if laid.family == "binomial":
        spread = n1 * n2 * events * (total - events) / (total**2 * np.maximum(total - 1.0, 1.0))
    else:
        spread = events * n1 * n2 / total**2
    v = spread.sum(-1)
    chi = np.maximum(excess - (0.5 if correct else 0.0), 0.0) ** 2 / v
    chi = np.where(v > 0, chi, np.nan)
    return Association(chi.reshape(laid.shape)[()], chdtrc(1, chi).reshape(laid.shape)[()])


def _tarone(
    a: Floats,
    c: Floats,
    n1: Floats,
    n2: Floats,
    total: Floats,
    used: Bools,
    ratio: Floats,
    sound: Bools,
) -> Association:
    """Breslow-Day statistic at the pooled odds ratio, less Tarone's (1985) correction."""
    events = a + c
    r = np.where(sound, ratio, 1.0)[:, None]
    live = used & (events > 0) & (events < total)
    # the expected treated events are the root in range of a quadratic, in its stable form
    one = r * (n1 + events) + (n2 - events)
    expected = 2.0 * r * n1 * events / (one + np.sqrt(np.maximum(one**2 - 4.0 * (r - 1.0) * r * n1 * events, 0)))
    cells = (expected, events - expected, n1 - expected, n2 - events + expected)
    v = 1.0 / sum(1.0 / np.where(live, cell, 1.0) for cell in cells)
    gap = np.where(live, a - expected, 0.0)
    v = np.where(live, v, 0.0)
    chi = (np.where(live, gap**2 / np.where(live, v, 1.0), 0.0)).sum(-1) - gap.sum(-1) ** 2 / v.sum(-1)
    k = live.sum(-1)
    ok = sound & (k > 1)
    chi = np.where(ok, np.maximum(chi, 0.0), np.nan)
    return Association(chi, chdtrc(np.maximum(k - 1, 1), chi))
