"""From results to summaries: what is printed of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from metafit.display.batches import batch_block
from metafit.display.natural import WORDS, natural, pooled_size
from metafit.display.summary import Block, Summary, number, p_value, percent, span
from metafit.inverse_variance.tau2 import FIXED
from metafit.results import Fit, Heterogeneity, Status
from metafit.text import say

FEW_FOR_PREDICTION = 5
STATUS_WORDS = {
    Status.SINGLE_STUDY: say("status.single-study"),
    Status.NO_STUDIES: say("status.no-studies"),
    Status.NOT_ESTIMABLE: say("status.not-estimable"),
    Status.BAD_INPUT: say("status.bad-input"),
    Status.ZERO_VARIANCE: say("status.zero-variance"),
    Status.NOT_CONVERGED: say("status.not-converged"),
    Status.NO_STANDARD_ERROR: say("status.no-standard-error"),
}


def summarise(result: Any) -> Summary:
    """The summary of any result of this package."""
    from metafit.display import moderated, others, selected

    kinds: dict[str, Callable[[Any], Summary]] = {
        "Fit": fit_summary,
        "CountFit": fit_summary,
        "Regression": others.regression,
        "Contrasts": moderated.contrasts,
        "Inflation": moderated.inflation,
        "Subgroups": others.subgroups,
        "Influence": others.influence,
        "Asymmetry": others.asymmetry,
        "TrimFill": others.trim_fill,
        "MultilevelFit": others.multilevel,
        "RobustFit": others.robust,
        "NetworkFit": others.network,
        "BayesFit": others.bayes,
        "Effects": others.effects,
        "Gosh": others.gosh,
        "PetPeese": selected.pet_peese,
        "Selection": selected.selection,
    }
    return kinds[type(result).__name__](result)


def model_title(fit: Any) -> str:
    """Which model, of how many studies, estimated and tested how."""
    model = "Common-effect model" if fit.method in (*FIXED, "MH", "PETO") else "Random-effects model"
    tau2 = "" if fit.method in (*FIXED, "MH", "PETO", "GLMM") else f"; tau2 estimator: {fit.method}"
    shown = f"; {fit.method}" if not tau2 and fit.method not in FIXED else ""
    k = f" (k = {int(fit.k)}{tau2}{shown}; test: {fit.test})" if np.ndim(fit.k) == 0 else f" ({fit.method}; {fit.test})"
    return model + k


def statistic_name(test: str) -> str:
    """z or t."""
    return "z" if test == "z" else "t"


def fit_summary(fit: Fit) -> Summary:
    """A pool, or a batch of them."""
    if np.ndim(fit.estimate) > 0:
        return batch_block(fit)
    notes = [STATUS_WORDS[Status(int(fit.status))]] if int(fit.status) != Status.OK else []
    size = pooled_size(fit.studies)
    ends = [fit.estimate, fit.ci_low, fit.ci_high, fit.prediction.low, fit.prediction.high]
    moved = natural(fit.measure, ends, size)
    level = percent(fit.level)
    columns = ["", "estimate", "se", statistic_name(fit.test), "p", f"{level} interval"]
    rows = [["pooled", *map(number, (fit.estimate, fit.se, fit.statistic)), p_value(fit.p), span(ends[1], ends[2])]]
    predicted = bool(np.isfinite(fit.prediction.low))
    if predicted:
        rows.append(["new study", "", "", "", "", span(ends[3], ends[4])])
        if int(fit.k) < FEW_FOR_PREDICTION:
            notes.append(say("few-for-prediction", k=int(fit.k)))
    if moved is not None:
        columns += [WORDS[fit.measure], f"{level} interval"]
        rows[0] += [number(moved[0]), span(moved[1], moved[2])]
        if predicted:
            rows[1] += ["", span(moved[3], moved[4])]
    scale = f"{WORDS[fit.measure]} ({fit.measure})" if fit.measure in WORDS else "effect"
    if moved is not None:
        scale += say("scales")
    blocks = [Block(scale, tuple(columns), tuple(map(tuple, rows)))]
    if int(fit.k) > 1:
        blocks.append(heterogeneity_block(fit.heterogeneity, fit.method not in (*FIXED, "MH", "PETO")))
    return Summary(model_title(fit), tuple(blocks), tuple(notes))


def heterogeneity_block(h: Heterogeneity, random: bool) -> Block:
    """tau2, tau, I2, H2 and Q."""
    rows = []
    if random:
        rows += [("tau2", number(h.tau2)), ("se(tau2)", number(h.se_tau2)), ("tau", number(np.sqrt(h.tau2)))]
    rows += [("I2 %", number(h.i2, 2)), ("H2", number(h.h2, 2))]
    rows += [(f"Q({int(h.q_df)})", number(h.q)), ("p of Q", p_value(h.q_p))]
    if h.lrt is not None and h.lrt_p is not None:
        rows += [("likelihood ratio", number(h.lrt)), (say("p-of-ratio"), p_value(h.lrt_p))]
    return Block("heterogeneity", ("", "value"), tuple(rows))
