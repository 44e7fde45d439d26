"""The other programs that pool, each behind one call; those that are not installed are left out."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, list[Any]]


@dataclass(frozen=True)
class Peer:
    """A program: name with its version; fit: one REML pool (or nearest) of effects and variances."""

    name: str
    fit: Callable[[np.ndarray, np.ndarray], object]


def python_peers() -> list[Peer]:
    """REML pools with Knapp-Hartung intervals where the package has them."""
    found = []
    if importlib.util.find_spec("pymare"):
        from pymare.estimators import VarianceBasedLikelihoodEstimator

        def pymare(y: np.ndarray, v: np.ndarray) -> object:
            ones = np.ones((y.size, 1))
            return VarianceBasedLikelihoodEstimator(method="REML").fit(y[:, None], v[:, None], ones)

        found.append(Peer(f"PyMARE {version('pymare')}", pymare))
    if importlib.util.find_spec("statsmodels"):
        from statsmodels.stats.meta_analysis import combine_effects

        def statsmodels(y: np.ndarray, v: np.ndarray) -> object:
            return combine_effects(y, v, method_re="iterated")

        found.append(Peer(f"statsmodels {version('statsmodels')} (Paule-Mandel)", statsmodels))
    if importlib.util.find_spec("pimeta"):
        import pimeta as other

        def pimeta(y: np.ndarray, v: np.ndarray) -> object:
            return other.rma(y, v, test="knha")

        found.append(Peer(f"pimeta {version('pimeta')}", pimeta))
    if importlib.util.find_spec("meta_analyze"):
        import meta_analyze

        def pymetaanalysis(y: np.ndarray, v: np.ndarray) -> object:
            return meta_analyze.meta_analysis(effect=y, variance=v, tau2_method="REML", ci_method="hksj")

        found.append(Peer(f"PyMetaAnalysis {version('pymetaanalysis')}", pymetaanalysis))
    return found


def quietly(call: Callable[[], object]) -> object:
    """A call without its warnings."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return call()


def ask_r(script: str, data: Arrays) -> Any:
    """What an R script prints as JSON, given `dat` as a list of columns; None without R and metafor."""
    if not shutil.which("Rscript"):
        return None
    start = "suppressWarnings(suppressMessages({library(metafor); library(jsonlite)}))\n"
    start += "dat <- fromJSON(commandArgs(TRUE)[1])\n"
    with tempfile.TemporaryDirectory() as folder:
        code, question = Path(folder) / "asked.R", Path(folder) / "data.json"
        code.write_text(start + script)
        question.write_text(json.dumps(data))
        command = ["Rscript", "--vanilla", str(code), str(question)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None
