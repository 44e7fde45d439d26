"""Structures of the covariance G of the true effects of several outcomes, as functions of free parameters.

Each is written so that a singular G, which data often prefer, lies inside or on a bound of the parameters, where the
likelihood is as smooth as elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from metafit.results import Floats

STRUCTURES = ("UN", "HCS", "CS", "DIAG")


class Shape(NamedTuple):
    """G (m, m); first (f, m, m) and second (f, f, m, m) derivatives in the parameters."""

    g: Floats
    first: Floats
    second: Floats


class Structure:
    """UN: any covariance. HCS: one correlation. CS: one correlation and one variance. DIAG: no correlation."""

    def __init__(self, kind: str, m: int) -> None:
        self.kind, self.m = kind, m
        self._rows, self._columns = np.tril_indices(m)

    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper ends of the parameters."""
        m = self.m
        if self.kind == "HCS":
            return np.append(np.zeros(m), _least(m)), np.append(np.full(m, np.inf), 1.0)
        size = {"UN": self._rows.size, "CS": 2 if m > 1 else 1, "DIAG": m}[self.kind]
        return np.full(size, -np.inf), np.full(size, np.inf)

    def parameters(self, sd: Floats, correlation: Floats) -> Floats:
        """Those of a G with these standard deviations and correlations, or near it where the structure has no such."""
        m = self.m
        rho = float(correlation[~np.eye(m, dtype=np.bool_)].mean()) if m > 1 else 0.0
        if self.kind == "DIAG":
            return sd.copy()
        if self.kind == "UN":
            root = np.linalg.cholesky(correlation * np.outer(sd, sd) + 1e-12 * np.diag(sd * sd))
            return np.asarray(root[self._rows, self._columns])
        if self.kind == "HCS":
            return np.append(sd, np.clip(rho, _least(m), 1.0))
        tau = float(np.sqrt((sd * sd).mean()))
        both = tau * np.sqrt(np.maximum([1.0 + (m - 1) * rho, 1.0 - rho], 1e-6))
        return np.asarray(both[: 2 if m > 1 else 1])

    def shape(self, parameters: Floats) -> Shape:
        """G and its derivatives."""
        m, f = self.m, parameters.size
        unit = np.eye(m)
        first, second = np.zeros((f, m, m)), np.zeros((f, f, m, m))
        if self.kind == "UN":
            root = np.zeros((m, m))
            root[self._rows, self._columns] = parameters
            for i, (a, b) in enumerate(zip(self._rows, self._columns, strict=True)):
                one = np.outer(unit[a], root[:, b])
                first[i] = one + one.T
                for j in range(f):
                    if self._columns[j] == b:
                        two = np.outer(unit[a], unit[self._rows[j]])
                        second[i, j] = two + two.T
            return Shape(root @ root.T, first, second)
        if self.kind == "HCS":
            return self._one_correlation(parameters, first, second)
        # squares of the parameters times fixed matrices
        ones = np.full((m, m), 1.0 / m)
        parts = [np.outer(e, e) for e in unit] if self.kind == "DIAG" else [ones, np.eye(m) - ones][:f]
        g = np.zeros((m, m))
        for i, part in enumerate(parts):
            g += parameters[i] ** 2 * part
            first[i], second[i, i] = 2.0 * parameters[i] * part, 2.0 * part
        return Shape(g, first, second)

    def _one_correlation(self, parameters: Floats, first: Floats, second: Floats) -> Shape:
        m = self.m
        sd, rho = parameters[:-1], parameters[-1]
        unit = np.eye(m)
        correlation = rho + (1.0 - rho) * unit
        off = 1.0 - unit
        for i in range(m):
            one = np.outer(unit[i], sd)
            both = one + one.T
            first[i] = both * correlation
            second[i, m] = second[m, i] = both * off
            for j in range(m):
                two = np.outer(unit[i], unit[j])
                second[i, j] = (two + two.T) * correlation
        first[m] = np.outer(sd, sd) * off
        return Shape(np.outer(sd, sd) * correlation, first, second)


def _least(m: int) -> float:
    """The smallest correlation that m outcomes can all have with each other."""
    return -1.0 / (m - 1) if m > 1 else 0.0
