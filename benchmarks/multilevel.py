"""Three-level models beside metafor's rma.mv and pimeta's: 100 effects in 17 studies, 56 in 11 districts.

Both programs look for the same maximum of the same restricted likelihood; R is timed inside R. `equal` is the largest
relative difference of estimate, standard error and variances.
"""

from __future__ import annotations

import importlib.util
from importlib.metadata import version

import numpy as np

from metafit import MultilevelFit, three_level

from .machine import seconds
from .peers import ask_r, quietly

TARGET = 10
SETS = {"assink2016": ("study", "esid"), "konstantopoulos2011": ("district", "school")}

_R = """
suppressMessages(library(metadat))
one <- function(dat, outer, inner) {
  random <- as.formula(paste0("~ 1 | ", outer, "/", inner))
  f <- function() rma.mv(yi, vi, random = random, data = dat, test = "t")
  fit <- f()
  took <- min(sapply(1:5, function(i) system.time(for (j in 1:4) f())[["elapsed"]])) / 4
  list(took = took, numbers = c(c(fit$beta), fit$se, fit$sigma2), columns = dat[c("yi", "vi", outer, inner)])
}
cat(toJSON(list(assink2016 = one(dat.assink2016, "study", "esid"),
                konstantopoulos2011 = one(dat.konstantopoulos2011, "district", "school"),
                version = paste("metafor", packageVersion("metafor"))), digits = 17, auto_unbox = TRUE))
"""


def _numbers(fit: MultilevelFit) -> np.ndarray:
    return np.array([float(fit.estimate[0]), float(fit.se[0]), *fit.sigma2])


def main() -> None:
    """Print the table."""
    told = ask_r(_R, {})
    if told is None:
        print("R with metafor is not installed here")
        return
    print(f"{'':<46}{'deqi ms':>9}{'peer ms':>9}{'ratio':>8}{'equal':>9}{'target':>9}")
    for name, (outer, inner) in SETS.items():
        columns = {key: [row[key] for row in told[name]["columns"]] for key in ("yi", "vi", outer, inner)}
        y, v = np.array(columns["yi"]), np.array(columns["vi"])

        def ours(y: np.ndarray = y, v: np.ndarray = v, c: dict = columns, o: str = outer, i: str = inner) -> object:
            return three_level(y, v, c[o], c[i])

        took, mine = seconds(ours, repeats=4), _numbers(ours())

        def row(peer: str, other: float, theirs: np.ndarray, took: float = took, mine: np.ndarray = mine) -> None:
            off = float(np.max(np.abs(mine - theirs) / np.maximum(np.abs(theirs), 1e-3)))
            print(f"{peer:<46}{took * 1e3:>9.1f}{other * 1e3:>9.0f}{other / took:>6.1f} x{off:>9.0e}{TARGET:>7} x")

        row(f"{name} ({y.size}), {told['version']}", told[name]["took"], np.array(told[name]["numbers"]))
        if importlib.util.find_spec("pimeta"):
            import pimeta

            def other(
                y: np.ndarray = y, v: np.ndarray = v, c: dict = columns, o: str = outer, i: str = inner
            ) -> object:
                return quietly(lambda: pimeta.rma_mv(y, v, data=c, random=f"~ 1 | {o}/{i}"))

            fit = other()
            theirs = np.array([fit.beta[0], fit.se[0], *fit.sigma2])
            row(f"{name}, pimeta {version('pimeta')}", seconds(other, repeats=1, rounds=3), theirs)
