"""From a table of contrasts to a network: treatments, arms, covariances, connected parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from metafit.errors import StatsInputError
from metafit.results import Floats, Ints, Status

TOLERANCE = 1e-3
"""How far the contrasts of a trial with several arms may miss each other, in standard errors (rounded papers do)."""


@dataclass(frozen=True, slots=True)
class NetworkData:
    """n contrasts that are free of each other within their study.

    contrast (n, T): +1 in the treatment's column, -1 in its comparator's. y (n,), v (n, n) sampling covariance.
    heterogeneity (n, n): the covariance of the true effects for tau2 = 1: 1 on the diagonal and 1/2 for two contrasts
    that share an arm. study (n,): index into studies. part (T,): which connected part a treatment is in.
    """

    treatments: tuple[Hashable, ...]
    studies: tuple[Hashable, ...]
    study: Ints
    contrast: Floats
    y: Floats
    v: Floats
    heterogeneity: Floats = field(repr=False)
    part: Ints
    status: Status

    def arms(self, study: int) -> tuple[int, ...]:
        """The treatments compared in a study."""
        rows = self.contrast[self.study == study]
        return tuple(int(i) for i in np.flatnonzero(np.abs(rows).sum(0)))

    def designs(self) -> dict[tuple[int, ...], list[int]]:
        """Sets of treatments compared, with the studies that compare them."""
        found: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for study in range(len(self.studies)):
            found[self.arms(study)].append(study)
        return dict(found)

    def basis(self) -> tuple[Floats, Floats]:
        """Columns (n, p) for the treatments against the first of their part, and how to get back (T, p)."""
        first = {int(self.part[t]): t for t in reversed(range(len(self.treatments)))}
        free = [t for t in range(len(self.treatments)) if t != first[int(self.part[t])]]
        back = np.zeros((len(self.treatments), len(free)))
        back[free, np.arange(len(free))] = 1.0
        return self.contrast @ back, back


def network_data(
    study: Sequence[Hashable],
    treatment: Sequence[Hashable],
    control: Sequence[Hashable],
    yi: npt.ArrayLike,
    v: npt.ArrayLike,
) -> NetworkData:
    """Read contrasts: yi is treatment minus control.

    v (k,): sampling variances; a study of m > 2 arms then needs all m (m - 1) / 2 contrasts, from whose variances the
    covariances follow. v (k, k): covariances; a study then gives m - 1 contrasts that connect its arms. Rows with NaN
    are left out.

    Raises StatsInputError for shapes that do not match, a treatment compared with itself, and studies whose contrasts
    are too few, too many, or contradict each other. Numbers that cannot be analysed give a status.
    """
    y, given = np.asarray(yi, dtype=np.float64), np.asarray(v, dtype=np.float64)
    lengths = {len(study), len(treatment), len(control), y.size}
    if y.ndim != 1 or len(lengths) != 1 or given.shape not in ((y.size,), (y.size, y.size)):
        raise StatsInputError("study, treatment, control, yi and v: give the same number of rows.")
    variances = given if given.ndim == 1 else np.diag(given)
    keep = [int(i) for i in np.flatnonzero(~(np.isnan(y) | np.isnan(variances)))]
    rows = [(study[i], treatment[i], control[i]) for i in keep]
    for name, one, other in rows:
        if one == other:
            raise StatsInputError(f"study {name}: {one!r} is compared with itself.")
    treatments = _ordered(t for row in rows for t in row[1:])
    studies = tuple(dict.fromkeys(row[0] for row in rows))
    place = {t: i for i, t in enumerate(treatments)}
    pairs = [(place[one], place[other]) for _, one, other in rows]
    by_study: dict[Hashable, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        by_study[row[0]].append(i)
    y, given = y[keep], given[keep] if given.ndim == 1 else given[np.ix_(keep, keep)]
    status = _status(y, given)
    reduce = _by_variances if given.ndim == 1 else _by_covariances
    chosen: list[tuple[int, int, int]] = []
    values: list[float] = []
    matrix = np.zeros((0, 0))
    blocks = []
    order: list[int] = []
    for s, name in enumerate(studies):
        here = by_study[name]
        basic, effects, block = reduce(name, here, pairs, y, given, status)
        if given.ndim == 1 and len(here) > 1 and _arm_variances([pairs[i] for i in here], given[here]).min() < 0.0:
            status = Status.BAD_INPUT
        chosen += [(s, one, other) for one, other in basic]
        values += effects
        blocks.append(block)
        order += here
    n = len(chosen)
    matrix = np.zeros((n, n))
    if given.ndim == 2:
        matrix = given[np.ix_(order, order)]
    else:
        at = 0
        for block in blocks:
            matrix[at : at + len(block), at : at + len(block)] = block
            at += len(block)
    contrast = np.zeros((n, len(treatments)))
    contrast[np.arange(n), [c[1] for c in chosen]] = 1.0
    contrast[np.arange(n), [c[2] for c in chosen]] = -1.0
    index = np.array([c[0] for c in chosen], dtype=np.int64)
    same = index[:, None] == index[None, :]
    if status == Status.OK and not _is_covariance(matrix):
        status = Status.BAD_INPUT
    return NetworkData(
        treatments=treatments,
        studies=studies,
        study=index,
        contrast=contrast,
        y=np.array(values),
        v=matrix,
        heterogeneity=np.where(same, 0.5 * contrast @ contrast.T, 0.0),
        part=_parts(contrast),
        status=status,
    )


def _ordered(found: Iterable[Hashable]) -> tuple[Hashable, ...]:
    """Treatments in the order of their names, so that the order of rows does not matter; else as they appear."""
    seen = list(dict.fromkeys(found))
    try:
        return tuple(sorted(seen))  # type: ignore[type-var]  # names of any sortable kind
    except TypeError:
        return tuple(seen)


def _status(y: Floats, v: Floats) -> Status:
    variances = v if v.ndim == 1 else np.diag(v)
    if y.size == 0:
        return Status.NO_STUDIES
    if not (np.isfinite(y).all() and np.isfinite(v).all()) or (variances < 0.0).any():
        return Status.BAD_INPUT
    return Status.ZERO_VARIANCE if (variances == 0.0).any() else Status.OK


def _is_covariance(matrix: Floats) -> bool:
    if np.abs(matrix - matrix.T).max() > 1e-10 * np.abs(matrix).max():
        return False
    size = np.sqrt(np.diag(matrix))
    return bool(np.linalg.eigvalsh(matrix / np.outer(size, size))[0] > 1e-12)


Reduced = tuple[list[tuple[int, int]], list[float], Floats]


def _by_variances(
    name: Hashable, here: list[int], pairs: list[tuple[int, int]], y: Floats, v: Floats, status: Status
) -> Reduced:
    """The contrasts with a study's first arm; covariances from var(a - b) = var(a) + var(b) - 2 cov(a, b)."""
    arms = sorted({t for i in here for t in pairs[i]})
    m = len(arms)
    effect, variance = np.full((m, m), np.nan), np.full((m, m), np.nan)
    for i in here:
        one, other = (arms.index(t) for t in pairs[i])
        if not np.isnan(variance[one, other]):
            raise StatsInputError(f"study {name}: the same two treatments are compared in two rows.")
        effect[one, other], effect[other, one] = y[i], -y[i]
        variance[one, other] = variance[other, one] = v[i]
    if len(here) != m * (m - 1) // 2:
        raise StatsInputError(
            f"study {name}: {m} arms need all {m * (m - 1) // 2} contrasts, or a covariance matrix; {len(here)} given."
        )
    basic = [(arms[i], arms[0]) for i in range(1, m)]
    toward, spread = effect[1:, 0], variance[1:, 0]
    if m > 2 and status == Status.OK:
        miss = np.abs(effect[1:, 1:] - (toward[:, None] - toward[None, :]))
        if (miss > TOLERANCE * np.sqrt(variance[1:, 1:])).any():
            raise StatsInputError(f"study {name}: its contrasts contradict each other (a - b and b - c against a - c).")
    pairwise = np.where(np.eye(m - 1, dtype=np.bool_), 0.0, variance[1:, 1:])
    block: Floats = 0.5 * (spread[:, None] + spread[None, :] - pairwise)
    return basic, [float(x) for x in toward], block


