"""The posterior against a fine grid of the joint density of mu and tau, which shares nothing with the package."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import halfcauchy, halfnorm, norm, uniform

from metafit import Status
from metafit.bayes.pooling import bayes_blups, bayes_pool
from metafit.bayes.priors import HalfCauchy, HalfNormal, NormalPrior, TauPrior, Uniform

Y, V = np.array([0.3, 0.9, -0.1]), np.array([0.04, 0.09, 0.02])


@pytest.mark.parametrize(
    ("prior", "density", "upper"),
    [
        (HalfNormal(0.4), halfnorm(scale=0.4), 4.0),
        (HalfCauchy(0.4), halfcauchy(scale=0.4), 400.0),
        (Uniform(1.5), uniform(0, 1.5), 1.5),
    ],
)
def test_against_a_grid_of_the_joint_density(prior: TauPrior, density: object, upper: float) -> None:
    # Gauss-Legendre in tau = upper u^4, trapezoid in mu: 400 x 1201 values of prior times likelihood.
    nodes, weights = np.polynomial.legendre.leggauss(400)
    u = 0.5 * (nodes + 1.0)
    tau, dtau = upper * u**4, 0.5 * weights * 4.0 * upper * u**3
    mu = np.linspace(-6.0, 6.0, 1201)
    spread = np.sqrt(V[:, None, None] + tau[None, :, None] ** 2)
    joint = norm.pdf(Y[:, None, None], mu[None, None, :], spread).prod(0) * norm.pdf(mu, 0.2, 0.8)
    joint *= (density.pdf(tau) * dtau)[:, None] * (mu[1] - mu[0])  # type: ignore[attr-defined]
    total = joint.sum()
    joint /= total
    fit = bayes_pool(Y, V, tau_prior=prior, mu_prior=NormalPrior(0.2, 0.8))
    assert fit.mu.mean == pytest.approx((joint.sum(0) * mu).sum(), rel=1e-8)
    assert fit.mu.sd**2 == pytest.approx((joint.sum(0) * mu**2).sum() - fit.mu.mean**2, rel=1e-8)
    assert fit.log_evidence == pytest.approx(np.log(total), rel=1e-6)
    # The quantile of tau, as the mass of the grid below it.
    below = joint.sum(1)
    assert np.interp(fit.tau.median, tau, np.cumsum(below) - 0.5 * below) == pytest.approx(0.5, abs=5e-4)
    # The second study's true effect: its mean given mu and tau, averaged.
    trust = tau**2 / (tau**2 + V[1])
    mean = (joint * (trust[:, None] * Y[1] + (1 - trust[:, None]) * mu)).sum()
    shrunken = bayes_blups(Y, V, tau_prior=prior, mu_prior=NormalPrior(0.2, 0.8))
    assert shrunken.mean[1] == pytest.approx(mean, rel=1e-8)


@pytest.mark.parametrize(("prior", "density"), [(HalfNormal(0.7), halfnorm), (HalfCauchy(0.7), halfcauchy)])
def test_one_study_leaves_tau_its_prior(prior: TauPrior, density: object) -> None:
    fit = bayes_pool([0.4], [0.09], tau_prior=prior)
    assert fit.status == Status.SINGLE_STUDY
    for share, value in ((0.5, fit.tau.median), (0.025, fit.tau.central.low), (0.975, fit.tau.central.high)):
        assert value == pytest.approx(density.ppf(share, scale=0.7), rel=1e-9)  # type: ignore[attr-defined]
    # Both densities only fall: the highest point and the shortest interval begin at 0.
    assert fit.tau.mode == fit.tau.shortest.low == 0.0
    assert fit.tau.shortest.high == pytest.approx(density.ppf(0.95, scale=0.7), rel=1e-9)  # type: ignore[attr-defined]
    assert fit.mu.median == pytest.approx(0.4)


def test_moments_that_do_not_exist_are_not_numbers() -> None:
    """Two studies, half-Cauchy: the density of tau falls as tau^-3, so tau has a mean and no variance."""
    two = bayes_pool([0.1, 0.4], [0.04, 0.09], tau_prior=HalfCauchy(0.5))
    assert np.isfinite([two.tau.mean, two.mu.mean, two.mu.median, two.new.central.high]).all()
    assert np.isnan([two.tau.sd, two.mu.sd, two.new.sd]).all()
    three = bayes_pool(Y, V, tau_prior=Uniform())
    assert np.isnan(three.tau.mean)
    assert np.isfinite(three.tau.median)


def test_a_precise_prior_settles_the_matter() -> None:
    """tau near 0 is the common-effect model, and a narrow prior on mu is not moved by the data."""
    w = 1 / V
    fit = bayes_pool(Y, V, tau_prior=HalfNormal(1e-6))
    assert fit.mu.mean == pytest.approx((w * Y).sum() / w.sum(), rel=1e-8)
    assert fit.mu.sd == pytest.approx(w.sum() ** -0.5, rel=1e-8)
    assert fit.mu.central.high == pytest.approx(fit.mu.mean + norm.ppf(0.975) * fit.mu.sd, rel=1e-8)
    held = bayes_pool(Y, V, tau_prior=HalfNormal(0.5), mu_prior=NormalPrior(5.0, 1e-4))
    assert held.mu.median == pytest.approx(5.0, abs=1e-6)
