"""Effects of single trials and small pools, by the textbook formulas, from the rows of the tables.

The expected values were computed once by hand and with another program (metafor 3.8 for the pools); they are not
published figures except where a comment says so.
"""

import math
from statistics import NormalDist

import pytest

from tests.support.evidence_tables import Counts, counts, keyed

Z = NormalDist().inv_cdf(0.975)


def interval(estimate: float, se: float) -> tuple[float, float, float]:
    return estimate, estimate - Z * se, estimate + Z * se


def risk_ratio(t: Counts) -> tuple[float, float]:
    """Log risk ratio and its standard error."""
    return math.log((t.a / t.n1) / (t.c / t.n2)), math.sqrt(1 / t.a - 1 / t.n1 + 1 / t.c - 1 / t.n2)


def odds_ratio(t: Counts) -> tuple[float, float]:
    """Log odds ratio and its standard error."""
    b, d = t.n1 - t.a, t.n2 - t.c
    return math.log(t.a * d / (b * t.c)), math.sqrt(1 / t.a + 1 / b + 1 / t.c + 1 / d)


def mean_difference(first: str, second: str) -> tuple[float, float]:
    """Mean difference of two arms and its standard error."""
    rows = keyed("outcome_values", "value")
    a, c = rows[first], rows[second]
    assert a["outcome"] == c["outcome"]
    variance = float(a["sd"]) ** 2 / int(a["n"]) + float(c["sd"]) ** 2 / int(c["n"])
    return float(a["mean"]) - float(c["mean"]), math.sqrt(variance)


def exp(triple: tuple[float, float, float]) -> tuple[float, ...]:
    return tuple(math.exp(value) for value in triple)


@pytest.mark.parametrize(
    ("rows", "measure", "expected"),
    [
        (("O001", "O004"), risk_ratio, (4.952, 1.949, 12.585)),
        (("O001", "O004"), odds_ratio, (17.60, 4.07, 76.09)),
        (("O003", "O006"), risk_ratio, (0.165, 0.042, 0.642)),
        (("O030", "O031"), odds_ratio, (4.353, 1.944, 9.748)),  # printed, adjusted: 4.3 (1.9 to 9.6)
        (("O030", "O031"), risk_ratio, (2.075, 1.361, 3.164)),
        (("O039", "O040"), risk_ratio, (2.483, 0.712, 8.661)),
        (("O203", "O204"), risk_ratio, (1.152, 0.982, 1.351)),
        (("O237", "O238"), risk_ratio, (1.078, 0.946, 1.228)),
        (("O237b", "O239"), risk_ratio, (1.111, 0.979, 1.261)),
        (("O244", "O245"), risk_ratio, (1.000, 0.603, 1.659)),
    ],
)
def test_ratios_of_single_trials(rows, measure, expected):
    got = exp(interval(*measure(counts(*rows))))
    tolerance = 0.01 if measure is odds_ratio and expected[0] > 10 else 1e-3
    assert got == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("O019", "O020"), (-1.400, -2.394, -0.406)),  # Lu 2020, BPI pain severity
        (("O017", "O018"), (7.50, 2.94, 12.06)),  # Lu 2020, FACT-NTX
        (("O015", "O016"), (-0.70, -1.174, -0.226)),  # Lu 2020, PNQ sensory
        (("O026", "O027"), (-0.50, -1.381, 0.381)),  # Rostock 2013, improvement against placebo capsules
        (("O101", "O102"), (-7.77, -10.249, -5.291)),  # Juan 2019, week 4
    ],
)
def test_mean_differences_of_single_trials(rows, expected):
    assert interval(*mean_difference(*rows)) == pytest.approx(expected, abs=5.1e-3)


def test_hedges_g_of_lu_2020():
    rows = keyed("outcome_values", "value")
    a, c = rows["O019"], rows["O020"]
    n1, n2 = int(a["n"]), int(c["n"])
    df = n1 + n2 - 2
    pooled = math.sqrt(((n1 - 1) * float(a["sd"]) ** 2 + (n2 - 1) * float(c["sd"]) ** 2) / df)
    exact = math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)
    g = exact * (float(a["mean"]) - float(c["mean"])) / pooled
    assert g == pytest.approx(-0.856, abs=1e-3)
    assert math.sqrt(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2))) == pytest.approx(0.330, abs=1e-3)


def dersimonian_laird(yi: list[float], si: list[float]) -> tuple[float, float, float, float]:
    """Estimate, standard error, tau squared and Q of the classical random-effects pool."""
    w = [1 / s**2 for s in si]
    fixed = sum(a * b for a, b in zip(w, yi, strict=True)) / sum(w)
    q = sum(a * (b - fixed) ** 2 for a, b in zip(w, yi, strict=True))
    scale = sum(w) - sum(a**2 for a in w) / sum(w)
    tau2 = max(0.0, (q - len(yi) + 1) / scale)
    v = [1 / (s**2 + tau2) for s in si]
    return sum(a * b for a, b in zip(v, yi, strict=True)) / sum(v), math.sqrt(1 / sum(v)), tau2, q


