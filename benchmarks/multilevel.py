"""Three-level models, their intervals and robust errors beside metafor's rma.mv: 100 effects, and 56.

They lie in 17 studies and in 11 districts. Both programs look for the same maximum of the same restricted likelihood,
and then for its profile or for cluster-robust standard errors. R is timed inside R; the two take turns, and the best
time of each counts, because the machine is shared. `equal` is the largest relative difference of estimate, standard
error and variances.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from importlib.metadata import version

import numpy as np

from metafit import MultilevelFit, robust, sigma2_intervals, three_level

from .machine import seconds
from .peers import ask_r, quietly

TARGET = 10
TURNS = 3
SETS = {"assink2016": ("study", "esid"), "konstantopoulos2011": ("district", "school")}

_R = """
suppressMessages(library(metadat))
took <- function(f, rounds, times) {
  min(sapply(1:rounds, function(i) system.time(for (j in 1:times) f())[["elapsed"]])) / times
}
one <- function(dat, outer, inner) {
  random <- as.formula(paste0("~ 1 | ", outer, "/", inner))
  f <- function() rma.mv(yi, vi, random = random, data = dat, test = "t")
  fit <- f()
  errors <- function() robust(fit, cluster = dat[[outer]])
  list(took = c(took(f, 5, 4), took(errors, 5, 20), took(function() confint(fit), 1, 1)),
       numbers = c(c(fit$beta), fit$se, fit$sigma2), columns = dat[c("yi", "vi", outer, inner)])
}
cat(toJSON(list(assink2016 = one(dat.assink2016, "study", "esid"),
                konstantopoulos2011 = one(dat.konstantopoulos2011, "district", "school"),
                version = paste("metafor", packageVersion("metafor"))), digits = 17, auto_unbox = TRUE))
"""


def _numbers(fit: MultilevelFit) -> np.ndarray:
    return np.array([float(fit.estimate[0]), float(fit.se[0]), *fit.sigma2])


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.max(np.abs(one - other) / np.maximum(np.abs(other), 1e-3)))


def _print(name: str, took: float, peer: float, equal: float | None = None, target: int | None = None) -> None:
    off = "" if equal is None else f"{equal:.0e}"
    aim = "" if target is None else f"{target} x"
    print(f"{name:<46}{took * 1e3:>9.1f}{peer * 1e3:>9.0f}{peer / took:>6.1f} x{off:>9}{aim:>9}")


def main() -> None:
    """Print the table."""
    calls: dict[str, tuple[Callable[[], object], ...]] = {}
    best: dict[str, np.ndarray] = {}
    told = None
    for _ in range(TURNS):
        told = ask_r(_R, {})
        if told is None:
            print("R with metafor is not installed here")
            return
        for name, (outer, inner) in SETS.items():
            calls.setdefault(name, _calls(told[name]["columns"], outer, inner))
            fit, errors, intervals = calls[name]
            ours = [seconds(fit, repeats=4, rounds=50), seconds(errors, repeats=20), seconds(intervals, repeats=1)]
            now = np.array([ours, told[name]["took"]])
            best[name] = np.minimum(best.get(name, now), now)
    print(f"{'':<46}{'deqi ms':>9}{'peer ms':>9}{'ratio':>8}{'equal':>9}{'target':>9}")
    for name, (ours, theirs) in best.items():
        mine, columns = _numbers(calls[name][0]()), told[name]["columns"]
        equal = _difference(mine, np.array(told[name]["numbers"]))
        _print(f"{name} ({len(columns)}), {told['version']}", ours[0], theirs[0], equal, TARGET)
        _print("  cluster-robust, CR1", ours[1], theirs[1])
        _print("  profile intervals of both variances", ours[2], theirs[2])
        if importlib.util.find_spec("pimeta"):
            other = _pimeta(columns, *SETS[name])
            fit = other()
            theirs = np.array([fit.beta[0], fit.se[0], *fit.sigma2])
            took = seconds(other, repeats=1, rounds=3)
            _print(f"{name}, pimeta {version('pimeta')}", ours[0], took, _difference(mine, theirs), TARGET)


def _columns(rows: list[dict], outer: str, inner: str) -> tuple[np.ndarray, np.ndarray, list, list]:
    y, v, o, i = ([row[key] for row in rows] for key in ("yi", "vi", outer, inner))
    return np.array(y), np.array(v), o, i


def _calls(rows: list[dict], outer: str, inner: str) -> tuple[Callable[[], object], ...]:
    """The fit, its robust standard errors, its intervals."""
    y, v, o, i = _columns(rows, outer, inner)
    fit = three_level(y, v, o, i)
    return lambda: three_level(y, v, o, i), lambda: robust(fit, o, kind="CR1"), lambda: sigma2_intervals(fit)


def _pimeta(rows: list[dict], outer: str, inner: str) -> Callable[[], object]:
    import pimeta

    y, v, _, _ = _columns(rows, outer, inner)
    data = {key: [row[key] for row in rows] for key in rows[0]}
    return lambda: quietly(lambda: pimeta.rma_mv(y, v, data=data, random=f"~ 1 | {outer}/{inner}"))
