"""Fisher's noncentral hypergeometric distribution of several studies, as functions of their log odds ratios.

What a likelihood asks for is the logarithm of a sum over all the counts that a study's totals allow, thousands of times
over. That logarithm is smooth: the polynomial that is summed has negative zeros alone, half a turn away from every odds
ratio, so that over a length of 1 a polynomial of degree 14 holds all its digits. The sums are taken once, at the points
of such a polynomial, where somebody first asks, and over the counts that matter there.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev

from metafit.results import Floats, Ints

_DEGREE = 14
_POINTS = np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))
_TO_CHEBYSHEV = np.linalg.inv(chebyshev.chebvander(_POINTS, _DEGREE))
_TO_POWERS = np.zeros((_DEGREE + 1, _DEGREE + 1))
for _n in range(_DEGREE + 1):
    _TO_POWERS[: _n + 1, _n] = chebyshev.cheb2poly(np.eye(_DEGREE + 1)[_n, : _n + 1])
_COUNTS = np.arange(1.0, _DEGREE + 1.0)[:, None]
_NEGLIGIBLE = 45.0
"""A term below the largest by this much, as logarithms, adds nothing ..."""
_REACH, _FEW = 9.5, 30.0
"""... which terms are so many standard deviations and counts from the middle."""
_AT_ONCE = 200_000
"""Terms summed at once; the memory grows with it."""


def ends(y: Floats, n: Floats) -> tuple[Floats, Floats]:
    """The least and the most events of the treated that the totals of each study allow; y, n (k, 2)."""
    total, (n1, n2) = y.sum(1), n.T
    return np.maximum(0.0, total - n2), np.minimum(n1, total)


class Noncentral:
    """The probability of the treated's events given those of both arms; y, n (k, 2), treated first."""

    def __init__(self, y: Floats, n: Floats) -> None:
        (x, c), (n1, n2) = y.T, n.T
        first, last = ends(y, n)
        self.extreme = (x == first) | (x == last)
        self._total, self._n1, self._n2 = x + c, n1, n2
        size = (last - first).astype(np.int64) + 1
        self._begin = np.cumsum(size) - size
        of = np.repeat(np.arange(x.size), size)
        j = np.arange(size.sum()) - self._begin[of] + first[of]
        # each term beside the one before: differences of log factorials lose digits where many are at risk
        with np.errstate(divide="ignore"):
            steps = np.log(n1[of] - j + 1) + np.log(self._total[of] - j + 1)
            steps -= np.log(j) + np.log(n2[of] - self._total[of] + j)
        steps[self._begin] = 0.0
        self._logs = np.concatenate([np.cumsum(one) for one in np.split(steps, self._begin[1:])])
        self._logs -= self._logs[self._begin + (x - first).astype(np.int64)][of]
        # measured from the observed count, so that the exponents stay small
        self._first, self._last = first, last
        self._from, self._to = first - x, last - x
        # Beyond these one count has all the probability.
        begin, end = self._begin, self._begin + size - 1
        several = size > 1
        rise = np.where(several, self._logs[np.minimum(begin + 1, end)] - self._logs[begin], -_NEGLIGIBLE)
        fall = np.where(several, self._logs[end] - self._logs[np.maximum(end - 1, begin)], _NEGLIGIBLE)
        self._low, self._high = (-_NEGLIGIBLE - rise)[:, None], (_NEGLIGIBLE - fall)[:, None]
        self._lowest = int(np.floor(self._low.min()))
        self._pieces = int(np.floor(self._high.max())) - self._lowest + 1
        self._shift = np.arange(x.size)[:, None] * self._pieces - self._lowest
        self._place = np.full(x.size * self._pieces, -1, dtype=np.int32)
        self._powers = np.empty((_DEGREE + 1, 0))

    def log_p(self, eta: Floats) -> Floats:
        """Log probability of what was seen, for log odds ratios (k, q)."""
        place, t, inside = self._find(eta)
        powers = self._powers
        value: Floats = powers[_DEGREE].take(place)
        for n in range(_DEGREE - 1, -1, -1):
            value *= t
            value += powers[n].take(place)
        # One count has all the probability beyond the pieces, which makes a line with the slope of its end.
        beyond = eta - inside
        if beyond.any():
            value -= beyond * np.where(beyond < 0.0, self._from[:, None], self._to[:, None])
        return value

    def slopes(self, eta: Floats) -> tuple[Floats, Floats]:
        """First and second derivatives of log_p by eta (k,)."""
        place, t, inside = (one[:, 0] for one in self._find(eta[:, None]))
        powers = np.empty((_DEGREE, eta.size))
        powers[0], powers[1:] = 1.0, t
        np.multiply.accumulate(powers, out=powers)
        slope_of = self._powers[1:, place] * _COUNTS
        # each piece is of length 1, and t goes from -1 to 1
        slope = 2.0 * (slope_of * powers).sum(0)
        bend = 4.0 * (slope_of[1:] * _COUNTS[:-1] * powers[:-1]).sum(0)
        beyond = eta != inside
        return slope, np.where(beyond, 0.0, bend) if beyond.any() else bend

    def _find(self, eta: Floats) -> tuple[Ints, Floats, Floats]:
        """Where the polynomial of each eta stands, its argument, and eta within the pieces; what is missing is made."""
        inside = np.minimum(np.maximum(eta, self._low), self._high)
        floor = np.floor(inside)
        piece = floor.astype(np.int64)
        piece += self._shift
        place = self._place.take(piece)
        if place.min() < 0:
            self._make(*np.divmod(np.unique(piece[place < 0]), self._pieces))
            place = self._place.take(piece)
        return place, 2.0 * (inside - floor) - 1.0, inside

    def _make(self, study: Ints, piece: Ints) -> None:
        eta = self._lowest + piece[:, None] + 0.5 * (_POINTS + 1.0)
        values = -self._log_sums(np.repeat(study, _DEGREE + 1), eta.ravel()).reshape(eta.shape)
        # by way of Chebyshev's coefficients, which are as small as the function is smooth
        powers = _TO_POWERS @ (_TO_CHEBYSHEV @ values.T)
        self._place[study * self._pieces + piece] = self._powers.shape[1] + np.arange(study.size)
        self._powers = np.concatenate([self._powers, powers], axis=1)

    def _log_sums(self, study: Ints, eta: Floats) -> Floats:
        """Logarithms of the sums over the counts, (r,), in units of the observed count's probability."""
        low, high = self._window(study, eta)
        found = np.empty(eta.shape)
        length = high - low + 1
        order = np.argsort(length)
        widest = length[order]
        start = 0
        while start < order.size:
            end = start + 1
            while end < order.size and (end + 1 - start) * widest[end] <= _AT_ONCE:
                end += 1
            rows = order[start:end]
            j = np.minimum(low[rows, None] + np.arange(widest[end - 1]), high[rows, None])
            logs = self._logs[(self._begin[study[rows]])[:, None] + j]
            logs += eta[rows, None] * (j + self._from[study[rows], None])
            logs[np.arange(widest[end - 1]) >= length[rows, None]] = -np.inf
            top = logs.max(1, keepdims=True)
            logs -= top
            np.exp(logs, out=logs)
            found[rows] = np.log(logs.sum(1)) + top[:, 0]
            start = end
        return found

    def _window(self, study: Ints, eta: Floats) -> tuple[Ints, Ints]:
        """First and last of the counts that matter, from the least possible one.

        They lie around the count whose cells have this odds ratio, the root in range of a quadratic.
        """
        n1, n2, total = self._n1[study], self._n2[study], self._total[study]
        first, last = self._first[study], self._last[study]
        # of an odds ratio above 1 the mirror image, so that nothing overflows
        up = eta > 0.0
        ratio = np.exp(-np.abs(eta))
        near, far = np.where(up, n2, n1), np.where(up, n1, n2)
        one = ratio * (near + total) + (far - total)
        root = np.sqrt(np.maximum(one * one - 4.0 * (ratio - 1.0) * ratio * near * total, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            mine = np.where(one > 0.0, 2.0 * ratio * near * total / (one + root), 0.5 * (root - one) / (1.0 - ratio))
        middle = np.clip(np.where(up, total - mine, mine), first, last)
        cells = (middle, n1 - middle, total - middle, n2 - total + middle)
        spread = 1.0 / np.sqrt(sum(1.0 / (np.maximum(cell, 0.0) + 1.0) for cell in cells))
        reach = _REACH * spread + _FEW
        low = np.maximum(np.floor(middle - reach), first) - first
        high = np.minimum(np.ceil(middle + reach), last) - first
        return low.astype(np.int64), high.astype(np.int64)