@pytest.mark.parametrize(
    ("tables", "expected", "tau2", "q"),
    [
        ([("O030", "O031"), ("O039", "O040")], (2.114, 1.418, 3.152), 0.0, 0.071),
        ([("O203", "O204"), ("O209", "O210")], (1.223, 1.008, 1.484), 0.0068, 1.379),
        ([("O181", "O182"), ("O189", "O190")], (1.229, 1.074, 1.405), 0.0, 0.466),
    ],
)
def test_small_pools_of_risk_ratios(tables, expected, tau2, q):
    effects = [risk_ratio(counts(*rows)) for rows in tables]
    estimate, se, got_tau2, got_q = dersimonian_laird([e[0] for e in effects], [e[1] for e in effects])
    assert exp(interval(estimate, se)) == pytest.approx(expected, abs=1e-3)
    assert (got_tau2, got_q) == pytest.approx((tau2, q), abs=1e-3)


def test_both_current_arms_of_lu_2024_merged_with_xu_2010():
    two, mixed, control = counts("O091", "O093"), counts("O092", "O093"), counts("O137", "O138")
    merged = Counts(two.a + mixed.a, two.n1 + mixed.n1, two.c, two.n2)
    assert merged == (61, 76, 18, 38)
    effects = [risk_ratio(merged), risk_ratio(control)]
    estimate, se, tau2, q = dersimonian_laird([e[0] for e in effects], [e[1] for e in effects])
    assert exp(interval(estimate, se)) == pytest.approx((1.685, 1.262, 2.251), abs=1e-3)
    assert (tau2, q) == pytest.approx((0.0, 0.003), abs=1e-3)


def test_laser_trials_for_carpal_tunnel_agree_if_they_are_two_trials():
    juan = mean_difference("O101", "O102")
    other = keyed("outcome_contrasts", "contrast")["O075"]
    se = (float(other["ci_high"]) - float(other["ci_low"])) / (2 * Z)
    estimate, pooled_se, tau2, q = dersimonian_laird([-juan[0], float(other["estimate"])], [juan[1], se])
    assert interval(estimate, pooled_se) == pytest.approx((7.631, 5.789, 9.474), abs=1e-3)
    assert tau2 == 0 and q == pytest.approx(0.027, abs=1e-3)


def test_chung_2016_crude_differences_from_the_printed_intervals():
    """Adjustment decides significance for two of the three (adjusted: O077, O082, O078)."""
    from scipy import stats

    rows = keyed("outcome_values", "value")

    def crude(first: str, second: str) -> tuple[float, float, float]:
        def se(row: dict[str, str]) -> float:
            half = (float(row["ci_high"]) - float(row["ci_low"])) / 2
            return half / float(stats.t.ppf(0.975, int(row["n"]) - 1))

        a, c = rows[first], rows[second]
        return interval(float(a["mean"]) - float(c["mean"]), math.hypot(se(a), se(c)))

    assert crude("O115", "O116") == pytest.approx((-0.16, -0.36, 0.04), abs=6e-3)
    assert crude("O121", "O122") == pytest.approx((-0.61, -1.43, 0.21), abs=6e-3)
    assert crude("O119", "O120") == pytest.approx((-6.22, -10.73, -1.71), abs=0.06)
    for value in ("O115", "O116", "O121", "O122"):
        row = rows[value]
        half = float(row["sd"]) * float(stats.t.ppf(0.975, int(row["n"]) - 1)) / math.sqrt(int(row["n"]))
        assert half == pytest.approx((float(row["ci_high"]) - float(row["ci_low"])) / 2, abs=1e-3)


def test_ahrq_2010_figure_8_back_pain_pool():
    """Furlan 2010 (NBK56291) figure 8: disability 0-24 after treatment, acupuncture minus placebo.

    Both study rows are printed: Kwon 2007 5.16 (4.9) n 24 v 4.92 (4.8) n 23; Cherkin 2009 6.3 (5.7) n 158 v
    5.4 (4.9) n 162. Printed pool 0.81 (-0.27 to 1.9), Q 0.18, I2 0; metafor 3.8 gives 0.801 (-0.274 to 1.876),
    Q 0.185. The second decimal differs because the printed means are rounded.
    """
    arms = [(5.16, 4.9, 24, 4.92, 4.8, 23), (6.3, 5.7, 158, 5.4, 4.9, 162)]
    yi = [m1 - m2 for m1, _, _, m2, _, _ in arms]
    si = [math.sqrt(s1**2 / n1 + s2**2 / n2) for _, s1, n1, _, s2, n2 in arms]
    estimate, se, tau2, q = dersimonian_laird(yi, si)
    assert interval(estimate, se) == pytest.approx((0.801, -0.274, 1.876), abs=1e-3)
    assert tau2 == 0 and q == pytest.approx(0.185, abs=1e-3)
    assert interval(yi[0], si[0]) == pytest.approx((0.24, -2.53, 3.01), abs=0.01)
    assert interval(yi[1], si[1]) == pytest.approx((0.90, -0.27, 2.07), abs=0.01)
    printed = keyed("published_pools", "pool")["P76"]
    assert (printed["k"], printed["n"]) == ("2", str(24 + 23 + 158 + 162))
    assert estimate == pytest.approx(float(printed["estimate"]), abs=0.01)
