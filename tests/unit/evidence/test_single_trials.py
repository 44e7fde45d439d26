"""The printed statistics of single trials, computed again from the counts in the tables.

Each case names the rows, what the paper prints, and what the counts give. Where the two differ the paper's figure is
not used anywhere in deqi, and the difference is asserted so that nobody mends it by accident.
"""

import pytest
from scipy import stats

from tests.support.evidence_tables import Counts, counts


def fisher(t: Counts) -> float:
    return float(stats.fisher_exact([[t.a, t.n1 - t.a], [t.c, t.n2 - t.c]])[1])


def chi_square(t: Counts) -> tuple[float, float]:
    result = stats.chi2_contingency([[t.a, t.n1 - t.a], [t.c, t.n2 - t.c]], correction=False)
    return float(result.statistic), float(result.pvalue)


def test_shin_2018_fisher_p_is_the_printed_one():
    t = counts("O039", "O040")
    assert t == (9, 58, 3, 48)
    assert fisher(t) == pytest.approx(0.2176, abs=5e-5)


def test_schroeder_diabetic_subset_is_below_0_03():
    t = counts("O007", "O008")
    assert t == (3, 3, 3, 14)
    assert fisher(t) == pytest.approx(0.0294, abs=5e-5)


def test_schroeder_2007_percentages():
    shares = []
    for rows in (("O001", "O004"), ("O002", "O005"), ("O003", "O006")):
        t = counts(*rows)
        shares.append((round(100 * t.a / t.n1, 1), round(100 * t.c / t.n2, 1)))
    assert shares == [(76.2, 15.4), (14.3, 26.9), (9.5, 57.7)]


def test_lu_2024_percentages():
    assert [round(100 * counts(row, "O093").a / counts(row, "O093").n1, 1) for row in ("O091", "O092")] == [79.5, 81.1]
    assert round(100 * counts("O091", "O093").c / counts("O091", "O093").n2, 1) == 47.4


@pytest.mark.parametrize(
    ("rows", "expected", "statistic", "p"),
    [
        (("O137", "O138"), (20, 30, 12, 30), 4.286, 0.038),  # Xu 2010
        (("O064", "O065"), (28, 32, 21, 33), 4.986, 0.026),  # Zhang 2010
        (("O189", "O190"), (42, 43, 35, 43), 6.081, 0.014),  # Xie 2018
        (("O220", "O221"), (4, 19, 13, 18), 9.745, 0.0018),  # Zhang 2017
    ],
)
def test_printed_significance_is_reproduced(rows, expected, statistic, p):
    t = counts(*rows)
    assert t == expected
    got = chi_square(t)
    assert got[0] == pytest.approx(statistic, abs=5e-4)
    assert got[1] == pytest.approx(p, abs=5e-4 if p > 0.01 else 5e-5)


@pytest.mark.parametrize(
    ("rows", "printed", "statistic", "p"),
    [
        (("O181", "O182"), 0.024, 4.094, 0.043),  # Chen 2021 prints chi-square 5.094, p 0.024
        (("O246", "O247"), 0.05, 2.192, 0.139),  # plum-blossom trial prints p < 0.05
        (("O242", "O243"), 0.05, 2.378, 0.123),  # blood-letting trial prints p < 0.05
        (("O240", "O241"), 0.05, 3.750, 0.053),  # contralateral trial prints p < 0.05
    ],
)
def test_printed_significance_is_not_reproduced(rows, printed, statistic, p):
    got = chi_square(counts(*rows))
    assert got[0] == pytest.approx(statistic, abs=5e-4)
    assert got[1] == pytest.approx(p, abs=5e-4)
    assert got[1] > printed


def test_uncorrected_chi_square_and_fisher_disagree_where_the_notes_say_so():
    assert fisher(counts("O137", "O138")) == pytest.approx(0.069, abs=5e-4)
    assert fisher(counts("O209", "O210")) == pytest.approx(0.052, abs=5e-4)
    assert fisher(counts("O181", "O182")) == pytest.approx(0.075, abs=5e-4)


def test_yao_2012_difference_is_the_cochrane_one_and_on_the_sham_side():
    from tests.support.evidence_tables import keyed

    values, contrasts = keyed("outcome_values", "value"), keyed("outcome_contrasts", "contrast")
    difference = float(values["O147"]["mean"]) - float(values["O148"]["mean"])
    assert difference == pytest.approx(float(contrasts["O073"]["estimate"]), abs=1e-9)
    outcome = keyed("outcomes", "outcome")[contrasts["O073"]["outcome"]]
    assert outcome["lower_is_better"] == "no" and difference < 0
