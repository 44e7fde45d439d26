"""The rows of a multivariate model: whether they can be fitted, and in which units they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metafit.inverse_variance.pooling import pool
from metafit.multivariate.likelihood import MultivariateModel
from metafit.results import Floats, Ints, Status

_RANK = 1e-9


@dataclass(frozen=True, slots=True)
class OutcomeRows:
    """The rows that count: y (k,), v (k, k), x (k, p), and which study and outcome each is of."""

    y: Floats
    v: Floats
    x: Floats
    study: Ints
    outcome: Ints

    def problem(self, m: int, structure: str) -> Status:
        """Why there is no answer; OK if there may be one."""
        k, p = self.x.shape
        if k == 0:
            return Status.NO_STUDIES
        variances = np.diag(self.v)
        if not (np.isfinite(self.y).all() and np.isfinite(self.v).all()):
            return Status.BAD_INPUT
        if (variances == 0.0).any():
            return Status.ZERO_VARIANCE
        if (variances < 0.0).any() or np.abs(self.v - self.v.T).max() > 1e-10 * variances.max():
            return Status.BAD_INPUT
        size = np.sqrt(variances)
        apart = self.study[:, None] != self.study[None, :]
        if np.linalg.eigvalsh(self.v / np.outer(size, size))[0] <= 1e-12 or (self.v[apart] != 0.0).any():
            return Status.BAD_INPUT
        length = np.sqrt((self.x**2).sum(0))
        full = k > p and (length > 0).all() and np.linalg.matrix_rank(self.x / length, tol=_RANK * np.sqrt(k)) == p
        return Status.OK if full and self._told(m, structure) else Status.NOT_ESTIMABLE

    def _told(self, m: int, structure: str) -> bool:
        """Whether every outcome is in two studies, and outcomes whose correlation is asked for are in one together."""
        has = np.zeros((int(self.study.max()) + 1, m), dtype=np.bool_)
        has[self.study, self.outcome] = True
        together = has.astype(np.int64).T @ has
        alone = np.diag(together)
        apart = together[~np.eye(m, dtype=np.bool_)]
        if structure == "CS":
            return bool(alone.sum() > m and (m == 1 or apart.any()))
        pairs = {"UN": bool((apart > 0).all()), "HCS": m == 1 or bool(apart.any()), "DIAG": True}[structure]
        return bool((alone > 1).all()) and pairs

    def spreads(self, m: int) -> Floats:
        """A first guess of each outcome's standard deviation between studies, never 0."""
        found = np.empty(m)
        for one in range(m):
            here = self.outcome == one
            variances = np.diag(self.v)[here]
            tau2 = pool(self.y[here], variances, method="DL", test="z").tau2
            found[one] = np.sqrt(np.fmax(float(tau2), 0.05 * float(np.median(variances))))
        return found

    def scaled(self, m: int, structure: str, restricted: bool) -> Scaled:
        """Each outcome in units of its usual sampling error, on an orthonormal design: steps need no units."""
        variances = np.diag(self.v)
        units = np.array([np.sqrt(np.median(variances[self.outcome == one])) for one in range(m)])
        if structure == "CS":
            units[:] = np.sqrt(np.median(variances))
        unit = units[self.outcome]
        design, back = np.linalg.qr(self.x / unit[:, None])
        rows = OutcomeRows(self.y / unit, self.v / np.outer(unit, unit), design, self.study, self.outcome)
        model = MultivariateModel(rows.y, rows.v, rows.x, rows.study, rows.outcome, restricted)
        return Scaled(model, units, back, rows.spreads(m))


@dataclass(frozen=True, slots=True)
class Scaled:
    """A model ready for a search: its units (m,), the way back from its coefficients, and a first guess of spreads."""

    model: MultivariateModel
    units: Floats
    back: Floats
    spreads: Floats