def _arm_variances(pairs: list[tuple[int, int]], v: Floats) -> Floats:
    """The variances of a study's arms, of which those of its contrasts are sums; by least squares, rounding forgiven.

    With T the sum of all arms' and S_i that of the contrasts of arm i: S_i = (m - 2) sigma_i^2 + T. A negative one
    means that no trial with independent arms can have such contrasts.
    """
    arms = sorted({arm for pair in pairs for arm in pair})
    total = v.sum() / (len(arms) - 1.0)
    sums = np.array([v[[arm in pair for pair in pairs]].sum() for arm in arms])
    found: Floats = (sums - total) / (len(arms) - 2.0)
    return np.where(np.abs(found) <= TOLERANCE * v.max(), np.abs(found), found)


def _by_covariances(
    name: Hashable, here: list[int], pairs: list[tuple[int, int]], y: Floats, v: Floats, status: Status
) -> Reduced:
    arms = sorted({t for i in here for t in pairs[i]})
    rows = np.zeros((len(here), len(arms)))
    for r, i in enumerate(here):
        rows[r, arms.index(pairs[i][0])], rows[r, arms.index(pairs[i][1])] = 1.0, -1.0
    if len(here) != len(arms) - 1 or np.linalg.matrix_rank(rows) != len(here):
        raise StatsInputError(
            f"study {name}: with a covariance matrix give {len(arms) - 1} contrasts that connect its {len(arms)} arms."
        )
    return [pairs[i] for i in here], [float(y[i]) for i in here], v[np.ix_(here, here)]


def _parts(contrast: Floats) -> Ints:
    """A number for each treatment, the same for treatments that a chain of studies connects."""
    part = np.arange(contrast.shape[1], dtype=np.int64)
    for row in contrast:
        one, other = np.flatnonzero(row)
        low, high = sorted((int(part[one]), int(part[other])))
        part[part == high] = low
    return part
