"""The same hard inputs to every program that pools: what each answers, or how it refuses.

Estimates are on the analysis scale, with Knapp-Hartung intervals where a program has them. A cell says what was printed
or returned (p where the result has it under that name); "error" is an exception, with its class.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

import metafit

from .peers import ask_r, quietly

CASES: dict[str, tuple[list[float], list[float]]] = {
    "four trials, Knapp-Hartung": ([0.2, 0.5, 0.1, 0.9], [0.1, 0.05, 0.2, 0.1]),
    "identical effects": ([0.2, 0.2, 0.2, 0.2], [0.1, 0.1, 0.1, 0.1]),
    "less spread than chance": ([0.30, 0.31, 0.29, 0.30], [0.1, 0.2, 0.1, 0.3]),
    "one trial": ([0.2], [0.1]),
    "a variance of 0": ([0.2, 0.5, 0.1], [0.0, 0.05, 0.2]),
    "a variance below 0": ([0.2, 0.5, 0.1], [-0.1, 0.05, 0.2]),
    "one dominant trial": ([0.2, 1.5, -1.1], [1e-8, 0.05, 0.2]),
}
NO_EVENTS = ([0, 0, 0], [10, 20, 30], [0, 0, 0], [10, 18, 33])

_R = """
say <- function(f) tryCatch({
  fit <- suppressWarnings(f())
  c(fit$beta, fit$pval, fit$tau2)
}, error = function(e) "error")
one <- function(i) say(function() rma(dat$cases$y[[i]], dat$cases$v[[i]], test = "knha"))
found <- lapply(seq_len(nrow(dat$cases)), one)
n <- dat$counts
counts <- say(function() rma(measure = "RR", ai = n$a, n1i = n$n1, ci = n$c, n2i = n$n2, test = "knha"))
cat(toJSON(list(found = found, counts = counts, version = paste("metafor", packageVersion("metafor"))), digits = 8))
"""


def _told(numbers: Any) -> str:
    if isinstance(numbers, str):
        return numbers
    estimate, p, tau2 = (one if one is None else math.nan if one == "NA" else float(one) for one in numbers)
    return f"{estimate:.4g}, {'' if p is None else f'p {p:.3g}, '}tau2 {tau2:.3g}"


def _try(call: Callable[[], Any]) -> str:
    try:
        return _told(quietly(call))
    except Exception as error:  # whatever a program raises is its answer
        return f"error ({type(error).__name__})"


def _ours(y: np.ndarray, v: np.ndarray) -> tuple[float, float, float] | str:
    fit = metafit.pool(y, v, test="knha")
    status = metafit.Status(int(fit.status))
    if not math.isfinite(float(fit.estimate)):
        return f"no number: {status.name}"
    told = (float(fit.estimate), float(fit.p), float(fit.tau2))
    return told if status == metafit.Status.OK else f"{_told(told)}: {status.name}"


def _ours_counts(a: Any, n: Any, c: Any, m: Any) -> tuple[float, float, float] | str:
    effects = metafit.binary_effects("RR", a, n, c, m)
    warned = any(one.kind is metafit.WarningKind.NO_EVENTS for one in effects.warnings)
    fit = metafit.pool(effects, test="knha")
    told = _told((float(fit.estimate), float(fit.p), float(fit.tau2)))
    return f"{told}: warned of rows without events" if warned else told


def programs() -> dict[str, tuple[Callable[[Any, Any], Any], Callable[..., Any] | None]]:
    """Each program's pool of effects, and of counts."""
    found: dict[str, tuple[Callable[[Any, Any], Any], Callable[..., Any] | None]] = {"metafit": (_ours, _ours_counts)}
    if importlib.util.find_spec("pimeta"):
        import pimeta

        def fit(y: Any, v: Any) -> Any:
            got = pimeta.rma(y, v, test="knha")
            return got.b[0], got.pval[0], got.tau2

        def counts(a: Any, n: Any, c: Any, m: Any) -> Any:
            got = pimeta.metabin(a, n, c, m, sm="RR")
            return got.te_random, got.pval_random, got.tau2

        found[f"pimeta {version('pimeta')}"] = (fit, counts)
    if importlib.util.find_spec("meta_analyze"):
        import meta_analyze

        def other(y: Any, v: Any) -> Any:
            got = meta_analyze.meta_analysis(effect=y, variance=v, tau2_method="REML", ci_method="hksj")
            return got.estimate, None, got.tau2

        def other_counts(a: Any, n: Any, c: Any, m: Any) -> Any:
            got = meta_analyze.meta_binary(
                event_treat=a, n_treat=n, event_control=c, n_control=m, measure="RR", model="random", method="IV"
            )
            return got.estimate, None, got.tau2

        found[f"PyMetaAnalysis {version('pymetaanalysis')}"] = (other, other_counts)
    if importlib.util.find_spec("pymare"):
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        def pymare(y: Any, v: Any) -> Any:
            got = VarianceBasedLikelihoodEstimator(method="REML").fit(y[:, None], v[:, None], np.ones((y.size, 1)))
            summary = got.summary()
            return (
                np.ravel(summary.get_fe_stats()["est"])[0],
                np.ravel(summary.get_fe_stats()["p"])[0],
                np.ravel(summary.tau2)[0],
            )

        found[f"PyMARE {version('pymare')}"] = (pymare, None)
    if importlib.util.find_spec("statsmodels"):
        from statsmodels.stats.meta_analysis import combine_effects

        def statsmodels(y: Any, v: Any) -> Any:
            got = combine_effects(y, v, method_re="iterated")
            return got.mean_effect_re, None, got.tau2

        found[f"statsmodels {version('statsmodels')}"] = (statsmodels, None)
    return found


def main() -> None:
    """Print a table an input."""
    a, n, c, m = NO_EVENTS
    asked = {"cases": [{"y": y, "v": v} for y, v in CASES.values()], "counts": {"a": a, "n1": n, "c": c, "n2": m}}
    told = ask_r(_R, asked)
    everyone = programs()
    for i, (name, (y, v)) in enumerate(CASES.items()):
        print(f"\n{name}: effects {y}, variances {v}")
        if told:
            print(f"  {told['version'][0]:<24}{_told(_flat(told['found'][i]))}")
        for program, (fit, _) in everyone.items():
            print(f"  {program:<24}{_try(lambda f=fit, y=y, v=v: f(np.array(y), np.array(v)))}")
    print(f"\nno event in any arm of three trials: risk ratios of 0 of {n} and 0 of {m}")
    if told:
        print(f"  {told['version'][0]:<24}{_told(_flat(told['counts']))}")
    for program, (_, counts) in everyone.items():
        if counts is not None:
            print(f"  {program:<24}{_try(lambda f=counts: f(*map(np.array, NO_EVENTS)))}")


def _flat(answer: Any) -> Any:
    return answer[0] if isinstance(answer, list) and len(answer) == 1 and isinstance(answer[0], str) else answer
