"""REML pools of 15 studies: one fit, and 32,768 fits with estimate, interval, prediction interval, Q and I2.

The peers fit the same numbers in the same run, with Knapp and Hartung's test. metafor is timed inside R, so that
starting R is not counted; its many fits are a loop over some of the data sets, because that is how it is used. The two
take turns, and the best time of each counts, because the machine is shared.
"""

from __future__ import annotations

import importlib.util
import math
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.special import stdtrit

from metafit import pool

from .machine import seconds
from .peers import python_peers

K = 15
FITS = 32_768
SHARE = 300
"""How many of the data sets the slow peers fit; their time is given per fit."""
TARGET_ONE, TARGET_MANY = 30.0, 4000.0
TURNS = 3

_R = """
suppressMessages(library(metafor))
at <- commandArgs(TRUE)
y <- matrix(scan(at[1], quiet=TRUE), ncol=15, byrow=TRUE); v <- matrix(scan(at[2], quiet=TRUE), ncol=15, byrow=TRUE)
took <- function(f, n) min(sapply(1:5, function(i) system.time(for (j in seq_len(n)) f())[["elapsed"]])) / n
y1 <- y[1, ]; v1 <- v[1, ]
for (i in 1:20) rma(y1, v1)
one <- took(function() rma(y1, v1, test="adhoc"), 100)
full <- took(function() { fit <- rma(y1, v1, test="adhoc"); predict(fit) }, 100)
failed <- 0
many <- system.time(for (i in seq_len(nrow(y))) {
  fit <- tryCatch(rma(y[i, ], v[i, ], test="adhoc"), error=function(e) NULL)
  if (is.null(fit)) failed <- failed + 1 else predict(fit)
})[["elapsed"]] / nrow(y)
cat(one, full, many, failed, as.character(packageVersion("metafor")))
"""


def _data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    v = rng.uniform(0.01, 0.5, (FITS, K))
    return rng.normal(0.0, np.sqrt(v + 0.1)), v


def _metafor(y: np.ndarray, v: np.ndarray) -> tuple[list[float], str] | None:
    if not shutil.which("Rscript"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("y", "v", "fits.R")]
        np.savetxt(paths[0], y, fmt="%.17g")
        np.savetxt(paths[1], v, fmt="%.17g")
        paths[2].write_text(_R)
        command = ["Rscript", "--vanilla", str(paths[2]), str(paths[0]), str(paths[1])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    *numbers, version = done.stdout.split()
    return [float(x) for x in numbers], version


def _every_number(y: np.ndarray, v: np.ndarray) -> tuple[object, ...]:
    """A fit with the two p values, which metafor computes too, and which are computed here when they are asked for."""
    fit = pool(y, v)
    return fit.p, fit.heterogeneity.q_p


def _loop(y: np.ndarray, v: np.ndarray, compiled: float) -> None:
    """The compiled batch beside a plain compiled loop."""
    from .plain_loop import fits

    critical = float(-stdtrit(K - 1, 0.025))
    tau2 = fits(y, v, critical)[:, 2]
    took = seconds(lambda: fits(y, v, critical), repeats=1) / len(y)
    right = pool(y, v).tau2
    wrong = int((np.abs(tau2 - right) > 1e-3 * (right + 0.01)).sum())
    print(
        f"a plain numba loop of Fisher scoring: {took * 1e6:.2f} us; compiled takes {compiled / took:.2f} x of it "
        f"(target 1.2 x); the loop's tau2 is another in {wrong:,} of {len(y):,}"
    )


def main() -> None:
    """Print the table."""
    y, v = _data()
    fits = pool(y, v)
    ours_one = ours_many = math.inf
    compiled, answer = None, None
    for _ in range(TURNS):
        ours_one = min(ours_one, seconds(lambda: _every_number(y[0], v[0]), repeats=200))
        ours_many = min(ours_many, seconds(lambda: pool(y, v), repeats=1) / FITS)
        if importlib.util.find_spec("numba"):
            pool(y[:9], v[:9], compiled=True)
            took = seconds(lambda: pool(y, v, compiled=True), repeats=1) / FITS
            compiled = took if compiled is None else min(compiled, took)
        turn = _metafor(y[:SHARE], v[:SHARE])
        if turn and answer:
            turn = [min(pair) for pair in zip(turn[0], answer[0], strict=True)], turn[1]
        answer = turn or answer
    print(f"{'':<46}{'deqi':>12}{'peer':>12}{'ratio':>10}{'target':>9}")

    def row(name: str, ours: float, peer: float, target: float | None) -> None:
        told = f"{target:,.0f} x" if target else ""
        print(f"{name:<46}{ours * 1e6:>9,.1f} us{peer * 1e6:>9,.0f} us{peer / ours:>8,.0f} x{told:>9}")

    if answer:
        (one, full, many, failed), version = answer
        name = f"metafor {version}"
        row(f"one fit, {name} rma", ours_one, one, TARGET_ONE)
        row("one fit, rma and predict", ours_one, full, None)
        row(f"each of {FITS:,}, rma and predict", ours_many, many, None if compiled else TARGET_MANY)
        if compiled:
            row("the same, compiled (numba)", compiled, many, TARGET_MANY)
        print(f"did not converge: metafor {failed:.0f} of {SHARE}, deqi {int((~fits.ok).sum())} of {FITS:,}")
    else:
        print("metafor is not installed here")
        row("one fit; one of many", ours_many, ours_one, None)
    if compiled:
        _loop(y, v, compiled)
    for peer in python_peers():
        row(f"one fit, {peer.name}", ours_one, seconds(lambda fit=peer.fit: fit(y[0], v[0]), repeats=20), None)
