"""Marginal likelihood of counts with normal random effects, value and gradient, for many analyses at once.

`scalar`: one random effect per study, integrated by adaptive Gauss-Hermite quadrature (one point
is the Laplace approximation). `laplace2`: two independent random effects, Laplace approximation.

Counts follow the binomial or Poisson with their canonical link, so the log-likelihood of a cell is
`y * eta - n * b(eta)` plus a constant. The gradient is that of the approximation itself (it follows the nodes as
they move with the parameters), so the maximum found is the maximum of what is evaluated.

Shapes: a analyses, p points in parameter space, k studies, m arms, q nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial.hermite import hermgauss
from scipy.special import expit

from metafit.results import Floats

_MODE_STEPS = 200
_HIGHEST = 300.0  # no rate is above exp(300): a search may try it, and must not overflow
_MODE_TOL = 1e-5  # the error left is its square: Newton, and |b'''| <= b''


@dataclass(frozen=True, slots=True)
class Surface:
    """Log-likelihood and gradient per study, at p points: value `(a, p, k)`, grads `(a, p, k)` each.

    mode: where the integrand peaks, the warm start of the next call.
    """

    value: Floats
    eta_grad: tuple[Floats, ...]
    scale_grad: tuple[Floats, ...]
    mode: Floats


def derivatives(family: str, eta: Floats) -> tuple[Floats, Floats, Floats]:
    """First three derivatives of b."""
    if family == "poisson":
        mu = np.exp(np.minimum(eta, _HIGHEST))
        return mu, mu, mu
    p = expit(eta)
    q = expit(-eta)
    w = p * q
    return p, w, w * (q - p)


def _value_mean(family: str, eta: Floats) -> tuple[Floats, Floats]:
    """b(eta) and its first derivative, with one exponential: this is where the time goes."""
    if family == "poisson":
        mu = np.exp(np.minimum(eta, _HIGHEST))
        return mu, mu
    e = np.exp(-np.abs(eta))
    whole = 1.0 + e
    # log1p, at half its time: the logarithm of the rounded sum, and what rounding took
    log = np.log(whole) + (e - (whole - 1.0)) / whole
    return np.maximum(eta, 0.0) + log, np.where(eta >= 0.0, 1.0, e) / whole


def _mean_weight(family: str, eta: Floats) -> tuple[Floats, Floats]:
    """First two derivatives, the second good enough to step with."""
    if family == "poisson":
        mu = np.exp(np.minimum(eta, _HIGHEST))
        return mu, mu
    p = expit(eta)
    return p, p * (1.0 - p)


@lru_cache(maxsize=32)
def _nodes(points: int) -> tuple[Floats, Floats]:
    """Standardised nodes and log weights, for an integral against exp(f) instead of exp(-t^2)."""
    t, w = hermgauss(points)
    return np.sqrt(2.0) * t, np.log(w) + t * t - 0.5 * np.log(np.pi)


def _total(parts: list[Floats]) -> Floats:
    """Sum over the arms, of which there are one or two."""
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def scalar(
    family: str, y: Floats, n: Floats, eta: Floats, z: Floats, tau: Floats, points: int, start: Floats | None
) -> Surface:
    """One random effect per study: cell j has linear predictor `eta_j + tau * z_j * u`, u standard normal.

    y, n: `(a, 1, k, m)`. eta: `(a, p, k, m)`, or `(a, p, 1, m)` where it is the same for every study. z: `(m,)`.
    tau: `(a, p)`. eta_grad has one array per arm.
    """
    arms = range(eta.shape[-1])
    level = [eta[..., j] for j in arms]
    ys, ns, zs = [y[..., j] for j in arms], [n[..., j] for j in arms], [float(x) for x in z]
    spread = tau[:, :, None]
    zt = [spread * x for x in zs]
    u = _modes(family, ys, ns, level, zt, np.zeros((*tau.shape, y.shape[2])) if start is None else start)
    r0, w0, b0 = [], [], []
    for j in arms:
        mean, weight, third = derivatives(family, level[j] + zt[j] * u)
        r0.append(ys[j] - ns[j] * mean)
        w0.append(ns[j] * weight * zt[j])
        b0.append(ns[j] * third * zt[j])
    inverse = 1.0 / (1.0 + _total([w0[j] * zt[j] for j in arms]))
    s = np.sqrt(inverse)

    t, log_w = _nodes(points)
    ones = np.ones(points)
    uq = u[..., None] + s[..., None] * t
    f = log_w - 0.5 * uq * uq
    rq: list[Floats] = []
    for j in arms:
        at = level[j][..., None] + zt[j][..., None] * uq
        value, mean = _value_mean(family, at)
        yj, nj = ys[j][..., None], ns[j][..., None]
        f = f + (yj * at - nj * value)
        rq.append(yj - nj * mean)
    z_r = _total([zs[j] * rq[j] for j in arms])
    # the middle node is the mode itself, which no other node can exceed by more than its weight
    top = f[..., points // 2, None] if points % 2 else f.max(-1, keepdims=True)
    mass = np.exp(f - top)
    total = mass @ ones
    share = mass / total[..., None]
    log_l = top[..., 0] + np.log(total * s)
    pulled = share * (spread[..., None] * z_r - uq)
    pull = pulled @ ones
    tilt = (0.5 * inverse) * (1.0 + s * (pulled @ t))
    f_uuu = -_total([zt[j] * zt[j] * b0[j] for j in arms])

    def finish(direct: Floats, f_uphi: Floats, f_uuphi: Floats) -> Floats:
        du = f_uphi * inverse
        answer: Floats = direct + pull * du + tilt * (f_uuphi + f_uuu * du)
        return answer

    grads = [finish((share * rq[j]) @ ones, -w0[j], -zt[j] * b0[j]) for j in arms]
    by_tau = finish(
        (share * uq * z_r) @ ones,
        _total([zs[j] * (r0[j] - w0[j] * u) for j in arms]),
        -_total([zs[j] * (2.0 * w0[j] + (zt[j] * u) * b0[j]) for j in arms]),
    )
    return Surface(log_l, tuple(grads), (by_tau,), u)


def _modes(family: str, ys: list[Floats], ns: list[Floats], level: list[Floats], zt: list[Floats], u: Floats) -> Floats:
    """Where each integrand peaks, by Newton from u; no step moves a linear predictor by more than 2."""
    arms = range(len(ys))
    drag = [ns[j] * zt[j] for j in arms]
    stiff = [drag[j] * zt[j] for j in arms]
    rise = _total([ys[j] * zt[j] for j in arms])
    loudest = max(float(np.abs(x).max(initial=0.0)) for x in zt)
    for _ in range(_MODE_STEPS):
        rates = [_mean_weight(family, level[j] + zt[j] * u) for j in arms]
        slope = rise - u - _total([drag[j] * rates[j][0] for j in arms])
        step = slope / (1.0 + _total([stiff[j] * rates[j][1] for j in arms]))
        fall = float((step * slope).max(initial=0.0))
        # as the curvature is at least 1, no step is longer than the root of its fall
        if loudest * loudest * fall > 4.0:
            loud = np.max(np.abs(zt), axis=0)
            step = step * (2.0 / np.maximum(loud * np.abs(step), 2.0))
        u = u + step
        if fall < _MODE_TOL**2:
            break
    return u


def laplace2(
    family: str,
    y: Floats,
    n: Floats,
    eta: Floats,
    z: Floats,
    scales: tuple[Floats, Floats],
    start: Floats | None,
) -> Surface:
    """Two independent random effects: cell j has `eta_j + sum_c scales_c * z_jc * u_c`; Laplace approximation.

    z: `(m, 2)`. scales: two arrays `(a, p)`. mode: `(a, p, k, 2)`.
    """
    zc = np.stack([scales[c][:, :, None, None] * z[:, c] for c in (0, 1)], axis=-1)
    u = np.zeros((*eta.shape[:-1], 2)) if start is None else start
    for _ in range(_MODE_STEPS):
        mean, weight = _mean_weight(family, eta + (zc * u[..., None, :]).sum(-1))
        g = (zc * (y - n * mean)[..., None]).sum(-2) - u
        a11, a22, a12 = _curvature(zc, n * weight)
        det = a11 * a22 - a12 * a12
        step = np.stack([(a22 * g[..., 0] - a12 * g[..., 1]) / det, (a11 * g[..., 1] - a12 * g[..., 0]) / det], -1)
        reach = np.abs((zc * step[..., None, :]).sum(-1)).max(-1, keepdims=True)
        u = u + np.where(reach > 2.0, 2.0 * step / np.maximum(reach, 2.0), step)
        if np.abs((step * g).sum(-1)).max(initial=0.0) < _MODE_TOL**2:
            break
    at = eta + (zc * u[..., None, :]).sum(-1)
    value, _ = _value_mean(family, at)
    mean, weight, third = derivatives(family, at)
    r, w, b = y - n * mean, n * weight, n * third
    a11, a22, a12 = _curvature(zc, w)
    det = a11 * a22 - a12 * a12
    i11, i22, i12 = a22 / det, a11 / det, -a12 / det
    log_l = (y * at - n * value).sum(-1) - 0.5 * (u * u).sum(-1) - 0.5 * np.log(det)
    # leverage of each cell, and what -1/2 log det loses per unit of its linear predictor
    z0, z1 = zc[..., 0], zc[..., 1]
    lever = z0 * z0 * i11[..., None] + 2 * z0 * z1 * i12[..., None] + z1 * z1 * i22[..., None]
    bend = -0.5 * lever * b
    # how the mode answers a push on it: du = inverse curvature times the push
    c0, c1 = (bend * z0).sum(-1), (bend * z1).sum(-1)
    k0, k1 = i11 * c0 + i12 * c1, i12 * c0 + i22 * c1
    grads = []
    for j in range(eta.shape[-1]):
        back = -w[..., j] * (z0[..., j] * k0 + z1[..., j] * k1)
        grads.append(r[..., j] + bend[..., j] + back)
    scale_grads = []
    for c in (0, 1):
        raw, uc = z[:, c], u[..., c]
        d_eta = raw * uc[..., None]
        push0 = -(w * z0 * d_eta).sum(-1) + ((raw * r).sum(-1) if c == 0 else 0.0)
        push1 = -(w * z1 * d_eta).sum(-1) + ((raw * r).sum(-1) if c == 1 else 0.0)
        ic = (i11, i22)[c]
        cross = z0 * i12[..., None] + z1 * i22[..., None] if c == 1 else z0 * ic[..., None] + z1 * i12[..., None]
        d_det = -(w * raw * cross).sum(-1)
        scale_grads.append((r * d_eta).sum(-1) + (bend * d_eta).sum(-1) + d_det + k0 * push0 + k1 * push1)
    return Surface(log_l, tuple(grads), tuple(scale_grads), u)


def _curvature(zc: Floats, w: Floats) -> tuple[Floats, Floats, Floats]:
    """Minus the second derivative of the integrand: its 11, 22 and 12 entries."""
    z0, z1 = zc[..., 0], zc[..., 1]
    return 1.0 + (z0 * z0 * w).sum(-1), 1.0 + (z1 * z1 * w).sum(-1), (z0 * z1 * w).sum(-1)
