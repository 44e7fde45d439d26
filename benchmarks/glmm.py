"""Mixed models on counts beside metafor's rma.glmm: one fit, 18 trials (metadat dat.nielweise2007).

Both use the same quadrature. rma.glmm runs as it comes (its tight settings are slower); R is timed inside R, so
its start is not counted. The two take turns, and the best time of each counts, because the machine is shared. Without R
only deqi's column is printed.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import time
from collections.abc import Callable

from metafit.counts.data import OneArm, TwoArms
from metafit.counts.pooling import pool_counts

AI = [0, 1, 2, 0, 5, 1, 1, 1, 1, 1, 0, 0, 3, 6, 0, 0, 1, 4]
N1 = [116, 44, 208, 130, 151, 98, 174, 74, 97, 113, 66, 70, 188, 187, 118, 252, 345, 64]
CI = [3, 3, 9, 7, 6, 4, 3, 2, 19, 2, 7, 1, 5, 11, 0, 1, 3, 1]
N2 = [117, 35, 195, 136, 157, 139, 177, 39, 103, 122, 64, 58, 175, 180, 105, 262, 362, 69]
TARGETS = (25, 80, 40)
TURNS = 3

_R = """
suppressMessages({library(metafor); library(metadat)})
dat <- dat.nielweise2007
took <- function(f, n) { f(); min(sapply(seq_len(n), function(i) system.time(f())[["elapsed"]])) }
quiet <- function(x) suppressWarnings(suppressMessages(x))
two <- function(model, nAGQ)
  rma.glmm(measure="OR", ai=ai, n1i=n1i, ci=ci, n2i=n2i, data=dat, model=model, nAGQ=nAGQ, test="t")
cat(took(function() quiet(rma.glmm(measure="PLO", xi=ai, ni=n1i, data=dat, nAGQ=7, test="t")), 20),
    took(function() quiet(two("UM.FS", 7)), 1),
    took(function() quiet(two("UM.RS", 1)), 1))
"""


def _best(call: Callable[[], object], times: int) -> float:
    call()
    took = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return min(took)


def main() -> None:
    """Print the table."""
    arms = TwoArms(AI, N1, CI, N2)
    calls: tuple[tuple[Callable[[], object], int], ...] = (
        (lambda: pool_counts(OneArm(AI, N1), measure="PLO"), 200),
        (lambda: pool_counts(arms, measure="OR", model="UM.FS"), 40),
        (lambda: pool_counts(arms, measure="OR", model="UM.RS"), 20),
    )
    ours, theirs = [float("inf")] * 3, [float("inf")] * 3
    with_r = shutil.which("Rscript") is not None
    for _ in range(TURNS):
        ours = [min(before, _best(*call)) for before, call in zip(ours, calls, strict=True)]
        if with_r:
            done = subprocess.run(["Rscript", "-e", _R], capture_output=True, text=True, check=True)
            theirs = [min(before, float(x)) for before, x in zip(theirs, done.stdout.split(), strict=True)]
    print(f"GLMM, one fit, k = 18 ({platform.machine()}, Python {platform.python_version()})")
    print(f"{'model':<28}{'deqi ms':>10}{'rma.glmm ms':>14}{'ratio':>9}{'target':>9}")
    names = ["one arm, logit, nAGQ 7", "odds ratio, UM.FS, nAGQ 7", "odds ratio, UM.RS, Laplace"]
    for name, mine, peer, target in zip(names, ours, theirs, TARGETS, strict=True):
        other = f"{peer * 1e3:.0f}" if with_r else "-"
        ratio = f"{peer / mine:.0f} x" if with_r else "-"
        print(f"{name:<28}{mine * 1e3:>10.1f}{other:>14}{ratio:>9}{target:>7} x")


if __name__ == "__main__":
    main()
